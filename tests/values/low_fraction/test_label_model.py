"""The share of wrong labels from the value of every row under every label."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from skdvgs._values.low_fraction.label_model import BINS, _LabelModel, count_in_bins, label_share

from .cases import classes, label_values

SHARES = {2: [0.8, 0.2], 3: [0.6, 0.3, 0.1], 10: np.arange(1, 11) / 55}


def errors(rate, n_labels, n_seeds=3, **options):
    found = []
    for seed in range(n_seeds):
        values, given, labels = classes(seed, rate, n_labels, **options)
        found.append(label_share(values, given) - np.mean(given != labels))
    return np.array(found)


@pytest.mark.parametrize("n_labels", [2, 3, 10])
@pytest.mark.parametrize("rate", [0.05, 0.2, 0.4])
def test_it_finds_the_share_of_flips(n_labels, rate):
    assert np.abs(errors(rate, n_labels)).mean() < (0.03 if rate < 0.4 else 0.06)


@pytest.mark.parametrize("n_labels", [2, 3, 10])
@pytest.mark.parametrize("separation", [1.5, 3.0, 8.0])
def test_it_finds_next_to_nothing_on_clean_data(n_labels, separation):
    assert errors(0.0, n_labels, separation=separation).mean() < 0.02


@pytest.mark.parametrize("n_labels", [2, 3, 10])
def test_labels_may_be_rare(n_labels):
    assert np.abs(errors(0.2, n_labels, shares=SHARES[n_labels])).mean() < 0.04


def test_labels_may_be_wrong_at_unlike_rates():
    found = []
    for seed in range(4):
        values, _, labels = classes(seed, 0.0, 2, n=1500)
        rng = np.random.default_rng(seed)
        wrong = rng.uniform(size=1500) < np.where(labels == 0, 0.3, 0.1)
        found.append(label_share(values, labels ^ wrong) - wrong.mean())
    assert np.abs(found).mean() < 0.03


def taken_for_the_next(seed, n_labels, rates, n=1500, separation=5.0):
    """Every label is taken for the next one at its own rate, and a network has learnt that.

    It knows the true label up to noise, and says how often rows like these carry each label.
    """
    rng = np.random.default_rng(seed)
    labels = rng.integers(n_labels, size=n)
    rates = np.resize(rates, n_labels)
    transition = np.diag(1.0 - rates) + np.roll(np.diag(rates), 1, axis=1)
    known = np.exp(separation * np.eye(n_labels)[labels] + rng.normal(size=(n, n_labels)))
    values = known / known.sum(axis=1, keepdims=True) @ transition
    wrong = rng.uniform(size=n) < rates[labels]
    return values, np.where(wrong, (labels + 1) % n_labels, labels), wrong


@pytest.mark.parametrize("n_labels", [3, 5])
@pytest.mark.parametrize("rates", [(0.3, 0.1), (0.45, 0.0), (0.2, 0.1)])
def test_labels_that_are_taken_for_the_next_one(n_labels, rates):
    found = []
    for seed in range(3):
        values, given, wrong = taken_for_the_next(seed, n_labels, rates)
        found.append(label_share(values, given) - wrong.mean())
    assert np.abs(found).mean() < 0.05


def test_rows_with_and_without_a_label_they_should_not_or_should_carry_are_as_many():
    """Each row with a wrong label is one too many of it and one too few of another."""
    values, given, labels = classes(0, 0.2, 3)
    own, other, _ = count_in_bins(values, given)
    model = _LabelModel(own, other, 2, 0.2, 0.3)
    parameters = model.fit()
    truth = np.mean(given != labels)
    assert model.share(parameters) == pytest.approx(truth, abs=0.03)
    assert model.share_taken_away(parameters) == pytest.approx(truth, abs=0.03)


def test_overlapping_values_still_tell():
    # A fifth of the rows would be sorted wrongly by their values.
    assert np.abs(errors(0.2, 2, separation=1.7)).mean() < 0.06


@pytest.mark.parametrize("n_labels", [2, 3])
def test_more_flips_give_a_larger_share(n_labels):
    mean = [np.mean(errors(rate, n_labels, 2) + rate) for rate in (0.0, 0.15, 0.3)]
    assert np.all(np.diff(mean) > 0.04)


def test_order_of_rows_and_names_of_labels_do_not_matter():
    values, given, _ = classes(0, 0.2, 3, n=300)
    # With ties, whose order could matter.
    values = np.round(values, 1)
    share = label_share(values, given)
    rows, columns = np.random.default_rng(0).permutation(300), np.array([2, 0, 1])
    assert label_share(values[rows], given[rows]) == pytest.approx(share, abs=3e-3)
    assert label_share(values[:, np.argsort(columns)], columns[given]) == pytest.approx(
        share, abs=3e-3
    )


def test_rising_transforms_of_values_do_not_matter():
    values, given, _ = classes(0, 0.2, 3)
    assert label_share(np.exp(5 * values), given) == label_share(values, given)


@pytest.mark.parametrize("level", [0.0, -1.0, 1e300])
def test_equal_values_tell_nothing(level):
    assert label_share(np.full((60, 3), level), np.arange(60) % 3) < 1e-6


def test_few_values_of_many_ties():
    values, given, labels = classes(0, 0.2, 3)
    rough = np.sign(values)
    assert abs(label_share(rough, given) - np.mean(given != labels)) < 0.06


@pytest.mark.parametrize("n", [1, 2, 3, 5, 10, 30])
@pytest.mark.parametrize("n_labels", [1, 2, 3, 10])
def test_few_rows(n, n_labels):
    values = label_values(np.random.default_rng(0), np.arange(n) % n_labels, n_labels, 4.0)
    assert 0 <= label_share(values, np.arange(n) % n_labels) < 0.2


def test_one_label_alone_has_nothing_to_compare_with():
    assert label_share(np.ones((50, 2)), np.zeros(50, dtype=int)) == 0
    assert label_share(np.empty((0, 3)), np.zeros(0, dtype=int)) == 0


def test_unknown_values_are_left_out():
    values, given, _ = classes(0, 0.2, 3)
    more = np.concatenate([values, np.full((50, 3), np.nan)])
    same = label_share(more, np.concatenate([given, np.zeros(50, dtype=int)]))
    assert same == pytest.approx(label_share(values, given), abs=1e-9)
    values[np.random.default_rng(0).uniform(size=values.shape) < 0.2] = np.nan
    assert label_share(values, given) == pytest.approx(0.2, abs=0.06)
    assert label_share(np.full((20, 2), np.nan), np.arange(20) % 2) == 0


def test_gradient_of_the_model_against_differences():
    values, given, _ = classes(0, 0.2, 3)
    own, other, _ = count_in_bins(values, given)
    model = _LabelModel(own, other, 2, 0.1, 0.3)
    at = np.array([0.1, 0.2, 0.15, 0.1, 0.05, 0.2, 0.1, -0.3, 0.5, 2.0, 3.0, 1.0])
    differences = approx_fprime(at, lambda parameters: model.misfit(parameters)[0], 1e-6)
    np.testing.assert_allclose(model.misfit(at)[1], differences, rtol=1e-3, atol=0.05)


def test_bins_hold_every_row_once():
    values, given, _ = classes(0, 0.2, 3, n=200)
    own, other, kept = count_in_bins(values, given)
    assert own.shape == (3, BINS)
    np.testing.assert_array_equal(kept, [0, 1, 2])
    np.testing.assert_allclose(own.sum(axis=1), np.bincount(given))
    np.testing.assert_allclose(other.sum(axis=1), own.sum(axis=1))
    # Of equal total but for the weight of a row at each edge.
    assert np.ptp(own + other, axis=1).max() < 4
