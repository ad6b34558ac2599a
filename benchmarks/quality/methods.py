"""What people would use instead, on a task: values, a cut, and the time they took."""

from importlib.util import find_spec
from typing import NamedTuple

import numpy as np

from benchmarks import rivals

from .ours import NAME, fitted, timed

# Gradient boosting and bagged trees on all features take minutes beyond this many features x
# classes, and are left out there.
_MOST_WORK = 3000

_NEIGHBOURS = 10

_OOB_MODELS = 100


class Judged(NamedTuple):
    """What a method says of the source rows.

    Attributes
    ----------
    name : str
        Of the method.
    values : array of shape (n_source,)
        Higher is better.
    low : bool array of shape (n_source,) or None
        Rows under the method's own cut.
    seconds : float
        Of the processor.
    """

    name: str
    values: np.ndarray
    low: np.ndarray | None
    seconds: float


def ours(task):
    """The default valuer; its cut is where a label is more likely wrong than right."""
    valuer, seconds = fitted(task)
    return Judged(NAME, valuer.values_, valuer.values_ < valuer.low_threshold_, seconds)


def for_labels(task, quick=False):
    """Rivals that tell classes."""
    seed = {"seed": task.seed}
    models = {
        "forest": lambda: rivals.forest_out_of_bag(*task.rows, **seed),
        "forest, leaves of 4": lambda: rivals.forest_out_of_bag(*task.rows, leaf=4, **seed),
        "logistic regression": lambda: rivals.linear_out_of_fold(*task.rows, **seed),
    }
    small = task.X.shape[1] * task.n_classes <= _MOST_WORK
    if small and not quick:
        models["boosting"] = lambda: rivals.boosting_out_of_fold(*task.rows, **seed)
    for name, model in models.items():
        chances, seconds = timed(model)
        predicted_other = chances.argmax(axis=1) != task.y
        yield Judged(f"{name}, own", rivals.own_label(chances, task.y), predicted_other, seconds)
        yield Judged(f"{name}, margin", rivals.margin(chances, task.y), predicted_other, seconds)
        if name != "forest":
            issues = rivals.find_label_issues(chances, task.y)
            values = rivals.adjusted_own_label(chances, task.y)
            yield Judged(f"confident learning, {name}", values, issues, seconds)
    if task.X_val is not None:
        chances, seconds = timed(rivals.forest_on_target, *task.rows, **seed)
        predicted_other = chances.argmax(axis=1) != task.y
        values = rivals.own_label(chances, task.y)
        yield Judged("forest on target set", values, predicted_other, seconds)
        values, seconds = timed(knn_shapley, task)
        yield Judged("KNN-Shapley", values, rivals.two_means(values), seconds)
    if small and not quick:
        values, seconds = timed(rivals.data_oob, task.X, task.y, n_models=_OOB_MODELS, **seed)
        yield Judged("Data-OOB", values, rivals.two_means(values), seconds)
    if has_cleanlab() and not quick:
        from benchmarks.rivals.cleanlab_tools import datalab

        (values, low), seconds = timed(datalab, *task.rows)
        yield Judged("Datalab on features", values, low, seconds)


def for_numbers(task, quick=False):
    """Rivals that predict numbers; none has a cut of its own."""
    models = {
        "forest": rivals.forest_out_of_bag,
        "ridge regression": rivals.linear_out_of_fold,
        "boosting": rivals.boosting_out_of_fold,
    }
    if task.X_val is not None:
        models["forest on target set"] = rivals.forest_on_target
        models["boosting on target set"] = rivals.boosting_on_target
    for name, model in models.items():
        predicted, seconds = timed(model, *task.rows, seed=task.seed)
        yield Judged(name, rivals.residual(predicted, task.y), None, seconds)


def knn_shapley(task):
    """On features of equal spread."""
    both = np.concatenate([task.X, task.X_val])
    spread = both.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return rivals.knn_shapley(
        task.X / spread, task.y, task.X_val / spread, task.y_val, n_neighbors=_NEIGHBOURS
    )


def has_cleanlab():
    """Whether the extra is installed, with what its Datalab needs."""
    return all(find_spec(name) is not None for name in ("cleanlab", "datasets"))
