"""Two labels whose values mirror each other, with a share of flips that is known."""

import numpy as np
import pytest

from skdvgs._values.low_fraction.estimate import estimate_low_fraction

LABELS = np.arange(1000) % 2
RATES = (0.05, 0.1, 0.2, 0.3, 0.4)


def clean_values(rng, n, shape):
    """Values of correctly labelled rows; some are hard, so some values are negative."""
    return {
        "normal": lambda: rng.normal(0.3, 0.2, size=n),
        "skewed": lambda: 0.5 - rng.gamma(2.0, 0.1, size=n),
        "two kinds of row": lambda: np.where(
            rng.uniform(size=n) < 0.7, rng.normal(0.5, 0.1, n), rng.normal(0.1, 0.1, n)
        ),
    }[shape]()


def flipped(rng, values, rate):
    flips = rng.uniform(size=len(values)) < rate
    return np.where(flips, -values, values), np.mean(flips)


@pytest.mark.parametrize("shape", ["normal", "skewed", "two kinds of row"])
@pytest.mark.parametrize("rate", RATES)
def test_mirror_rule_finds_the_share_of_flips(shape, rate):
    rng = np.random.default_rng(0)
    found = []
    for _ in range(20):
        values, share = flipped(rng, clean_values(rng, 1000, shape), rate)
        found.append(estimate_low_fraction(values, LABELS, mirrored=True) - share)
    assert abs(np.mean(found)) < 0.05
    assert np.max(np.abs(found)) < 0.15


@pytest.mark.parametrize("shape", ["normal", "skewed", "two kinds of row"])
def test_mirror_rule_finds_next_to_nothing_on_clean_data(shape):
    rng = np.random.default_rng(0)
    shares = [
        estimate_low_fraction(clean_values(rng, 1000, shape), LABELS, mirrored=True)
        for _ in range(20)
    ]
    assert np.mean(shares) < 0.01


def test_half_of_the_rows_at_most_are_taken_for_flips():
    # Beyond a half, flipped labels would be the rule and nothing could tell.
    assert estimate_low_fraction(-np.linspace(0.1, 0.9, 100), LABELS[:100], mirrored=True) <= 0.5
