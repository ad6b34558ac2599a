"""Time of a default fit beside out-of-fold forests, in turns, by the clock of this process."""

import time

import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_predict

from skdvgs import DVGSValuer

from .tables import CLASSES
from .tasks import make_task

SETS = tuple(CLASSES)

_REPEATS = 3


def measure(name, seed, quick):
    """Seconds of one thread, and their ratio; median of three turns."""
    task = make_task(name, seed)
    torch.set_num_threads(1)
    for given in (True,) if quick else (True, False):
        text = "with target set" if given else "no target set"
        turns = np.array([_turn(task, given) for _ in range(_REPEATS)])
        valuer, forests = np.median(turns, axis=0)
        yield f"{text}: seconds", "default", valuer
        yield f"{text}: seconds", "out-of-fold forests", forests
        yield f"{text}: ratio", "median", np.median(turns[:, 0] / turns[:, 1])


def _turn(task, given):
    """Both once; forests of 100 trees in five folds, on as many rows as the valuer reads."""
    start = time.process_time()
    DVGSValuer(random_state=task.seed).fit(task.X, task.y, **(task.target if given else {}))
    middle = time.process_time()
    X, y = task.both if given else (task.X, task.y)
    forest = RandomForestClassifier(random_state=task.seed)
    cross_val_predict(forest, X, y, cv=5, method="predict_proba")
    return middle - start, time.process_time() - middle
