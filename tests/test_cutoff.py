"""How many rows are low, on values whose composition is known."""

import numpy as np
import pytest

from skdvgs._cutoff import count_low_values, mirrored_share, separate_share

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
        found.append(mirrored_share(values) - share)
    assert abs(np.mean(found)) < 0.05
    assert np.max(np.abs(found)) < 0.15


@pytest.mark.parametrize("shape", ["normal", "skewed", "two kinds of row"])
def test_mirror_rule_finds_next_to_nothing_on_clean_data(shape):
    rng = np.random.default_rng(0)
    shares = [mirrored_share(clean_values(rng, 1000, shape)) for _ in range(20)]
    assert np.mean(shares) < 0.01


def test_half_of_the_rows_at_most_are_taken_for_flips():
    # Beyond a half, flipped labels would be the rule and nothing could tell.
    assert mirrored_share(-np.linspace(0.1, 0.9, 100)) == 0.5


def test_mirror_rule_wants_two_labels():
    rng = np.random.default_rng(0)
    values, _ = flipped(rng, rng.normal(0.3, 0.2, size=900), 0.2)
    assert 100 < count_low_values(values, np.arange(900) % 2, mirrored=True) < 250
    in_three = count_low_values(values, np.arange(900) % 3, mirrored=True)
    assert in_three == count_low_values(values, np.arange(900) % 3)


@pytest.mark.parametrize("n_labels", [2, 5])
@pytest.mark.parametrize("rate", RATES)
def test_separate_groups_are_found_wherever_each_label_lies(n_labels, rate):
    rng = np.random.default_rng(0)
    groups = rng.integers(n_labels, size=1000)
    low = rng.uniform(size=1000) < rate
    values = rng.normal(groups, 0.1) - low * rng.normal(0.6, 0.15, size=1000)
    assert abs(count_low_values(values, groups) / 1000 - low.mean()) < 0.04


def test_many_small_labels_give_evidence_together():
    rng = np.random.default_rng(0)
    groups = np.arange(600) % 30
    low = rng.uniform(size=600) < 0.2
    values = rng.normal(0, 0.1, size=600) - 0.6 * low
    assert abs(count_low_values(values, groups) / 600 - low.mean()) < 0.06


@pytest.mark.parametrize("n_labels", [1, 10])
@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.normal(size=1000),
        lambda rng: rng.uniform(size=1000),
        lambda rng: -rng.gamma(2.0, size=1000),
        lambda rng: rng.beta(5, 1.5, size=1000),
    ],
    ids=["normal", "uniform", "gamma", "beta"],
)
def test_values_of_one_kind_have_no_low_group(draw, n_labels):
    rng = np.random.default_rng(0)
    groups = np.arange(1000) % n_labels
    counts = [count_low_values(draw(rng), groups) for _ in range(3)]
    assert np.mean(counts) <= 10


def test_without_labels_only_a_far_group_counts():
    rng = np.random.default_rng(0)
    groups = np.zeros(1000, dtype=int)
    low = np.arange(1000) < 100
    near, far = (rng.normal(size=1000) - distance * low for distance in (2.5, 8))
    assert count_low_values(near, groups) == 0
    assert abs(count_low_values(far, groups) - 100) <= 5


def test_unit_and_origin_of_values_do_not_matter_to_the_mixture():
    rng = np.random.default_rng(0)
    groups = np.arange(300) % 3
    values = rng.normal(size=300) - 6 * (np.arange(300) < 60)
    share = separate_share(values, groups)
    assert share == pytest.approx(0.2, abs=0.02)
    assert separate_share(1e6 * values - 1e7, groups) == pytest.approx(share, abs=1e-3)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(
    "values", [np.zeros(50), np.ones(3), np.full(1, -1.0), np.r_[np.zeros(49), 1.0]]
)
def test_too_few_or_equal_values_have_no_low_group(values, mirrored):
    assert count_low_values(values, np.arange(len(values)) % 3, mirrored=mirrored) == 0


def test_many_rows_take_no_longer_than_a_thousand():
    rng = np.random.default_rng(0)
    low = rng.uniform(size=200_000) < 0.15
    values = rng.normal(size=200_000) - 8 * low
    assert count_low_values(values, np.zeros(200_000, int)) == pytest.approx(low.sum(), rel=0.01)
