"""The share of rows that the filter calls low, beside the share of labels that were flipped."""

from itertools import product

import numpy as np

from .ours import default_filter
from .tables import CLASSES
from .tasks import make_task

SETS = tuple(CLASSES)

_FOLDS = 5
_SHARES = {
    "uniform": (0.0, 0.05, 0.1, 0.2, 0.3, 0.4),
    # With more, half of the rows of some classes carry the next one's label.
    "class_conditional": (0.05, 0.1, 0.2, 0.3),
}


def measure(name, seed, quick):
    """Estimated less true share in points; and the same without its sign."""
    for given, defect in product((True,) if quick else (True, False), _SHARES):
        text = f"{defect}: points off" if given else f"{defect}, no target set: points off"
        for share in _SHARES[defect]:
            task = make_task(name, seed, defect, share)
            if not given and np.bincount(task.y).min() < _FOLDS:
                continue  # too few rows of a class for cross-fitting
            dropped = default_filter(task, given).n_dropped_
            error = 100.0 * (dropped / len(task.y) - task.noise.mean())
            yield text, f"{share:.0%}", error
            yield f"{text}, absolute", f"{share:.0%}", abs(error)
