"""Seventeen tables as they come, valued through Python and the command line without preparation.

Run ``python -m benchmarks.quality.real_tables --seaborn-data FOLDER``. The tables are those of
scikit-learn, of ``pip install vega_datasets statsmodels``, and of a clone of
github.com/mwaskom/seaborn-data; what is not there is skipped, and said so.

A part of the labels is changed: 15 % of classes to another class of the table, 10 % of numbers to
those of other rows. The table that is printed says how well the values find them (AUROC).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.metrics import roc_auc_score

from skdvgs import DVGSValuer
from skdvgs._cli import main as command_line

_MOST_ROWS = 1500


@dataclass(frozen=True)
class RealTable:
    """A table and its column of labels.

    Attributes
    ----------
    name : str
        Of the table.
    load : callable
        Returns a frame; raises FileNotFoundError where it is not there.
    label : str
        Column of the labels.
    leaks : list of str
        Columns that say the label in other words.
    """

    name: str
    load: Callable[[Path], pd.DataFrame]
    label: str
    leaks: list[str] = field(default_factory=list)


def of_seaborn(name: str) -> Callable[[Path], pd.DataFrame]:
    """A CSV file of the clone."""
    return lambda folder: pd.read_csv(folder / f"{name}.csv")


def of_package(package: str, *parts: str, **options: Any) -> Callable[[Path], pd.DataFrame]:
    """A file that a package brings."""

    def load(_: Path) -> pd.DataFrame:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise FileNotFoundError(f"{package} is not installed")
        place = Path(spec.origin).parent.joinpath(*parts)
        return pd.read_json(place) if place.suffix == ".json" else pd.read_csv(place, **options)

    return load


def of_sklearn(load: Callable[..., Any]) -> Callable[[Path], pd.DataFrame]:
    """A table of scikit-learn."""
    return lambda _: load(as_frame=True).frame


_VEGA = partial(of_package, "vega_datasets", "_data")

_STATSMODELS = partial(of_package, "statsmodels", "datasets")

TABLES = [
    RealTable("titanic", of_seaborn("titanic"), "survived", ["alive"]),
    RealTable("penguins", of_seaborn("penguins"), "species"),
    RealTable("tips", of_seaborn("tips"), "smoker"),
    RealTable("mpg", of_seaborn("mpg"), "mpg"),
    RealTable("diamonds", of_seaborn("diamonds"), "price"),
    RealTable("taxis", of_seaborn("taxis"), "color"),
    RealTable("planets", of_seaborn("planets"), "year"),
    RealTable("exercise", of_seaborn("exercise"), "kind"),
    RealTable("cars", _VEGA("cars.json"), "Origin"),
    RealTable("seattle-weather", _VEGA("seattle-weather.csv"), "weather"),
    RealTable("la-riots", _VEGA("la-riots.csv"), "type"),
    RealTable("stocks", _VEGA("stocks.csv"), "symbol"),
    RealTable("anes96", _STATSMODELS("anes96", "anes96.csv", sep="\t", quotechar="'"), "vote"),
    RealTable("fair", _STATSMODELS("fair", "fair.csv"), "rate_marriage"),
    RealTable("modechoice", _STATSMODELS("modechoice", "modechoice.csv", sep=";"), "choice"),
    RealTable("breast cancer", of_sklearn(load_breast_cancer), "target"),
    RealTable("diabetes", of_sklearn(lambda **o: load_diabetes(scaled=False, **o)), "target"),
]


def corrupt(frame: pd.DataFrame, label: str, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Change a part of the labels; returns the table and which rows those are."""
    rng = np.random.default_rng(seed)
    frame = frame.dropna(subset=[label]).reset_index(drop=True)
    if len(frame) > _MOST_ROWS:
        frame = frame.iloc[np.sort(rng.choice(len(frame), _MOST_ROWS, replace=False))]
        frame = frame.reset_index(drop=True)
    labels = frame[label].to_numpy(copy=True)
    if len(np.unique(labels)) > 20:
        changed = rng.choice(len(labels), len(labels) // 10, replace=False)
        labels[changed] = labels[rng.permutation(changed)]
    else:
        changed = rng.choice(len(labels), 15 * len(labels) // 100, replace=False)
        classes = np.unique(labels)
        other = np.searchsorted(classes, labels[changed]) + rng.integers(
            1, len(classes), len(changed)
        )
        labels[changed] = classes[other % len(classes)]
    wrong = labels != frame[label].to_numpy()
    return frame.assign(**{label: labels}), wrong


def through_python(frame: pd.DataFrame, table: RealTable) -> np.ndarray:
    """Values of a frame as it is."""
    X = frame.drop(columns=[table.label, *table.leaks])
    return DVGSValuer(cv=3, random_state=0).fit(X, frame[table.label]).values_


def through_the_command_line(frame: pd.DataFrame, table: RealTable) -> np.ndarray:
    """Values of a CSV file as it is."""
    with tempfile.TemporaryDirectory() as folder:
        data, out = os.path.join(folder, "a.csv"), os.path.join(folder, "out.csv")
        frame.to_csv(data, index=False)
        options = [part for name in table.leaks for part in ("--ignore", name)]
        command = ["value", data, "--label", table.label, "--folds", "3", "--out", out, *options]
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            status = command_line([*command, "--quiet"])
        if status != 0:
            raise RuntimeError(said.getvalue())
        found = pd.read_csv(out)
    values = np.full(len(frame), np.nan)
    values[found["row"]] = found["value"]
    return values


def measure(table: RealTable, folder: Path) -> Iterator[str]:
    """Yield the cells of a table's line."""
    frame, wrong = corrupt(table.load(folder), table.label, 0)
    n_text = sum(not pd.api.types.is_numeric_dtype(dtype) for dtype in frame.dtypes)
    n_missing = int(frame.isna().sum().sum())
    yield from (table.name, table.label, f"{len(frame):,}", f"{frame.shape[1] - 1}")
    yield from (f"{n_text}", f"{n_missing:,}")
    for value in (through_python, through_the_command_line):
        started = time.monotonic()
        values = value(frame, table)
        known = np.isfinite(values)
        yield f"{roc_auc_score(wrong[known], -values[known]):.3f}"
        yield f"{time.monotonic() - started:.0f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    home = Path.home() / "seaborn-data"
    parser.add_argument("--seaborn-data", type=Path, default=home, metavar="FOLDER")
    folder = parser.parse_args().seaborn_data
    heads = (
        "table",
        "label",
        "rows",
        "columns",
        "not numbers",
        "missing",
        "Python",
        "s",
        "CLI",
        "s",
    )
    print(" | ".join(heads))
    warnings.simplefilter("ignore")
    for table in TABLES:
        try:
            print(" | ".join(measure(table, folder)), flush=True)
        except FileNotFoundError as error:
            print(f"{table.name}: skipped, {error}")


if __name__ == "__main__":
    main()
