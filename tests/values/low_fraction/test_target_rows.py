"""The share of low source rows, by target rows with their own and with other labels."""

import numpy as np
import pytest

from skdvgs._values.low_fraction.target_rows import share_against_target

from .cases import classes, own, target_rows


def estimate(seed, rate, n_labels, m=400, expected=None, **options):
    values, given, labels = classes(seed, rate, n_labels, **options)
    separation = options.get("separation", 4.0)
    null, null_other = target_rows(seed, n_labels, m=m, separation=separation)
    share = share_against_target(own(values, given), null, null_other, expected)
    return share, np.mean(given != labels)


def errors(*args, **options):
    pairs = [estimate(seed, *args, **options) for seed in range(10)]
    return np.array([share - truth for share, truth in pairs])


@pytest.mark.parametrize("n_labels", [2, 3, 10])
@pytest.mark.parametrize("rate", [0.05, 0.2, 0.4])
def test_it_finds_the_share_of_flips(n_labels, rate):
    assert np.abs(errors(rate, n_labels)).mean() < 0.02


@pytest.mark.parametrize("separation", [0.5, 1.5, 4.0])
@pytest.mark.parametrize("m", [400, 50, 20])
def test_it_finds_next_to_nothing_on_clean_data(separation, m):
    assert errors(0.0, 3, m=m, separation=separation).mean() < 0.03


def test_few_target_rows_lean_to_too_few_low_rows():
    found = errors(0.3, 3, m=10)
    assert -0.25 < found.mean() < 0.02


@pytest.mark.parametrize("m", [1, 2, 5])
def test_where_target_rows_are_fewest_the_expected_share_decides(m):
    shares = [estimate(seed, 0.2, 3, m=m, expected=0.2)[0] for seed in range(5)]
    assert np.max(np.abs(np.array(shares) - 0.2)) < 0.1


def test_many_target_rows_overrule_the_expected_share():
    assert abs(errors(0.2, 3, expected=0.05).mean()) < 0.02


@pytest.mark.parametrize("n_labels", [2, 10])
def test_more_flips_give_a_larger_share(n_labels):
    mean = [np.mean(errors(rate, n_labels) + rate) for rate in (0.0, 0.15, 0.3, 0.5)]
    assert np.all(np.diff(mean) > 0.05)


def test_values_all_like_wrong_ones_end_at_the_limit():
    null, null_other = target_rows(0, 3, separation=9.0)
    assert share_against_target(null_other[:, 0], null, null_other) == 0.6


def test_values_beyond_those_of_the_target_rows():
    null, null_other = target_rows(0, 3)
    assert share_against_target(np.full(50, 1e9), null, null_other) == 0
    assert 0 <= share_against_target(np.full(50, -1e9), null, null_other) <= 0.6


def test_order_does_not_matter():
    values, given, _ = classes(0, 0.2, 3)
    null, null_other = target_rows(0, 3)
    rng = np.random.default_rng(0)
    # With ties, whose order could matter.
    rough = np.round(own(values, given), 1)
    share = share_against_target(rough, null, null_other)
    shuffled = rng.permuted(null_other[rng.permutation(400)], axis=1)
    assert share_against_target(rng.permutation(rough), rng.permutation(null), shuffled) == share


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_equal_values_tell_nothing(level):
    constant = np.full(30, level)
    assert share_against_target(constant, constant, constant[:, None]) == 0


def test_one_row_of_each_kind():
    one = np.ones(1)
    assert 0 <= share_against_target(-one, one, -one[:, None]) <= 0.6
