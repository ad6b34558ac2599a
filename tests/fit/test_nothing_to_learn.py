"""Data whose labels have nothing to do with their features, and what is said of them."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs.exceptions import NothingToLearnWarning

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 4))

NOISE = {
    "classes": RNG.integers(0, 2, 120),
    "numbers": RNG.normal(size=120),
    "two numbers": RNG.normal(size=(120, 2)),
    "two labels": RNG.integers(0, 2, (120, 2)),
}


@pytest.mark.parametrize("kind", NOISE)
def test_noise_is_named(kind):
    valuer = DVGSValuer(n_restarts=1, random_state=0)
    with pytest.warns(NothingToLearnWarning, match="4 columns of the 120 rows"):
        valuer.fit(X, NOISE[kind])
    assert np.isnan(valuer.low_fraction_)
    assert valuer.low_threshold_ == 0.0
    assert not valuer.converged_
    assert np.isfinite(valuer.values_).all()


def test_a_filter_drops_nothing():
    y = NOISE["classes"]
    dropper = LowValueFilter(DVGSValuer(n_restarts=1, random_state=0), fraction="auto")
    with pytest.warns(NothingToLearnWarning):
        dropper.fit(X, y)
    assert dropper.support_.all()


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer])
def test_many_wrong_labels_are_not_nothing(load):
    features, y = load(return_X_y=True)
    wrong = np.random.default_rng(0).permutation(len(y)) < 0.4 * len(y)
    y = np.where(wrong, (y + 1) % (y.max() + 1), y)
    valuer = DVGSValuer(n_restarts=1, random_state=0).fit(features, y)
    assert 0.0 < valuer.low_fraction_ < 1.0
    assert valuer.low_threshold_ == 0.5


def test_numbers_that_are_noisy_by_nature_are_not_nothing():
    features, y = load_diabetes(return_X_y=True)
    valuer = DVGSValuer(n_restarts=1, random_state=0).fit(features[:150], y[:150])
    assert valuer.low_threshold_ == 0.5
