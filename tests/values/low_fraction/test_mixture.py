"""Separate groups of low values, where nothing but the values is known."""

import numpy as np
import pytest

from skdvgs._values.low_fraction.mixture import separate_share

RATES = (0.05, 0.1, 0.2, 0.3, 0.4)


@pytest.mark.parametrize("n_labels", [2, 5])
@pytest.mark.parametrize("rate", RATES)
def test_separate_groups_are_found_wherever_each_label_lies(n_labels, rate):
    rng = np.random.default_rng(0)
    groups = rng.integers(n_labels, size=1000)
    low = rng.uniform(size=1000) < rate
    values = rng.normal(groups, 0.1) - low * rng.normal(0.6, 0.15, size=1000)
    assert abs(separate_share(values, groups) - low.mean()) < 0.04


def test_many_small_labels_give_evidence_together():
    rng = np.random.default_rng(0)
    groups = np.arange(600) % 30
    low = rng.uniform(size=600) < 0.2
    values = rng.normal(0, 0.1, size=600) - 0.6 * low
    assert abs(separate_share(values, groups) - low.mean()) < 0.06


@pytest.mark.parametrize("n_labels", [1, 4])
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
    shares = [separate_share(draw(rng), groups) for _ in range(2)]
    assert np.mean(shares) <= 0.01


def test_without_labels_only_a_far_group_counts():
    rng = np.random.default_rng(0)
    groups = np.zeros(1000, dtype=int)
    low = np.arange(1000) < 100
    near, far = (rng.normal(size=1000) - distance * low for distance in (2.5, 8))
    assert separate_share(near, groups) == 0
    assert abs(separate_share(far, groups) - 0.1) <= 0.005


def test_unit_and_origin_of_values_do_not_matter_to_the_mixture():
    rng = np.random.default_rng(0)
    groups = np.arange(300) % 3
    values = rng.normal(size=300) - 6 * (np.arange(300) < 60)
    share = separate_share(values, groups)
    assert share == pytest.approx(0.2, abs=0.02)
    assert separate_share(1e6 * values - 1e7, groups) == pytest.approx(share, abs=1e-3)


def test_many_rows_take_no_longer_than_a_thousand():
    rng = np.random.default_rng(0)
    low = rng.uniform(size=200_000) < 0.15
    values = rng.normal(size=200_000) - 8 * low
    assert separate_share(values, np.zeros(200_000, int)) == pytest.approx(low.mean(), rel=0.01)
