"""Whether a ranking means anything, by copies with another label; and the layer of noise."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris

from skdvgs import DVGSValuer
from skdvgs._default_net.self_test import right_under_each_label, self_test_auc
from skdvgs._reporting.trust_check import set_trust_check
from skdvgs.exceptions import NothingToLearnWarning, PoorRankingWarning

X, Y = load_iris(return_X_y=True)
RNG = np.random.default_rng(0)
QUICK = DVGSValuer(max_epochs=10, n_restarts=2, random_state=0)


@pytest.fixture(scope="module")
def valuer():
    """With a target set that learnt labels of which every tenth is wrong."""
    noisy = Y.copy()
    noisy[::10] = (noisy[::10] + 1) % 3
    return clone(QUICK).fit(X, noisy, X_val=X[5::3], y_val=Y[5::3])


def slow_auc(right, wrong, weight):
    """Share of pairs of a right row and a copy in which the right row is higher."""
    found = total = 0.0
    for high in right:
        for low, w in zip(wrong, weight, strict=True):
            found += w * ((high > low) + 0.5 * (high == low))
            total += w
    return found / total


def test_auc_is_that_of_all_pairs(valuer):
    fit, y_val = valuer._trajectories, Y[5::3]
    n = len(y_val)
    under = []
    for fitted in fit._fitted:
        restart = fitted.restart
        evidence = restart.evidence_[len(X) :]
        labels = [restart.judge(evidence, np.full(n, label)).right for label in range(3)]
        under.append(np.stack(labels, axis=1))
        np.testing.assert_allclose(
            right_under_each_label(restart.judges_[0], evidence), under[-1], rtol=1e-12
        )
    under = np.mean(under, axis=0)
    is_given = np.arange(3) == y_val[:, None]
    expected = slow_auc(under[is_given], under[~is_given], np.full(2 * n, 0.5))
    assert valuer.self_test_auc_ == pytest.approx(expected, rel=1e-12)
    assert valuer.self_test_auc_ > 0.95


def test_wrong_rows_among_the_tested_ones_are_allowed_for(valuer):
    restarts = [fitted.restart for fitted in valuer._trajectories._fitted]
    evidence = [fitted.evidence for fitted in valuer._trajectories._fitted]
    noisy = Y.copy()
    noisy[::5] = (noisy[::5] + 1) % 3
    plain = self_test_auc(restarts, evidence, noisy, 0.0)
    corrected = self_test_auc(restarts, evidence, noisy, 0.2)
    assert corrected == pytest.approx((plain - 0.1) / 0.8)
    clean = self_test_auc(restarts, evidence, Y, 0.0)
    assert plain < clean - 0.05
    assert abs(corrected - clean) < abs(plain - clean) < 0.2


def test_too_few_rows_are_not_tested():
    valuer = clone(QUICK).fit(X, Y, X_val=X[::10], y_val=Y[::10])
    assert not hasattr(valuer, "self_test_auc_")
    valuer = clone(QUICK).fit(X, Y, X_val=X[::5], y_val=Y[::5])
    assert valuer.self_test_auc_ > 0.9
    valuer.fit(X, Y, X_val=X[::10], y_val=Y[::10])
    assert not hasattr(valuer, "self_test_auc_")


@pytest.mark.parametrize("kind", ["classes", "numbers", "labels"])
def test_noise_is_called_noise(kind):
    y = {
        "classes": RNG.integers(0, 3, 150),
        "numbers": RNG.normal(size=150),
        "labels": RNG.integers(0, 2, (150, 2)),
    }[kind]
    with pytest.warns(NothingToLearnWarning):  # says more than that the ranking is poor
        valuer = clone(QUICK).fit(RNG.normal(size=(150, 4)), y)
    assert 0.35 < valuer.self_test_auc_ < 0.65


@pytest.mark.parametrize(("task", "what"), [("regression", "target"), ("multilabel", "label")])
def test_a_poor_ranking_is_said(task, what):
    valuer = DVGSValuer()
    valuer.task_ = task
    with pytest.warns(PoorRankingWarning, match=f"near chance: .* with another {what} in only 65%"):
        set_trust_check(valuer, None, 0.65, warns=True)
    assert valuer.self_test_auc_ == 0.65
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        set_trust_check(valuer, None, 0.65, warns=False)
        set_trust_check(valuer, None, 0.71, warns=True)


def test_what_can_be_learnt_passes():
    rows, numbers = load_diabetes(return_X_y=True)
    several = np.stack([Y == 0, X[:, 0] > 6], axis=1).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert clone(QUICK).fit(rows, numbers).self_test_auc_ > 0.7
        assert clone(QUICK).fit(X, several).self_test_auc_ > 0.9


def test_does_not_depend_on_the_order_of_the_rows():
    order = RNG.permutation(150)
    one, other = clone(QUICK).fit(X, Y), clone(QUICK).fit(X[order], Y[order])
    assert one.self_test_auc_ == other.self_test_auc_
    np.testing.assert_array_equal(one.label_noise_, other.label_noise_)


def test_label_noise_is_the_mean_of_the_layers(valuer):
    layers = [
        state["transitions"].numpy()
        for fitted in valuer._trajectories._fitted
        for state in fitted.restart.judges_[0].states
    ]
    np.testing.assert_allclose(valuer.label_noise_, sum(layers) / len(layers), rtol=1e-12)
    np.testing.assert_allclose(valuer.label_noise_.sum(axis=1), 1.0)


def test_label_noise_shows_which_class_is_mistaken_for_which():
    noisy = Y.copy()
    noisy[50:70] = 2  # of class 1
    noise = clone(QUICK).fit(X, noisy, X_val=X[::4], y_val=Y[::4]).label_noise_
    off = noise - np.diag(np.diag(noise))
    assert np.unravel_index(off.argmax(), off.shape) == (1, 2)
    assert noise[1, 2] > 0.2
