"""The share of rows that the filter calls low, beside the share of labels that were flipped."""

from .ours import default_filter
from .tables import CLASSES
from .tasks import make_task

SETS = tuple(CLASSES)

_SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4)


def measure(name, seed, quick):
    """Estimated less true share in points; and the same without its sign."""
    for given in (True,) if quick else (True, False):
        text = "points" if given else "no target set: points"
        for share in _SHARES:
            task = make_task(name, seed, "uniform", share)
            dropped = default_filter(task, given).n_dropped_
            error = 100.0 * (dropped / len(task.y) - task.noise.mean())
            yield f"{text} off", f"{share:.0%}", error
            yield f"{text} off, absolute", f"{share:.0%}", abs(error)
