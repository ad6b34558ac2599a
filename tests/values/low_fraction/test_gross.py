"""Gross outliers are counted, and values of one kind hold none."""

import numpy as np
import pytest

from skdvgs._values.low_fraction.gross import gross_share

RNG = np.random.default_rng(0)


def discounted(lengths):
    """Discounted cosines of rows whose gradients are so many times the usual length."""
    return (1 + RNG.uniform(-1, 1, len(lengths)) * 0.9) / (1 + lengths)


@pytest.mark.parametrize("share", [0.03, 0.05, 0.1])
def test_rows_that_pull_very_hard(share):
    n_bad = round(1000 * share)
    bad = np.arange(1000) < n_bad
    values = discounted(np.where(bad, 1000.0, np.abs(RNG.normal(size=1000))))
    for targets in (
        RNG.normal(size=1000) + 60 * bad,
        np.exp(RNG.normal(size=1000)) / np.where(bad, 1e4, 1),
        np.column_stack([RNG.normal(size=1000), RNG.normal(size=1000) - 60 * bad]),
    ):
        assert gross_share(values, targets) == pytest.approx(share, abs=0.005)
    # They may be wrong, but not grossly: nothing tells how many of them are.
    assert gross_share(values, RNG.normal(size=1000)) < 0.005


def test_values_of_one_kind():
    targets = np.exp(RNG.normal(size=1000))
    assert gross_share(np.exp(RNG.normal(size=1000)), targets) < 0.005
    assert gross_share(np.full(50, 0.7), targets[:50]) == 0.0
    assert gross_share(np.empty(0), targets[:0]) == 0.0
    assert gross_share(RNG.normal(size=50), targets[:50]) == 0.0
