"""Test accuracy of classifiers whose training rows are cleaned: which action serves best.

A section as the others; and by itself ``python -m benchmarks.quality.cleaning --out FILE`` appends
to the file what it does not hold yet, so that a run that was stopped goes on.
"""

import argparse
import csv
import warnings
from itertools import product
from pathlib import Path

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier

from skdvgs import CleanedClassifier
from skdvgs.exceptions import SkdvgsWarning

from . import labels
from .ours import default
from .report import Record, tables
from .tasks import make_task

SETS = (
    "adult",
    "phoneme",
    "spambase",
    "digits",
    "breast_cancer",
    "wine",
    "mnist_pca",
    "made_5_classes",
)
DEFECTS = {"even flips": "uniform", "flips by class": "class_conditional"}
ACTIONS = ("drop", "relabel", "weight")


class Known(BaseEstimator):
    """A valuer that has valued the rows before, so that all classifiers share its work."""

    def __init__(self, found):
        self.found = found

    def fit(self, X, y):
        vars(self).update(self.found)
        return self


def known(valuer):
    """A valuer that has valued already, to be given to samplers and cleaned classifiers."""
    parts = ("values_", "label_values_", "classes_", "low_threshold_")
    return Known({part: getattr(valuer, part) for part in parts})


def measure(name, seed, quick):
    """Flips of a fifth of the labels, with a target set."""
    for flips, defect in DEFECTS.items():
        task = make_task(name, seed, defect)
        valued = known(default(task))
        for model, estimator in models(seed, quick).items():
            for method, fitted in _fitted(estimator, valued, task):
                yield f"{flips}: {model}", method, fitted.score(task.X_test, task.y_test)


def models(seed, quick):
    """Classifiers that are trained on the cleaned rows."""
    found = labels.models(seed)
    return (
        found if quick else found | {"boosting": HistGradientBoostingClassifier(random_state=seed)}
    )


def _fitted(estimator, valued, task):
    right = ~task.noise
    yield "keep all", estimator.fit(task.X, task.y)
    for action in ACTIONS:
        cleaned = CleanedClassifier(estimator, valued, action=action)
        yield action, cleaned.fit(task.X, task.y)
    yield "wrong rows removed", estimator.fit(task.X[right], task.y[right])
    yield "true labels", estimator.fit(task.X, task.y_clean)


def main():
    """Measure what a file lacks, and print tables of all it holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.cleaning")
    parser.add_argument("--out", type=Path, required=True, help="CSV to go on with")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--quick", action="store_true", help="without boosting")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkdvgsWarning)  # the labels are spoilt on purpose
    done = set()
    if options.out.exists():
        held = pd.read_csv(options.out)
        done = set(zip(held["set"], held["seed"], strict=True))
    else:
        options.out.write_text(",".join(Record._fields) + "\n")
    for seed, name in product(range(options.seeds), options.sets.split(",")):
        if (name, seed) in done:
            continue
        lines = [
            ("cleaning", measure_, name, seed, method, value)
            for measure_, method, value in measure(name, seed, options.quick)
        ]
        with options.out.open("a", newline="") as file:  # a set is there whole, or not at all
            csv.writer(file).writerows(lines)
        print(f"# {name} {seed}", flush=True)
    tables([Record(*line) for line in pd.read_csv(options.out).itertuples(index=False)], False)


if __name__ == "__main__":
    main()
