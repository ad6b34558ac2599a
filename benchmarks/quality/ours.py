"""The default valuer, and each of the scorers inside it alone."""

import functools
import time

import numpy as np

from benchmarks.rivals import margin, own_label, residual
from skdvgs import DVGSValuer

NAME = "DVGSValuer()"


def timed(function, *arguments, **settings):
    """What a function returns, and its seconds of the processor."""
    start = time.process_time()
    found = function(*arguments, **settings)
    return found, time.process_time() - start


@functools.lru_cache(maxsize=8)
def fitted(task, random_state=None):
    """The valuer as it comes, and its seconds; regimes that ask for the same fit share it."""
    # Grades are whole numbers, which would be read as labels.
    kind = "auto" if task.n_classes else "regression"
    random_state = task.seed if random_state is None else random_state
    valuer = DVGSValuer(task=kind, random_state=random_state)
    known = {"X_val": task.X_val, "y_val": task.y_val, "groups": task.groups}
    return timed(valuer.fit, task.X, task.y, **{k: v for k, v in known.items() if v is not None})


def parts(task):
    """Values by each scorer inside the valuer: of classes by own label and by margin.

    The scores are those that the valuer pools, made without the row; means over its restarts.

    Yields
    ------
    name, values : str and array of shape (n_source,)
    """
    valuer, _ = fitted(task)
    restarts = valuer._trajectories._fitted
    names = restarts[0].restart.scores_.names_
    evidence = np.mean([restart.evidence for restart in restarts], axis=0)
    for number, name in enumerate(names):
        if task.n_classes:
            log_odds = evidence[:, number]
            chances = np.exp(log_odds) / np.exp(log_odds).sum(axis=1, keepdims=True)
            codes = np.searchsorted(valuer.classes_, task.y)
            yield f"part: {name}, own", own_label(chances, codes)
            yield f"part: {name}, margin", margin(chances, codes)
        else:
            scale = restarts[0].restart._scales[0]
            yield f"part: {name}", residual(evidence[:, 0, number], scale.transform(task.y).score)
