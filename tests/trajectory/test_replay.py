"""Rows along recorded trajectories."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris
from torch import nn

from skdvgs import DVGSValuer
from skdvgs._trajectory.replay import RecordedTrajectory
from skdvgs.exceptions import InvalidInputError


class Own(nn.Sequential):
    def __init__(self, n_features, n_outputs):
        super().__init__(nn.Linear(n_features, 5), nn.ReLU(), nn.Linear(5, n_outputs))


def test_threads_take_a_net_each():
    X, y = load_iris(return_X_y=True)
    valuer = DVGSValuer(Own, max_epochs=2, store_trajectory=True, random_state=0).fit(X, y)
    expected = valuer.score_samples(X, y)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: valuer.score_samples(X, y), range(8)):
            np.testing.assert_array_equal(found, expected)


def test_a_net_is_built_once(monkeypatch):
    X, y = load_iris(return_X_y=True)
    valuer = DVGSValuer(Own, random_state=0, max_epochs=2, store_trajectory=True).fit(X, y)
    first = valuer.score_samples(X[:1], y[:1])
    monkeypatch.setattr(RecordedTrajectory, "_build", None)
    np.testing.assert_array_equal(valuer.score_samples(X[:1], y[:1]), first)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is one")
def test_a_device_that_is_not_there_is_refused_before_any_work(monkeypatch):
    X, y = load_iris(return_X_y=True)
    monkeypatch.setattr("skdvgs._valuer.fit_default", None)
    with pytest.raises(InvalidInputError, match=r"device='cuda' cannot be used.*device='cpu'"):
        DVGSValuer(device="cuda").fit(X, y)
