"""A real Ray cluster of two worker processes on this machine gives the very same values."""

import os
import time

import numpy as np
import pytest
import torch
from joblib import Parallel, delayed, parallel_config
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale
from torch import nn

from skdvgs import DVGSValuer

ray = pytest.importorskip("ray", reason="Ray is an extra")

X, Y = load_breast_cancer(return_X_y=True)
X = scale(X)[:300, :8].astype(np.float32)
Y = Y[:300]

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore:.*:FutureWarning")


class Net(nn.Sequential):
    """A network of one's own: its restarts and folds are sent to the workers."""

    def __init__(self):
        super().__init__(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))


@pytest.fixture(scope="module")
def _cluster():
    """Starting it takes some seconds."""
    from ray.util.joblib import register_ray

    # Workers would give way to the other tests, and take minutes.
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("RAY_worker_niceness", "0")
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        logging_level="error",
        log_to_driver=False,
        object_store_memory=80 * 2**20,
    )
    register_ray()
    yield
    ray.shutdown()
    monkeypatch.undo()


def _process(seconds):
    time.sleep(seconds)
    return os.getpid()


@pytest.mark.usefixtures("_cluster")
def test_two_workers_are_processes_of_their_own():
    with parallel_config(backend="ray", n_jobs=2):
        pids = set(Parallel()(delayed(_process)(0.2) for _ in range(4)))
    assert len(pids - {os.getpid()}) == 2


@pytest.mark.usefixtures("_cluster")
@pytest.mark.parametrize(
    "valuer",
    [
        DVGSValuer(n_restarts=2, cv=2, random_state=0),
        DVGSValuer(Net, max_epochs=2, n_restarts=1, cv=2, store_trajectory=True, random_state=0),
    ],
    ids=["default network", "own network"],
)
def test_values_are_the_same_on_the_cluster(valuer):
    alone = clone(valuer).fit(X, Y)
    with parallel_config(backend="ray", n_jobs=2):
        fitted = clone(valuer).fit(X, Y)
    np.testing.assert_array_equal(fitted.values_, alone.values_)
    np.testing.assert_array_equal(fitted.score_samples(X, Y), alone.score_samples(X, Y))


@pytest.mark.usefixtures("_cluster")
def test_the_network_that_comes_back_can_be_trained_on(recwarn):
    """What Ray hands over may not be written to; the fitted net holds copies."""
    with parallel_config(backend="ray", n_jobs=2):
        net = DVGSValuer(Net, max_epochs=1, n_restarts=1, cv=2, random_state=0).fit(X, Y).net_
    assert not [w for w in recwarn if "not writable" in str(w.message)]
    with torch.no_grad():
        for parameter in net.module_.parameters():
            parameter.add_(1.0)
