"""Targets on the normal scale: ranks, ties, and tails that are too far out."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from skdvgs._default_net.target_scale import HALF_WIDTH, TargetScale

RNG = np.random.default_rng(0)


def scored(y):
    return TargetScale().fit(y).transform(y)


def test_scores_are_the_mean_of_a_normal_variable_between_the_ends_of_a_rank():
    y = RNG.permutation(np.arange(50.0)) ** 3
    found = scored(y).score
    for rank in (0, 10, 49):
        low, high = norm.ppf(rank / 50), norm.ppf((rank + 1) / 50)
        expected = quad(lambda x: x * norm.pdf(x), low, high)[0] * 50
        np.testing.assert_allclose(np.sort(found)[rank], expected, atol=1e-9)


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e6])
def test_units_and_monotone_tails_do_not_matter(unit):
    y = RNG.normal(size=500)
    np.testing.assert_allclose(scored(y * unit).score, scored(y).score, atol=1e-9)
    skewed = scored(np.exp(2 * y)).score
    # Ends may be placed further out than their rank; the rest stays.
    assert np.mean(np.abs(skewed - scored(y).score) < 0.05) > 0.98
    np.testing.assert_array_equal(np.argsort(skewed), np.argsort(y))


def test_ties_share_a_score_and_an_interval():
    y = np.repeat([1.0, 2.0, 3.0], [50, 30, 20])
    found = scored(y)
    np.testing.assert_allclose(found.low[50], norm.ppf(0.5))
    np.testing.assert_allclose(found.high[50], norm.ppf(0.8))
    assert found.tied.all()
    assert np.isneginf(found.low[0])
    assert np.isposinf(found.high[-1])
    single = scored(np.arange(10.0))
    assert not single.tied.any()
    np.testing.assert_allclose(single.high - single.low, 2 * HALF_WIDTH)


def test_frequent_targets_are_those_that_one_row_in_fifty_has():
    y = np.concatenate([np.zeros(60), np.full(4, 3.0), np.full(3, 7.0), np.arange(10.0, 143.0)])
    scale = TargetScale().fit(y)
    found, expected = scale.frequent(), scale.transform([0.0, 3.0])
    for name in ("score", "low", "high"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    assert len(TargetScale().fit(np.arange(20.0)).frequent().score) == 0


def test_gross_errors_lie_far_out():
    y = RNG.normal(size=1000) + 20
    y[:10] *= 10
    found = scored(y).score
    assert (found[:10] > 10).all()
    assert np.abs(found[10:]).max() < 5
    assert np.abs(scored(y).learnable).max() == 2.5


def test_new_targets_lie_between_the_fitted_ones():
    y = RNG.normal(size=200)
    scale = TargetScale().fit(y)
    new = scale.transform(np.array([-1e9, 0.0, 1e9]))
    assert new.score[0] == scored(y).score.min()
    assert new.score[2] == scored(y).score.max()
    np.testing.assert_allclose(scale.inverse(scored(y).score), y, atol=1e-9)
    assert not new.tied[1]


def test_one_value_only():
    found = scored(np.full(20, 7.0))
    np.testing.assert_allclose(found.score, 0.0, atol=1e-12)
    assert np.isneginf(found.low).all()
