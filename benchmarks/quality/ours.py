"""The valuer as it is by default, and with the network and settings of the paper."""

import functools

import numpy as np

from benchmarks.paper_net import paper_net
from skdvgs import DVGSValuer, LowValueFilter


@functools.lru_cache(maxsize=4)
def default_filter(task, given=True):
    """A fitted filter around the default valuer; sections that ask for the same one share it."""
    clean = LowValueFilter(DVGSValuer(random_state=task.seed))
    return clean.fit(task.X, task.y, **(task.target if given else {}))


def default(task, given=True):
    """The default valuer, fitted."""
    return default_filter(task, given).valuer_


@functools.lru_cache(maxsize=4)
def paper(task, similarity="cosine"):
    """Values by the paper's network on min-max scaled features, with three restarts."""
    X, _ = task.both
    low, spread = X.min(axis=0), np.ptp(X, axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    net = paper_net(task.X.shape[1], module__n_outputs=task.n_classes)
    valuer = DVGSValuer(
        net, similarity=similarity, n_restarts=3, class_weight="balanced", random_state=task.seed
    )
    X, X_val = ((rows - low) / spread for rows in (task.X, task.X_val))
    return valuer.fit(X, task.y, X_val=X_val, y_val=task.y_val).values_
