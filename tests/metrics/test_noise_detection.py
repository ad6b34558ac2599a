import itertools

import numpy as np
import pytest
from sklearn.metrics import f1_score

import skdvgs.metrics
from skdvgs.exceptions import InvalidInputError
from skdvgs.metrics import (
    noise_detection_auc,
    noise_detection_auroc,
    noise_detection_average_precision,
    noise_detection_curve,
    noise_detection_f1,
)


def distinct(rng):
    return rng.permutation(8).astype(float), rng.permutation([1, 1, 1, 0, 0, 0, 0, 0]).astype(bool)


def tied(rng):
    return rng.integers(0, 3, 7).astype(float), rng.permutation([1, 1, 0, 0, 0, 0, 1]).astype(bool)


CASES = [make(np.random.default_rng(seed)) for make in (distinct, tied) for seed in range(5)]
cases = pytest.mark.parametrize(("values", "is_noisy"), CASES)


def mean_over_orders(values, is_noisy, measure):
    """Mean of a measure over all ways to put the rows in order that the values allow."""
    rows = range(len(values))
    orders = [o for o in itertools.permutations(rows) if np.all(np.diff(values[list(o)]) >= 0)]
    return np.mean([measure(is_noisy[list(order)]) for order in orders], axis=0)


def share_found(noisy_in_order):
    return np.array([0.0, *np.cumsum(noisy_in_order) / sum(noisy_in_order)])


@cases
def test_curve_is_the_mean_over_the_orders_that_ties_allow(values, is_noisy):
    inspected, found, thresholds = noise_detection_curve(values, is_noisy)
    every_row = np.linspace(0, 1, len(values) + 1)
    expected = mean_over_orders(values, is_noisy, share_found)
    np.testing.assert_allclose(np.interp(every_row, inspected, found), expected)
    for share, of_noisy, threshold in zip(inspected, found, thresholds, strict=True):
        assert share == np.mean(values <= threshold)
        assert of_noisy == np.mean(values[is_noisy] <= threshold)


@cases
def test_auc_is_the_area_and_follows_from_auroc(values, is_noisy):
    on_every_row = mean_over_orders(values, is_noisy, share_found)
    area = noise_detection_auc(values, is_noisy)
    assert area == pytest.approx(np.mean((on_every_row[1:] + on_every_row[:-1]) / 2))
    p = is_noisy.mean()
    assert area == pytest.approx(p / 2 + (1 - p) * noise_detection_auroc(values, is_noisy))


@cases
def test_score_counts_pairs(values, is_noisy):
    pairs = itertools.product(values[is_noisy], values[~is_noisy])
    wins = [1.0 if noisy < clean else 0.5 * (noisy == clean) for noisy, clean in pairs]
    assert noise_detection_auroc(values, is_noisy) == pytest.approx(np.mean(wins))


@cases
def test_average_precision_sums_over_thresholds(values, is_noisy):
    total, before = 0.0, 0.0
    for threshold in sorted(set(values)):
        recall = np.mean(values[is_noisy] <= threshold)
        total += (recall - before) * np.mean(is_noisy[values <= threshold])
        before = recall
    assert noise_detection_average_precision(values, is_noisy) == pytest.approx(total)


@cases
def test_f1_is_the_mean_over_the_orders_that_ties_allow(values, is_noisy):
    k = is_noisy.sum()
    called_noisy = np.arange(len(values)) < k
    expected = mean_over_orders(values, is_noisy, lambda z: f1_score(z, called_noisy))
    assert noise_detection_f1(values, is_noisy) == pytest.approx(expected)


def test_the_former_name_of_the_auroc_still_works():
    assert skdvgs.metrics.noise_detection_score is noise_detection_auroc


def test_perfect_random_and_reversed():
    is_noisy = np.arange(10) < 3
    for values, auroc, area, f1 in (
        (~is_noisy, 1.0, 0.85, 1.0),
        (np.zeros(10), 0.5, 0.5, 0.3),
        (is_noisy, 0.0, 0.15, 0.0),
    ):
        assert noise_detection_auroc(values, is_noisy) == auroc
        assert noise_detection_auc(values, is_noisy) == pytest.approx(area)
        assert noise_detection_f1(values, is_noisy) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("values", "is_noisy", "message"),
    [
        ([0.1, np.nan], [1, 0], "1 entries that are NaN"),
        ([[0.1], [0.2]], [1, 0], r"values has shape \(2, 1\)"),
        ([0.1, 0.2], [True], r"Pass shape \(2,\)"),
        ([0.1, 0.2, 0.3], [0, 1, 2], "row numbers do not"),
        ([0.1, 0.2], [0, 0], "marks 0 of 2 rows"),
        ([0.1, 0.2], [1, 1], "marks 2 of 2 rows"),
    ],
)
def test_detection_errors(values, is_noisy, message):
    for measure in (noise_detection_curve, noise_detection_auroc, noise_detection_f1):
        with pytest.raises(InvalidInputError, match=message):
            measure(values, is_noisy)
