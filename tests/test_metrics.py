import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import load_iris, make_regression
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import f1_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import skdvgs.metrics
from skdvgs.datasets import corrupt_labels, corrupt_targets
from skdvgs.exceptions import InvalidInputError, SkdvgsWarning
from skdvgs.metrics import (
    noise_detection_auc,
    noise_detection_auroc,
    noise_detection_average_precision,
    noise_detection_curve,
    noise_detection_f1,
    removal_curve,
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


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True)
    y_noisy, corrupted = corrupt_labels(y[::2], 0.3, random_state=0)
    values = np.random.default_rng(0).uniform(size=75) - corrupted
    return {"X": X[::2], "y": y_noisy, "X_test": X[1::2], "y_test": y[1::2], "values": values}


@pytest.mark.parametrize("order", ["lowest", "highest"])
def test_removal_retrains_on_the_rows_left(iris, order):
    fractions = [0.0, 0.1, 0.29, 0.6]
    curve = removal_curve(KNeighborsClassifier(3), **iris, order=order, fractions=fractions)
    assert curve.order == order
    assert curve.n_removed.tolist() == [0, 7, 21, 45]
    assert not curve.n_spared.any()
    for number, scores in zip(curve.n_removed, curve.scores, strict=True):
        ranks = np.argsort(iris["values"] if order == "lowest" else -iris["values"])
        rows = ranks[number:]
        expected = KNeighborsClassifier(3).fit(iris["X"][rows], iris["y"][rows])
        assert np.array_equal(scores, [expected.score(iris["X_test"], iris["y_test"])] * 5)


def test_default_fractions_are_ten_from_zero(iris):
    curve = removal_curve(KNeighborsClassifier(3), **iris, n_repeats=2)
    np.testing.assert_allclose(curve.fractions, np.arange(10) / 10)
    assert curve.scores.shape == (10, 2)


def test_random_removal_draws_other_rows_each_time(iris):
    class Recorder(KNeighborsClassifier):
        seen = ()

        def fit(self, X, y):
            Recorder.seen += (X,)
            return super().fit(X, y)

    removal_curve(Recorder(3), **iris, order="random", fractions=[0.4, 0.5], n_repeats=3)
    smaller = [{tuple(row) for row in X} for X in Recorder.seen[3:]]
    larger = [{tuple(row) for row in X} for X in Recorder.seen[:3]]
    assert all(after <= before for after, before in zip(smaller, larger, strict=True))
    assert len({frozenset(rows) for rows in larger}) == 3


def test_ties_go_in_random_order(iris):
    equal = iris | {"values": np.zeros(75)}
    curve = removal_curve(KNeighborsClassifier(3), **equal, fractions=[0.7], n_repeats=10)
    assert len(np.unique(curve.scores)) > 2


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_scores_follow_from_the_seed_alone(iris, n_jobs):
    forest = make_pipeline(StandardScaler(), RandomForestClassifier(3))
    settings = {"fractions": [0, 0.3], "n_repeats": 4, "random_state": 0}
    lowest = removal_curve(forest, **iris, **settings, n_jobs=n_jobs)
    again = removal_curve(forest, **iris, **settings)
    highest = removal_curve(forest, **iris, **settings, order="highest")
    assert np.array_equal(lowest.scores, again.scores)
    assert np.array_equal(lowest.scores[0], highest.scores[0])
    assert len(np.unique(lowest.scores[0])) > 1
    assert forest.get_params()["randomforestclassifier__random_state"] is None


def test_good_values_help_from_below_and_hurt_from_above(iris):
    settings = {"fractions": [0, 0.3], "n_repeats": 5, "random_state": 0}
    before, lowest = removal_curve(DecisionTreeClassifier(), **iris, **settings).scores.mean(1)
    highest = removal_curve(DecisionTreeClassifier(), **iris, **settings, order="highest").scores
    at_random = removal_curve(DecisionTreeClassifier(), **iris, **settings, order="random").scores
    assert lowest > before + 0.1
    assert highest[1].mean() < at_random[1].mean()


def test_a_class_is_never_emptied():
    y = np.array(["a"] * 3 + ["b"] * 7)
    X, values = np.arange(10.0)[:, None], np.arange(10.0)
    with pytest.warns(SkdvgsWarning, match=r"From fraction 0\.4 on"):
        curve = removal_curve(
            KNeighborsClassifier(1), X, y, X, y, values, fractions=[0.2, 0.4, 0.9], n_repeats=1
        )
    # Rows 0, 1 go; then 0, 1, 3 and 4; then all but rows 2 and 9, the best of their classes.
    assert curve.n_removed.tolist() == [2, 4, 8]
    assert curve.n_spared.ravel().tolist() == [0, 1, 1]
    nearest = [[y[r] for x in X.ravel() for r in [min(rows, key=lambda r: abs(r - x))]]
               for rows in ([2, *range(3, 10)], [2, *range(5, 10)], [2, 9])]  # fmt: skip
    expected = [np.mean(np.array(labels) == y) for labels in nearest]
    np.testing.assert_allclose(curve.scores.ravel(), expected)


def test_regression_scoring_and_several_outputs():
    X, y = make_regression(60, 4, n_targets=2, random_state=0)
    y_noisy, corrupted = corrupt_targets(y, 0.2, random_state=0)
    curve = removal_curve(
        LinearRegression(), X, y_noisy, X, y, ~corrupted, fractions=[0.2],
        scoring="neg_mean_absolute_error", n_repeats=1,
    )  # fmt: skip
    assert curve.scores[0, 0] == pytest.approx(0.0, abs=1e-8)


@pytest.mark.parametrize("container", [pd.DataFrame, csr_matrix, np.ndarray.tolist])
def test_containers_of_features(iris, container):
    plain = removal_curve(Ridge(), **iris, fractions=[0.5], n_repeats=1).scores
    wrapped = iris | {"X": container(iris["X"]), "y": pd.Series(iris["y"], index=range(5, 80))}
    settings = {"fractions": [0.5], "n_repeats": 1}
    if container is csr_matrix:
        wrapped["X_test"] = csr_matrix(iris["X_test"])
    if container is pd.DataFrame:
        wrapped["X_test"] = pd.DataFrame(iris["X_test"])
    np.testing.assert_allclose(removal_curve(Ridge(), **wrapped, **settings).scores, plain, 1e-3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"order": "low"}, "Choose one of lowest, highest, random"),
        ({"fractions": [0.5, 1.0]}, "below 1"),
        ({"fractions": 0}, "below 1"),
        ({"n_repeats": 0}, "at least 1"),
        ({"values": [np.inf] * 75}, "75 entries that are NaN or infinite"),
    ],
)
def test_removal_errors(iris, settings, message):
    with pytest.raises(InvalidInputError, match=message):
        removal_curve(KNeighborsClassifier(), **iris | settings)
