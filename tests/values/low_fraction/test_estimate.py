"""Which rule applies, and what all have in common."""

import numpy as np
import pytest

from skdvgs._values.low_fraction.estimate import estimate_low_fraction
from skdvgs._values.low_fraction.label_model import label_share
from skdvgs._values.low_fraction.mixture import separate_share

from .cases import classes, own


def known(rate=0.2, n_labels=3, seed=0, separation=4.0):
    label_values, given, labels = classes(seed, rate, n_labels, separation=separation)
    return own(label_values, given), given, label_values, given != labels


def test_label_values_come_first():
    values, given, label_values, _ = known(n_labels=2)
    found = estimate_low_fraction(values, given, label_values=label_values, mirrored=True)
    assert found == label_share(label_values, given)


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


@pytest.mark.parametrize(
    "values", [np.zeros(50), np.ones(3), np.full(1, -1.0), np.r_[np.zeros(49), 1.0], np.empty(0)]
)
@pytest.mark.parametrize("mirrored", [False, True])
def test_too_few_or_equal_values_have_no_low_group(values, mirrored):
    assert estimate_low_fraction(values, np.arange(len(values)) % 3, mirrored=mirrored) == 0


@pytest.mark.parametrize("n_labels", [2, 3, 10])
def test_clean_data_lose_next_to_nothing(n_labels):
    shares = []
    for seed in range(4):
        values, given, label_values, _ = known(0.0, n_labels, seed, 6.0)
        shares.append(estimate_low_fraction(values, given, label_values=label_values))
    assert np.mean(shares) < 0.02
