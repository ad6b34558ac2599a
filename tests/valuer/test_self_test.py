"""What a valuer says of its own values, against a float64 replay."""

import warnings

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from skorch import NeuralNet
from torch import nn
from torch.nn import functional

from skdvgs import DVGSValuer
from skdvgs._values.self_test import doubts, self_test_auc
from skdvgs.exceptions import PoorRankingWarning
from tests import oracle

RNG = np.random.default_rng(0)
CLASSES = RNG.integers(0, 3, 54)
ROWS = (RNG.normal(size=(54, 4)) + 2 * CLASSES[:, None]).astype(np.float32)
X, Y, X_VAL, Y_VAL = ROWS[:25], CLASSES[:25], ROWS[25:], CLASSES[25:]


class Small(nn.Sequential):
    def __init__(self, n_outputs=3):
        super().__init__(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, n_outputs))


def make_net(**settings):
    options = {"optimizer": torch.optim.Adam, "lr": 0.02, "max_epochs": 8, "batch_size": 10}
    options |= {"criterion": nn.CrossEntropyLoss, "callbacks": [oracle.Recorder], "verbose": 0}
    return NeuralNet(Small, **{**options, **settings})


def fitted(net=None, y=Y, y_val=Y_VAL, **options):
    oracle.RECORD.clear()
    valuer = DVGSValuer(net or make_net(), source_batch_size=7, random_state=0, **options)
    return valuer.fit(X, y, X_val=X_VAL, y_val=y_val)


def test_auc_is_that_of_rows_with_own_and_other_labels():
    valuer = fitted()
    other = (Y_VAL + 1 + np.arange(29) % 2) % 3
    right, wrong = (
        oracle.replay(Small(), functional.cross_entropy, X_VAL, y) for y in (Y_VAL, other)
    )
    truth = np.repeat([1, 0], 29)
    expected = roc_auc_score(truth, np.concatenate([right, wrong]))
    assert valuer.self_test_auc_ == pytest.approx(expected, abs=2e-3)
    assert 0.7 < expected < 1


def test_training_and_values_do_not_feel_it(monkeypatch):
    expected = fitted()
    monkeypatch.setattr("skdvgs._trajectory.job.TrajectoryJob._self_test", lambda *args: None)
    found = fitted()
    np.testing.assert_array_equal(found.values_, expected.values_)
    assert not hasattr(found, "self_test_auc_")


def test_a_fit_in_files_says_the_same(tmp_path):
    net = make_net(callbacks=None)
    expected = fitted(net).self_test_auc_
    for _ in range(2):
        assert fitted(net, checkpoint_dir=tmp_path / "fit").self_test_auc_ == expected


def test_influence_and_one_logit_have_it_too():
    # The network has learnt these rows: even a short training tells them.
    assert 0.6 < fitted(similarity="influence").self_test_auc_ <= 1
    net = make_net(module__n_outputs=1, criterion=nn.BCEWithLogitsLoss)
    valuer = fitted(net, y=Y > 0, y_val=Y_VAL > 0)
    assert 0.5 < valuer.self_test_auc_ <= 1
    named = DVGSValuer(make_net(), random_state=0).fit(X, Y, X_val={"a": X_VAL}, y_val={"a": Y_VAL})
    assert not hasattr(named, "self_test_auc_")


def test_warnings():
    with pytest.warns(PoorRankingWarning, match=r"near chance: .* with an AUROC of 0\.\d\d"):
        fitted(similarity=lambda dot, norm, target_norm: -dot)
    with pytest.warns(PoorRankingWarning, match=r"All values are 0: the rows cannot be ranked"):
        fitted(similarity=lambda dot, norm, target_norm: 0 * dot)
    with pytest.warns(PoorRankingWarning, match="The target loss never falls"):
        fitted(make_net(lr=1e-9, batch_size=-1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted()


@pytest.mark.parametrize("n", [1, 5, 40])
def test_auc_against_scikit_learn(n):
    tests = [RNG.normal(size=(n, 2)).round(1) for _ in range(3)]  # with ties
    expected = np.mean([roc_auc_score(np.repeat([1, 0], n), test.T.ravel()) for test in tests])
    assert self_test_auc(tests) == pytest.approx(expected)


def test_doubts_about_losses():
    values, falling = np.arange(3.0), np.linspace(1.0, 0.5, 20)
    assert not doubts(values, [falling, falling[::-1]], 0.9)
    assert len(doubts(values, [falling[::-1]], 0.9)) == 1
    assert not doubts(values, [falling[::-1][:4]], 0.9)  # too short to say
    assert not doubts(values[:1], [falling], None)
