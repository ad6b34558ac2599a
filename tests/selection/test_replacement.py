"""Choosing and replacing rows, on arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from skdvgs._selection.replacement import replace_by_nearest_target, replace_within_groups
from skdvgs._values.cut import (
    count_of_fraction,
    keep_all_but_lowest,
    keep_at_least,
    lowest_kept,
    number_groups,
)
from skdvgs.exceptions import InvalidInputError, SkdvgsWarning

VALUES_AND_GROUPS = st.integers(1, 40).flatmap(
    lambda n: st.tuples(
        # Few distinct values, so that ties are common.
        st.lists(st.integers(-3, 3), min_size=n, max_size=n).map(lambda v: np.array(v, float)),
        st.lists(st.integers(0, 4), min_size=n, max_size=n).map(np.array),
    )
)


@pytest.mark.parametrize(
    ("fraction", "n_samples", "expected"),
    [(0.0, 10, 0), (0.29, 100, 29), (0.1, 99, 9), (0.999, 1000, 999), (0.3, 3, 0), (1 / 3, 3, 1)],
)
def test_count_of_fraction_is_the_floor_of_what_was_typed(fraction, n_samples, expected):
    assert count_of_fraction(fraction, n_samples) == expected


@pytest.mark.parametrize(
    "y",
    [
        ["b", "a", "b", "a"],
        np.array([True, False, True, False]),
        np.array([[1.5], [0.5], [1.5], [0.5]]),
        [[1, 0, 1], [1, 1, 0], [1, 0, 1], [1, 1, 0]],
        csr_array([[0, 1], [1, 1], [0, 1], [1, 1]]),
        np.array([["x", 1], ["y", 1], ["x", 1], ["y", 1]], dtype=object),
    ],
)
def test_rows_with_the_same_labels_share_a_number(y):
    groups = number_groups(y, 4)
    assert groups[0] == groups[2] != groups[1] == groups[3]


def test_without_labels_there_is_one_group():
    np.testing.assert_array_equal(number_groups(None, 3), [0, 0, 0])


def test_label_combinations_are_told_apart_for_any_number_of_columns():
    bits = np.random.default_rng(0).integers(0, 2, size=(50, 200))
    assert len(np.unique(number_groups(bits, 50))) == 50


@given(VALUES_AND_GROUPS, st.integers(0, 40))
@settings(deadline=None)
def test_lowest_rows_go_and_no_group_is_emptied(values_and_groups, n_drop):
    values, groups = values_and_groups
    support = keep_all_but_lowest(values, groups, n_drop)
    n_groups = len(np.unique(groups))
    assert np.count_nonzero(~support) == min(n_drop, len(values) - n_groups)
    assert set(groups[support]) == set(groups)
    # A kept row that a dropped one exceeds is the best of its group, and its only survivor.
    for row in np.flatnonzero(support & (values < values[~support].max(initial=-np.inf))):
        assert values[row] == values[groups == groups[row]].max()
        assert np.count_nonzero(support & (groups == groups[row])) == 1


def test_of_equal_values_the_earlier_row_goes_first():
    support = keep_all_but_lowest(np.zeros(5), np.zeros(5, int), 2)
    np.testing.assert_array_equal(support, [False, False, True, True, True])


@given(VALUES_AND_GROUPS, st.integers(-3, 3))
@settings(deadline=None)
def test_threshold_keeps_what_reaches_it_and_one_row_of_every_group(values_and_groups, threshold):
    values, groups = values_and_groups
    if threshold > values.max():
        with pytest.raises(InvalidInputError, match="No row would be left"):
            keep_at_least(values, groups, threshold)
        return
    support = keep_at_least(values, groups, threshold)
    assert support[values >= threshold].all()
    for group in np.unique(groups):
        members = groups == group
        assert np.count_nonzero(support & members & (values < threshold)) == (
            0 if (values[members] >= threshold).any() else 1
        )


def test_threshold_above_all_values_is_refused_with_the_highest_value_named():
    with pytest.raises(InvalidInputError) as caught:
        keep_at_least(np.array([0.25, 0.5]), np.zeros(2, int), 0.75)
    assert str(caught.value) == (
        "threshold=0.75 is above all 2 values; the highest is 0.5. No row would be left to learn "
        "from. Set a lower threshold, or set a fraction instead."
    )


def test_lowest_kept_lies_above_the_dropped_and_ignores_rows_kept_for_their_group():
    values = np.array([0.1, 0.2, 0.3, 0.9, -5.0])
    support = np.array([False, True, True, True, True])
    assert lowest_kept(values, support) == 0.2
    assert lowest_kept(values, np.ones(5, bool)) == -5.0


@given(VALUES_AND_GROUPS, st.integers(0, 40))
@settings(deadline=None)
def test_replacement_spreads_evenly_over_the_survivors_of_the_group(values_and_groups, n_drop):
    values, groups = values_and_groups
    support = keep_all_but_lowest(values, groups, n_drop)
    rows = replace_within_groups(values, groups, support)
    np.testing.assert_array_equal(rows[support], np.flatnonzero(support))
    assert support[rows].all()
    np.testing.assert_array_equal(groups[rows], groups)
    uses = np.bincount(rows[~support], minlength=len(values))
    for group in np.unique(groups):
        survivors = np.flatnonzero(support & (groups == group))
        assert np.ptp(uses[survivors]) <= 1
        # Rows used once more than others have no lower value than those.
        by_use = [values[survivors[uses[survivors] == u]] for u in np.unique(uses[survivors])]
        assert len(by_use) == 1 or by_use[1].min() >= by_use[0].max()


def test_nearest_target_replaces_and_equal_targets_share():
    targets = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 1.01, 2.0, 3.0, 4.0, 5.0])
    values = np.array([-1.0, -2.0, 1.0, 2.0, 1.0, -1.0, 1.0, 1.0, 1.0, 1.0])
    rows = replace_by_nearest_target(values, targets, values > 0)
    np.testing.assert_array_equal(rows, [3, 2, 2, 3, 4, 4, 6, 7, 8, 9])


def test_outputs_are_brought_to_one_scale_before_distances_are_taken():
    rng = np.random.default_rng(0)
    targets = rng.normal(size=(60, 2))
    values = np.arange(60.0)
    support = values >= 10
    rows = replace_by_nearest_target(values, targets, support)
    rescaled = replace_by_nearest_target(values, targets * [1e6, 1e-3] + [5, 7], support)
    np.testing.assert_array_equal(rows, rescaled)
    scaled = targets / targets[support].std(axis=0)
    distances = np.linalg.norm(scaled[:10, None] - scaled[None, support], axis=2)
    np.testing.assert_array_equal(rows[:10], 10 + distances.argmin(axis=1))


@pytest.mark.parametrize("draw", ["normal", "uniform", "exponential"])
def test_targets_of_ordinary_spread_are_near(draw):
    rng = np.random.default_rng(0)
    for _ in range(50):
        targets = getattr(rng, draw)(size=100)
        # The extremes go with no one beyond them to take their place.
        support = rng.uniform(size=100) > 0.2
        replace_by_nearest_target(rng.uniform(size=100), targets, support)


def test_a_target_far_from_all_kept_ones_takes_other_features_and_is_named():
    targets = np.r_[np.arange(20.0), 400.0, 500.0]
    values = np.r_[np.arange(20.0), -1.0, -2.0]
    message = (
        "Of 3 low-value rows, 2 have no kept row with a target near their own: row 20 of y is 400, "
        "and kept targets span 1 to 19."
    )
    with pytest.warns(SkdvgsWarning, match=message):
        rows = replace_by_nearest_target(values, targets, values > 0)
    np.testing.assert_array_equal(rows, [1, *range(1, 20), 19, 18])


def test_a_constant_target_can_be_replaced_by_any_survivor():
    values = np.arange(6.0)
    rows = replace_by_nearest_target(values, np.full(6, 7.5), values >= 2)
    np.testing.assert_array_equal(rows, [5, 4, 2, 3, 4, 5])
