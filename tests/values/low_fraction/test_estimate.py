"""Which rule applies, and what all have in common."""

import numpy as np
import pytest

from skdvgs._values.low_fraction.estimate import estimate_low_fraction
from skdvgs._values.low_fraction.label_model import label_share
from skdvgs._values.low_fraction.mixture import separate_share
from skdvgs._values.low_fraction.target_rows import share_against_target

from .cases import classes, own, target_rows


def known(rate=0.2, n_labels=3, seed=0, separation=4.0):
    label_values, given, labels = classes(seed, rate, n_labels, separation=separation)
    null, null_other = target_rows(seed, n_labels, separation=separation)
    values = own(label_values, given)
    return values, given, label_values, {"null": null, "null_other": null_other}, given != labels


def test_target_rows_come_first():
    values, given, label_values, target, _ = known()
    alone = share_against_target(values, **target)
    assert estimate_low_fraction(values, given, **target) == alone
    expected = label_share(label_values, given)
    both = share_against_target(values, **target, expected=expected)
    assert estimate_low_fraction(values, given, label_values=label_values, **target) == both


def test_then_label_values():
    values, given, label_values, target, _ = known(n_labels=2)
    expected = label_share(label_values, given)
    for null in (None, np.full(400, np.nan)):
        share = estimate_low_fraction(
            values,
            given,
            label_values=label_values,
            null=null,
            null_other=target["null_other"],
            mirrored=True,
        )
        assert share == expected


def test_then_the_values_alone():
    values, given, *_ = known(n_labels=2)
    assert estimate_low_fraction(values, given) == separate_share(values, given)


def test_mirror_rule_wants_two_labels():
    values, given, *_ = known()
    assert estimate_low_fraction(values, given, mirrored=True) == estimate_low_fraction(
        values, given
    )


def test_any_numbers_may_stand_for_labels_where_only_values_are_known():
    values, given, *_ = known()
    assert estimate_low_fraction(values, 7 * given - 5) == estimate_low_fraction(values, given)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3])
def test_target_rows_without_a_value_are_left_out(rate):
    values, given, _, target, wrong = known(rate)
    target["null"][::10] = np.nan
    target["null_other"][::7, 1] = np.nan
    assert abs(estimate_low_fraction(values, given, **target) - wrong.mean()) < 0.04


@pytest.mark.parametrize(
    "values", [np.zeros(50), np.ones(3), np.full(1, -1.0), np.r_[np.zeros(49), 1.0], np.empty(0)]
)
@pytest.mark.parametrize("mirrored", [False, True])
def test_too_few_or_equal_values_have_no_low_group(values, mirrored):
    assert estimate_low_fraction(values, np.arange(len(values)) % 3, mirrored=mirrored) == 0


@pytest.mark.parametrize("n_labels", [2, 3, 10])
def test_clean_data_lose_next_to_nothing(n_labels):
    with_target, without = [], []
    for seed in range(4):
        values, given, label_values, target, _ = known(0.0, n_labels, seed, 6.0)
        without.append(estimate_low_fraction(values, given, label_values=label_values))
        with_target.append(
            estimate_low_fraction(values, given, label_values=label_values, **target)
        )
    assert np.mean(with_target) < 0.025
    assert np.mean(without) < 0.02
