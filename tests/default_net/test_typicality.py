"""Typicality against the plain formula, and what it is for."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr

from skdvgs._default_net.typicality import Typicality


def plain(X, reference):
    """Mean kernel to the reference over its 10 % quantile within the reference, in float64."""
    X, reference = (a.astype(np.float64) for a in (X, reference))
    centre, spread = reference.mean(0), reference.std(0)
    spread[spread == 0] = 1
    X, reference = (np.clip((a - centre) / spread, -8, 8) for a in (X, reference))
    own = cdist(reference, reference, "sqeuclidean")
    bandwidth = 0.5 * np.median(own)
    usual = [np.delete(np.exp(-row / bandwidth), i).mean() for i, row in enumerate(own)]
    kernels = np.exp(-cdist(X, reference, "sqeuclidean") / bandwidth)
    return np.minimum(1, kernels.mean(1) / np.quantile(usual, 0.1))


@pytest.mark.parametrize("n", [3, 50, 1000])
def test_against_the_plain_formula(n):
    rng = np.random.default_rng(n)
    reference = rng.normal(size=(n, 4)).astype(np.float32) * [1, 100, 0.01, 0]
    X = rng.normal(size=(70, 4)).astype(np.float32) * [2, 100, 0.05, 1]
    found = Typicality(0).fit(reference)(X)
    np.testing.assert_allclose(found, plain(X, reference), rtol=1e-3, atol=1e-6)


def test_noisy_rows_are_less_typical():
    rng = np.random.default_rng(0)
    levels = rng.uniform(0, 3, 500)
    rows = rng.normal(size=(500, 10))
    found = Typicality(0).fit(rng.normal(size=(200, 10)))(
        rows + levels[:, None] * rng.normal(size=rows.shape)
    )
    assert spearmanr(found, levels).statistic < -0.7
    assert found.min() >= 0
    assert np.mean(found[levels < 0.1] == 1) > 0.6


def test_many_reference_rows_are_sampled():
    rng = np.random.default_rng(0)
    reference, X = rng.normal(size=(3000, 3)), rng.normal(size=(5000, 3))
    sampled = Typicality(0).fit(reference)(X)
    assert np.abs(sampled - plain(X, reference)).max() < 0.2
    np.testing.assert_array_equal(Typicality(0).fit(reference)(X), sampled)


@pytest.mark.parametrize(
    "reference",
    [np.ones((5, 2)), np.zeros((1, 2)), np.array([[0.0, 0.0], [3e38, -3e38]]), np.eye(2) * 1e-38],
)
def test_odd_references(reference):
    found = Typicality(0).fit(reference.astype(np.float32))(
        np.float32([[0, 0], [1, 1], [3e38, 3e38], [-1e30, 1e-30]])
    )
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()
