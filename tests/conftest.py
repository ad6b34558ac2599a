"""Each worker of pytest-xdist computes in one thread: there are as many workers as cores.

And the default network is small in all tests but those marked ``whole_forest``; there is a
progress bar that draws every step, for the tests that read it.
"""

import functools
import importlib
import os
import signal
import sys
import time

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:
    # Read when the libraries are loaded, and by the processes that tests start.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


_SMALL = {
    "skdvgs._default_net.scorers.scores._N_TREES": 12,
    "skdvgs._default_net.class_judge._EPOCHS": 8,
    "skdvgs._default_net.class_judge._FROM": 5,
    "skdvgs._default_net.scale_features._TREES": 20,
    "skdvgs._default_net.trust_training._ITERATIONS": 15,
    "skdvgs._default_net.number_judge._EPOCHS": 2,
    "skdvgs._default_net.number_judge._FROM": 1,
}


@pytest.fixture(autouse=True, scope="module")
def whole_forest():
    """Make the default network small; return how large it is otherwise.

    Nearly all of its time goes into trees and training, and most tests ask for nothing that takes
    much of them. Only for the modules in this folder: the examples of the documentation show what
    users get.
    """
    whole = {}
    with pytest.MonkeyPatch.context() as patch:
        for path, size in _SMALL.items():
            module, _, name = path.rpartition(".")
            whole[path] = getattr(importlib.import_module(module), name)
            patch.setattr(path, size)
        yield whole


@pytest.fixture(autouse=True)
def _as_large_as_marked(request, whole_forest, monkeypatch):
    if request.node.get_closest_marker("whole_forest"):
        for path, size in whole_forest.items():
            monkeypatch.setattr(path, size)


@pytest.fixture
def _bar_draws_every_step(monkeypatch):
    # Imported here: what is imported above could load the libraries first.
    import tqdm.auto

    # Otherwise tqdm draws ten times a second at most.
    eager = functools.partial(tqdm.auto.tqdm, mininterval=0, miniters=0)
    monkeypatch.setattr(tqdm.auto, "tqdm", eager)


@pytest.fixture
def _ctrl_c_is_heard():
    # A shell has its background jobs ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


_pools = {}  # of worker processes: since when each is known


@pytest.fixture(autouse=True, scope="module")
def _no_idle_workers():
    """End the worker processes that an earlier module has started.

    Those that idle for five minutes end by themselves, and a job handed out at that very moment
    is never done. Until then the next module may have them: starting them takes seconds.
    """
    yield
    loky = sys.modules.get("joblib.externals.loky.reusable_executor")
    executor = getattr(loky, "_executor", None)
    if executor is None:
        return
    now = time.monotonic()
    if now - _pools.setdefault(id(executor), now) > 90.0:
        executor.shutdown(wait=True)
