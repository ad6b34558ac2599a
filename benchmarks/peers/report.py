"""Results of the peers as tables of reStructuredText: one for each part and variant."""

import pandas as pd

from benchmarks.quality.report import csv_table
from benchmarks.quality.results import DONE

from . import parts


def report(frame):
    """All tables of what was found.

    Parameters
    ----------
    frame : DataFrame
        Columns as in :class:`benchmarks.quality.results.Record`; ``regime`` is "part/peer".
    """
    if not len(frame):
        return "Nothing was measured.\n"
    frame = frame.assign(part=frame.regime.str.split("/").str[0])
    found = []
    for part in parts.NAMES:
        records = frame[(frame.part == part) & (frame.measure != DONE)]
        module = parts.load(part)
        for variant in [v for v in dict.fromkeys(records.variant) if v]:
            of_variant = records[records.variant == variant]
            found.append(_means(of_variant, module, variant))
            if (of_variant.measure == module.BY_CASE).any():
                found.append(_by_case(of_variant, module, variant))
    found.append(_minutes(frame[frame.measure == DONE]))
    return "\n".join(found)


def _means(records, module, variant):
    """A line for each peer: means over cases and seeds, and how many cases there were."""
    table = records.pivot_table("value", "method", "measure", sort=False).round(4)
    table.insert(0, "cases", records.groupby("method", sort=False).set.nunique())
    order = [peer for peer in module.PEERS if peer in table.index]
    table = table.loc[order].rename_axis("method").reset_index()
    return csv_table(f"{module.TITLE}: {variant}, means over cases", table)


def _by_case(records, module, variant):
    """A line for each case, a column for each peer, for the measure that the part names."""
    records = records[records.measure == module.BY_CASE]
    table = records.pivot_table("value", "set", "method", sort=False).round(4)
    table = table[[peer for peer in module.PEERS if peer in table]]
    title = f"{module.TITLE}: {variant}, {module.BY_CASE} by case"
    return csv_table(title, table.rename_axis("case").reset_index())


def _minutes(records):
    minutes = records.groupby("part", sort=False).value.sum() / 60
    table = pd.DataFrame({"part": minutes.index, "minutes": minutes.round(1).to_numpy()})
    return csv_table(f"Minutes of one core, without starting processes: {minutes.sum():.0f}", table)
