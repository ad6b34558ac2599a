import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import load_iris, make_regression
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdvgs.datasets import corrupt_labels, corrupt_targets
from skdvgs.exceptions import InvalidInputError, SkdvgsWarning
from skdvgs.metrics import (
    removal_curve,
)


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
    settings = {"fractions": [0.7], "n_repeats": 10, "random_state": 0}
    curve = removal_curve(KNeighborsClassifier(3), **equal, **settings)
    assert len(np.unique(curve.scores)) > 2


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_scores_follow_from_the_seed_alone(iris, n_jobs):
    forest = make_pipeline(StandardScaler(), RandomForestClassifier(3))
    settings = {"fractions": [0, 0.3], "n_repeats": 2, "random_state": 0}
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
