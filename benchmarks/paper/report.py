"""From the results in a folder to tables, beside the paper's figures, and plots."""

import numpy as np
import pandas as pd

from . import figures
from .methods import DEFAULTS, PAPER, RANDOM

# Mean, and two standard deviations where given.
PAPER_FIGURES = {
    ("e2", PAPER): "0.750 ± 0.028",
    ("e2", "Data Shapley"): "0.671",
    ("e2", "DVRL"): "0.697",
    ("e2", "leave-one-out, accuracy"): "0.558",
    ("e2", RANDOM): "0.509",
    ("e3", PAPER): "0.954 ± 0.009",
    ("e3", "DVRL"): "0.835 ± 0.110",
    ("e5", PAPER): "-0.097 ± 0.048",
    ("e7", PAPER): "-0.372",
    ("e8", PAPER): "-0.505 ± 0.018",
}
PAPER_TIMES = {"DVRL": 5.7, "leave-one-out": 26, "leave-one-out, accuracy": 26, "Data Shapley": 444}
MEASURES = ("AUROC", "Spearman", "Spearman with quality")
NOT_RIVALS = [PAPER, DEFAULTS, RANDOM, "replicate agreement itself"]


def write(folder, titles):
    """Tables as CSV and text, and plots, of every experiment whose results are there."""
    results = {
        name: pd.read_csv(folder / f"{name}.csv")
        for name in titles
        if (folder / f"{name}.csv").exists()
    }
    target = folder / "report"
    target.mkdir(exist_ok=True)
    compared = {name: rows for name, rows in results.items() if name not in ("e11", "e12")}
    tables = {name: pd.concat(_tables_of(name, rows)) for name, rows in compared.items()}
    text = ""
    for name, table in tables.items():
        table.to_csv(target / f"{name}.csv", index=False)
        text += f"{name.upper()}: {titles[name]}\n{table.to_string(index=False)}\n\n"
    if tables:
        headline = pd.DataFrame(
            [
                _headline(name, titles[name], part)
                for name, table in tables.items()
                for _, part in table.groupby("data", sort=False)
            ]
        )
        headline.to_csv(target / "headline.csv", index=False)
        text += f"In short\n{headline.to_string(index=False)}\n"
        times = relative_times(compared)
        times.to_csv(target / "times.csv", index=False)
        text += f"\nSeconds over those of {PAPER}\n{times.to_string(index=False)}\n"
    for name in ("e11", "e12"):
        if name in results:
            table = _points(results[name])
            table.to_csv(target / f"{name}.csv", index=False)
            text += f"\n{name.upper()}: {titles[name]}\n{table.to_string(index=False)}\n"
    (target / "experiments.inc").write_text(_page(results, titles), encoding="utf-8")
    (target / "tables.txt").write_text(text, encoding="utf-8")
    print(text)
    figures.draw_all(folder, target, results, titles)


def _page(results, titles):
    """A section of the documentation for each experiment there is: its table and its plot."""
    section = (
        "{title}\n{line}\n\n.. image:: /_static/paper/{name}.png\n   :alt: Plots of {title}\n\n"
        ".. csv-table::\n   :file: {name}.csv\n   :header-rows: 1\n"
        "   :class: small\n\n"
    )
    headings = {name: f"{name.upper()}: {titles[name]}" for name in results}
    return "".join(
        section.format(name=name, title=title, line="-" * len(title))
        for name, title in headings.items()
    )


def mean_and_spread(numbers):
    """``mean ± two standard deviations``, the latter where there is more than one number."""
    mean = f"{np.mean(numbers):.3f}"
    return f"{mean} ± {2 * np.std(numbers, ddof=1):.3f}" if len(numbers) > 1 else mean


def _tables_of(name, rows):
    for data, part in rows.groupby("data", sort=False):
        measure = next(m for m in MEASURES if (part["measure"] == m).any())
        seconds = part[part["measure"] == "seconds"].groupby("method")["result"].median()
        lines = []
        for method, own in part.groupby("method", sort=False):
            numbers = own.loc[own["measure"] == measure, "result"]
            line = {
                "data": data,
                "method": method,
                measure: mean_and_spread(numbers),
                "paper": PAPER_FIGURES.get((name, method), ""),
                "repeats": len(numbers),
                "seconds": f"{seconds[method]:.2f}",
                "× DVGS": f"{seconds[method] / seconds[PAPER]:.2g}",
            }
            lines.append(line | _after_filtering(own))
        yield pd.DataFrame(lines)


def _after_filtering(own):
    """Scores with all rows, and without the lowest and the highest fifth."""
    found = {}
    for order in ("lowest", "highest"):
        curve = own[own["measure"].str.endswith(f"{order} removed")]
        if curve.empty:
            continue
        means = curve.groupby("at")["result"].mean()
        near = means.index[np.abs(means.index - 0.2).argmin()]
        found |= {"all rows": f"{means.iloc[0]:.3f}"} if order == "lowest" else {}
        found[f"{order} {near:.0%} removed"] = f"{means[near]:.3f}"
    return found


def _headline(name, title, table):
    measure = next(m for m in MEASURES if m in table)
    means = table.set_index("method")[measure]
    numbers = means.str.split().str[0].astype(float)
    best = (-numbers if measure == "Spearman" else numbers).drop(NOT_RIVALS, errors="ignore")
    rival = best.idxmax()
    return {
        "": name.upper(),
        "experiment": title,
        "data": table["data"].iloc[0],
        "measure": measure,
        "DVGS in the paper": PAPER_FIGURES.get((name, PAPER), ""),
        "ours, paper's settings": means[PAPER],
        "ours, defaults": means[DEFAULTS],
        "best rival": f"{rival}: {means[rival]}",
    }


def relative_times(compared):
    """Median seconds of each method over those of DVGS at the paper's settings."""
    columns = {}
    for name, rows in compared.items():
        if name in ("e1", "e2", "e3", "e4", "e5", "e6"):
            seconds = rows[rows["measure"] == "seconds"].groupby("method", sort=False)["result"]
            ratio = seconds.median() / seconds.median()[PAPER]
            columns[name.upper()] = ratio.map("{:.2g}".format)
    table = pd.DataFrame(columns)
    table.insert(0, "paper", table.index.map(lambda m: str(PAPER_TIMES.get(m, ""))))
    return table.fillna("").reset_index(names="method")


def _points(rows):
    """Mean AUROC and seconds of each method at each size."""
    rows = rows.assign(at=rows["at"].fillna(0))
    grouped = rows.groupby(["method", "at", "measure"], sort=False)["result"]
    table = grouped.agg(mean_and_spread).unstack("measure").reset_index()
    if (table["at"] == 0).all():
        return table.drop(columns="at")
    return table.assign(at=table["at"].astype(int)).rename(columns={"at": "source rows"})
