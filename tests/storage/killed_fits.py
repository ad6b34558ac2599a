"""Fits to be killed."""

import hashlib
import time

import torch

from skdvgs._storage import checkpoint_dir as checkpoint_dir
from tests.storage.cases import ATTRIBUTES, given, momentum_net, valuer

CASES = {
    "default": (None, {"n_restarts": 4, "max_epochs": 30}, True),
    "default, no target": (None, {"n_restarts": 2, "max_epochs": 40}, False),
    "default, two jobs": (None, {"n_restarts": 4, "max_epochs": 40, "n_jobs": 2}, True),
    "own": (momentum_net(), {"max_epochs": 20, "n_restarts": 3}, True),
    "own, no target": (momentum_net(), {"max_epochs": 8, "n_restarts": 2, "tol": 0.01}, False),
    "own, two jobs": (momentum_net(), {"max_epochs": 20, "n_restarts": 4, "n_jobs": 2}, True),
    "own, two jobs, no target": (momentum_net(), {"max_epochs": 8, "n_jobs": 2}, False),
}


def digest(fitted):
    """Of every attribute that a fit leaves, and of the scores of its rows where it has them."""
    found = hashlib.sha256()
    for name in ATTRIBUTES:
        value = getattr(fitted, name, None)
        found.update(value.tobytes() if hasattr(value, "tobytes") else repr(value).encode())
    for name, weights in fitted.net_.module_.state_dict().items():
        found.update(name.encode() + weights.numpy().tobytes())
    return found.hexdigest()


def run(case, folder, **others):
    """Fit, and return a digest and the seconds it took; without a folder where there is none."""
    torch.set_num_threads(1)
    checkpoint_dir.SECONDS = 0.0
    net, settings, target = CASES[case]
    begun = valuer(net, checkpoint_dir=folder, **{**settings, **others})
    start = time.monotonic()
    begun.fit(**given(target))
    return digest(begun), time.monotonic() - start
