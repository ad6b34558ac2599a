"""Results as tables of reStructuredText."""

import io

import numpy as np
import pandas as pd

from .found import Found, Lead, is_part
from .lines import lines
from .ours import NAME
from .regimes import REGIMES
from .results import DONE

_METRICS = ("AUROC", "average precision", "F1 at the own cut", "seconds")


def report(frame):
    """All tables of what was found.

    Parameters
    ----------
    frame : DataFrame
        Columns as in :class:`Record`.
    """
    found = Found(frame)
    parts = [
        *_wanted(found),
        *_methods(found, "flips"),
        *_methods(found, "numbers"),
        *_methods(found, "large"),
        *_scorers(found, "flips"),
        *_scorers(found, "numbers"),
        *_by_set(found, "flips"),
        *_by_set(found, "numbers"),
        *_plain(found, "downstream", "accuracy"),
        *_plain(found, "uneven", "recall of the rare class"),
        *_plain(found, "uneven", "rare rows below the cut"),
        *_plain(found, "features", "Spearman"),
        *_all_sets(found, "unlabelled", "Spearman"),
        *_plain(found, "shares", "points off the share"),
        *_clock(found),
    ]
    return "\n".join(parts) if parts else "Nothing was measured.\n"


def csv_table(title, table):
    """A table as a directive."""
    text = io.StringIO()
    table.to_csv(text, index=False, lineterminator="\n")
    head, *rows = text.getvalue().splitlines()
    options = [f"   :header: {head}", "   :class: small", ""]
    return "\n".join([f".. csv-table:: {title}", *options, *(f"   {row}" for row in rows), ""])


def _wanted(found):
    table = pd.DataFrame(
        [(*line[:3], "yes" if line.met else "**no**") for line in lines(found)],
        columns=["regime", "wanted", "measured", "met"],
    )
    if len(table):
        yield csv_table(f"Wanted and measured: {(table.met == 'yes').sum()} of {len(table)}", table)


def _methods(found, regime):
    """A table for each variant: means over sets, and the least lead over a method on a set."""
    for variant in found.variants(regime, "AUROC"):
        tables = {metric: found.table(regime, metric, variant) for metric in _METRICS}
        aurocs = tables["AUROC"][[c for c in tables["AUROC"] if not is_part(c)]]
        columns = {"sets": aurocs.count()}
        columns |= {metric: table.mean().round(4) for metric, table in tables.items()}
        if NAME in aurocs:
            leads = aurocs.rsub(aurocs[NAME], axis=0)
            columns["default ahead"] = leads.mean().round(4)
            columns["at least, on a set"] = leads.min().round(4).astype(str) + _names(leads)
        table = pd.DataFrame(columns).loc[aurocs.columns].sort_values("AUROC", ascending=False)
        if "default ahead" in table and NAME in table.index:
            table.loc[NAME, ["default ahead", "at least, on a set"]] = [np.nan, ""]
        table = table.dropna(axis=1, how="all")
        title = f"{REGIMES[regime].about}: {variant}, means over sets"
        yield csv_table(title, table.rename_axis("method").reset_index())


def _names(leads):
    return " (" + leads.dropna(axis=1, how="all").idxmin() + ")"


def _scorers(found, regime):
    """The default valuer beside each of its scorers alone."""
    columns = {}
    for variant in found.variants(regime, "AUROC"):
        table = found.table(regime, "AUROC", variant)
        table = table[[c for c in table if is_part(c) or c == NAME]]
        if table.shape[1] > 1:
            columns[variant] = table.mean().round(4)
    if columns:
        table = pd.DataFrame(columns)
        table.index = [name.removeprefix("part: ") for name in table.index]
        title = f"{REGIMES[regime].about}: AUROC of each scorer alone"
        yield csv_table(title, table.rename_axis("scorer").reset_index())


def _by_set(found, regime):
    """On each set the default, the best rival there, and which it is."""
    for variant in found.variants(regime, "AUROC"):
        table = found.table(regime, "AUROC", variant)
        rivals = table[[c for c in table if c != NAME and not is_part(c)]]
        if NAME not in table or not rivals.shape[1]:
            continue
        lines_ = pd.DataFrame(
            {
                NAME: table[NAME].round(4),
                "best rival": rivals.max(axis=1).round(4),
                "which": rivals.idxmax(axis=1),
                "ahead": Lead(table).by_set.round(4),
            }
        )
        title = f"{REGIMES[regime].about}: {variant}, AUROC by set"
        yield csv_table(title, lines_.loc[table.index].reset_index())


def _plain(found, regime, measure):
    """A line for each variant, a column for each method: means over sets."""
    columns = {
        variant or "mean": found.table(regime, measure, variant).mean().round(4)
        for variant in found.variants(regime, measure)
    }
    if columns:
        table = pd.DataFrame(columns).T.rename_axis("").reset_index()
        yield csv_table(f"{REGIMES[regime].about}: {measure}, means over sets", table)


def _all_sets(found, regime, measure):
    """For each variant a line for each set, a column for each method."""
    for variant in found.variants(regime, measure):
        table = found.table(regime, measure, variant).round(3).reset_index()
        yield csv_table(f"{REGIMES[regime].about}: {variant}, {measure}", table)


def _clock(found):
    """Minutes that each regime takes on one core."""
    frame = found.frame[found.frame.measure == DONE]
    if len(frame):
        minutes = frame.groupby("regime", sort=False).value.sum() / 60
        table = minutes.round(1).rename("minutes").reset_index()
        yield csv_table(f"Minutes of one core: {minutes.sum():.0f}", table)
