"""Scalings: what they keep, and numbers at the ends of float32."""

import numpy as np
import pytest
from scipy.stats import rankdata
from sklearn.preprocessing import QuantileTransformer

from skdvgs._default_net.scaling import GlobalScaling, QuantileNormalScaling, TableScalings
from skdvgs._inputs.missing import fill_missing

SCALINGS = [QuantileNormalScaling, GlobalScaling]


def rows(n=300, seed=0):
    return np.random.default_rng(seed).lognormal(sigma=2, size=(n, 3)).astype(np.float32)


def test_quantile_scores_keep_ranks_and_have_unit_spread():
    X = rows()
    scaled = QuantileNormalScaling(0).fit(X).transform(X)
    np.testing.assert_array_equal(rankdata(scaled[:, 1]), rankdata(X[:, 1]))
    np.testing.assert_allclose(scaled.mean(axis=0), 0.0, atol=1e-5)
    np.testing.assert_allclose(scaled.std(axis=0), 1.0, atol=1e-2)
    units = np.float32([1e-3, 7.0, 1e6])
    other = QuantileNormalScaling(0).fit(X * units).transform(X * units)
    np.testing.assert_allclose(other, scaled, atol=1e-3)


def test_quantile_scores_are_those_of_scikit_learn():
    X = np.c_[rows(), np.round(rows(seed=1)), np.arange(300) % 3].astype(np.float32)
    reference = QuantileTransformer(n_quantiles=300, output_distribution="normal").fit(X)
    expected = np.clip(reference.transform(X.astype(float)), -3, 3)
    expected = (expected - expected.mean(axis=0)) / expected.std(axis=0)
    scaled = QuantileNormalScaling(0).fit(X).transform(X)
    np.testing.assert_allclose(scaled, np.clip(expected, -4, 4), atol=2e-5)


def test_global_scaling_keeps_relative_distances():
    X = rows()
    scaled = GlobalScaling(0).fit(X).transform(X)
    np.testing.assert_allclose(np.mean(scaled.var(axis=0)), 1.0, rtol=1e-4)
    ratio = np.ptp(scaled[:, 0]) / np.ptp(scaled[:, 1])
    np.testing.assert_allclose(ratio, np.ptp(X[:, 0]) / np.ptp(X[:, 1]), rtol=1e-4)


def test_scalings_of_a_table():
    X, shares = rows(), np.array([0.7, 0.3, 0.0])
    names = {"none", "quantile", "global", "both", "important"}
    found = TableScalings(0).fit(X).transform(X, names, shares)
    assert set(found) == names
    np.testing.assert_array_equal(found["none"], X)
    for scaling, name in ((QuantileNormalScaling, "quantile"), (GlobalScaling, "global")):
        np.testing.assert_array_equal(found[name], scaling(0).fit(X).transform(X))
    important = found["important"].var(axis=0)
    np.testing.assert_allclose(important, 0.5 + 0.5 * 3 * shares, rtol=2e-2)
    for half, name in ((found["both"][:, :3], "quantile"), (found["both"][:, 3:], "global")):
        np.testing.assert_allclose(half.var(axis=0).sum(), 1.0, rtol=1e-4)
        ratio = half / np.where(found[name] == 0, 1, found[name])
        assert np.ptp(ratio[found[name] != 0]) < 1e-5


def test_trees_are_given_missing_entries_as_they_are():
    given = rows()
    given[::7, 0] = given[3::5, 2] = np.nan
    gaps = np.array([0, 2])
    X = fill_missing(given, np.zeros(3), gaps)
    scalings = TableScalings(0, gaps).fit(X)
    np.testing.assert_array_equal(scalings.as_given(X), given)
    names, shares = {"none", "quantile", "important"}, np.array([0.7, 0.3, 0.0])
    found = scalings.transform(X, names, shares)
    np.testing.assert_array_equal(found["none"], given)
    # What says where entries are missing counts as a column that does not matter.
    ratio = found["important"] / np.where(found["quantile"] == 0, 1, found["quantile"])
    expected = np.sqrt(0.5 + 0.5 * 5 * np.array([0.7, 0.3, 0.0, 0.0, 0.0]))
    np.testing.assert_allclose(ratio.max(axis=0), expected, rtol=1e-4)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_constant_columns_become_zero(scaling):
    X = np.full((20, 2), 7.0, dtype=np.float32)
    np.testing.assert_allclose(scaling(0).fit(X).transform(X), 0.0, atol=1e-6)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_largest_numbers_stay_finite(scaling):
    X = rows()
    X[0], X[1] = np.finfo(np.float32).max, np.finfo(np.float32).min
    fitted = scaling(0).fit(X)
    assert np.isfinite(fitted.transform(X)).all()
    small = scaling(0).fit(rows())
    assert np.isfinite(small.transform(X)).all()


@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_sample_of_many_rows_tells_the_scale(scaling, monkeypatch):
    X = rows(3000)
    whole = scaling(0).fit(X).transform(X)
    monkeypatch.setattr("skdvgs._default_net.scaling._MOST_ROWS_READ", 1500)
    monkeypatch.setattr("skdvgs._default_net.scaling._BLOCK_ROWS", 100)
    sampled = scaling(0).fit(X).transform(X)
    np.testing.assert_array_equal(sampled, scaling(0).fit(X).transform(X))
    assert np.corrcoef(sampled[:, 0], whole[:, 0])[0, 1] > 0.99
