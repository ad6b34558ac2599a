"""Rows along kept trajectories: all checkpoints at once is one after the other."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from torch import nn

from skdvgs import DVGSValuer
from skdvgs._trajectory.replay import RecordedTrajectory
from skdvgs.exceptions import InvalidInputError


def longer_is_worse(dot, norm, target_norm):
    return dot - norm


CASES = {
    "classes": (load_iris(return_X_y=True), {}),
    "numbers": (load_diabetes(return_X_y=True), {}),
    "labels": (make_multilabel_classification(200, 6, n_classes=3, random_state=0), {}),
    "dots": (load_iris(return_X_y=True), {"similarity": "dot", "weighting": "uniform"}),
    "own similarity": (load_iris(return_X_y=True), {"similarity": longer_is_worse}),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("at_a_time", [1, 2**22])
def test_all_checkpoints_of_a_head_at_once(case, at_a_time, monkeypatch):
    (X, y), settings = CASES[case]
    order = np.random.default_rng(0).permutation(len(X))
    X, y = X[order], y[order]
    valuer = DVGSValuer(random_state=0, n_restarts=2, max_epochs=6, **settings)
    valuer.fit(X[:100], y[:100], X_val=X[100:140], y_val=y[100:140])
    monkeypatch.setattr("skdvgs._scoring.linear_head._AT_A_TIME", at_a_time)
    quick = valuer.score_samples(X, y)
    again = pickle.loads(pickle.dumps(valuer))  # holds no net that was built
    monkeypatch.setattr("skdvgs._trajectory.replay.DefaultHead", nn.Identity)
    slow = again.score_samples(X, y)
    np.testing.assert_allclose(quick, slow, atol=1e-6 * np.abs(slow).max())


def test_threads_take_a_net_each():
    class Own(nn.Sequential):
        def __init__(self, n_features, n_outputs):
            super().__init__(nn.Linear(n_features, 5), nn.ReLU(), nn.Linear(5, n_outputs))

    X, y = load_iris(return_X_y=True)
    valuer = DVGSValuer(Own, max_epochs=2, store_trajectory=True, random_state=0).fit(X, y)
    expected = valuer.score_samples(X, y)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: valuer.score_samples(X, y), range(8)):
            np.testing.assert_array_equal(found, expected)


def test_a_net_is_built_once(monkeypatch):
    X, y = load_iris(return_X_y=True)
    valuer = DVGSValuer(random_state=0, max_epochs=2).fit(X, y)
    first = valuer.score_samples(X[:1], y[:1])
    monkeypatch.setattr(RecordedTrajectory, "_build", None)
    np.testing.assert_array_equal(valuer.score_samples(X[:1], y[:1]), first)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is one")
def test_a_device_that_is_not_there_is_refused_before_any_work(monkeypatch):
    X, y = load_iris(return_X_y=True)
    monkeypatch.setattr("skdvgs._valuer.make_plan", None)
    with pytest.raises(InvalidInputError, match=r"device='cuda' cannot be used.*device='cpu'"):
        DVGSValuer(device="cuda").fit(X, y)
