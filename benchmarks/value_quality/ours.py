"""The valuer as it is by default, and with the network and settings of the paper."""

import functools

import numpy as np

from benchmarks.paper_net import paper_net
from skdvgs import DVGSValuer


@functools.lru_cache(maxsize=8)
def default(task, given=True, **settings):
    """A fitted valuer; sections that ask for the same one share it."""
    valuer = DVGSValuer(random_state=task.seed, **settings)
    return valuer.fit(task.X, task.y, **(task.target if given else {}))


@functools.lru_cache(maxsize=4)
def paper(task, similarity="cosine"):
    """The paper's network on min-max scaled features, class-balanced loss, three restarts."""
    X, _ = task.both
    low, spread = X.min(axis=0), np.ptp(X, axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    net = paper_net(task.X.shape[1], module__n_outputs=task.n_classes)
    valuer = DVGSValuer(
        net, similarity=similarity, n_restarts=3, class_weight="balanced", random_state=task.seed
    )
    valuer.fit((task.X - low) / spread, task.y, X_val=(task.X_val - low) / spread, y_val=task.y_val)
    return valuer.values_
