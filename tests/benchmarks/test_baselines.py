"""The baselines against brute force, or on a case with a known answer."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.linear_model import LogisticRegression

from benchmarks.quality.baselines import (
    Utility,
    data_shapley,
    dvrl,
    knn_shapley,
    leave_one_out,
    neighbour_cosine,
    neighbour_distance,
    out_of_bag,
    out_of_fold,
    reconstruction_error,
)


class Table:
    """A utility that trains nothing: any numbers for the sets of a few rows."""

    def __init__(self, n_rows, seed):
        self.n_rows = n_rows
        self.scores = np.random.default_rng(seed).random(2**n_rows)

    def __len__(self):
        return self.n_rows

    def __call__(self, rows):
        return self.scores[sum(1 << int(row) for row in rows)]


class Neighbours:
    """The utility that KNN-Shapley is exact for."""

    def __init__(self, X, y, X_val, y_val, n_neighbors):
        self.y, self.y_val, self.n_neighbors = y, y_val, n_neighbors
        self.distances = np.linalg.norm(X_val[:, None] - X[None], axis=2)

    def __len__(self):
        return len(self.y)

    def __call__(self, rows):
        rows = np.asarray(rows, dtype=int)
        nearest = rows[np.argsort(self.distances[:, rows], axis=1)[:, : self.n_neighbors]]
        return (self.y[nearest] == self.y_val[:, None]).sum(axis=1).mean() / self.n_neighbors


def shapley_by_definition(utility):
    values = np.zeros(len(utility))
    orders = list(permutations(range(len(utility))))
    for order in orders:
        for place, row in enumerate(order):
            values[row] += utility(order[: place + 1]) - utility(order[:place])
    return values / len(orders)


@pytest.fixture
def blobs():
    """Two groups far apart; a fifth of the source labels is wrong."""
    X, y = make_blobs(300, centers=[[-2, 0], [2, 0]], random_state=0)
    wrong = np.arange(200) % 5 == 0
    return X[:200], np.where(wrong, 1 - y[:200], y[:200]), X[200:], y[200:], wrong


def test_data_shapley_comes_near_the_definition():
    utility = Table(5, seed=0)
    values = data_shapley(utility, n_permutations=4000, tolerance=0)
    np.testing.assert_allclose(values, shapley_by_definition(utility), atol=0.03)


def test_values_of_data_shapley_sum_to_what_all_rows_add():
    utility = Table(5, seed=1)
    values = data_shapley(utility, n_permutations=3, tolerance=0)
    assert values.sum() == pytest.approx(utility(range(5)) - utility([]))


def test_truncation_gives_the_rows_that_are_left_nothing():
    values = data_shapley(Table(5, seed=0), n_permutations=1, tolerance=np.inf, patience=2)
    assert np.count_nonzero(values) == 2


@pytest.mark.parametrize("n_neighbors", [1, 2, 3, 7])
def test_knn_shapley_is_exact(n_neighbors):
    rng = np.random.default_rng(n_neighbors)
    X, X_val = rng.normal(size=(5, 2)), rng.normal(size=(4, 2))
    y, y_val = rng.integers(2, size=5), rng.integers(2, size=4)
    expected = shapley_by_definition(Neighbours(X, y, X_val, y_val, n_neighbors))
    values = knn_shapley(X, y, X_val, y_val, n_neighbors=n_neighbors)
    np.testing.assert_allclose(values, expected, atol=1e-12)


def test_leave_one_out_by_definition():
    utility = Table(4, seed=0)
    expected = [utility(range(4)) - utility([r for r in range(4) if r != row]) for row in range(4)]
    np.testing.assert_allclose(leave_one_out(utility), expected)


@pytest.mark.parametrize(
    ("rows", "expected"), [([], 1 / 3), ([0, 0], 0.5)], ids=["no rows", "one class"]
)
def test_utility_without_anything_to_train_on(rows, expected):
    X = np.zeros((3, 1))
    utility = Utility(LogisticRegression(), X, np.array([0, 1, 2]), X[:2], np.array([0, 1]))
    assert utility(rows) == expected


def test_utility_is_the_mean_chance_of_the_right_class(blobs):
    X, y, X_val, y_val, _ = blobs
    model = LogisticRegression().fit(X, y)
    expected = model.predict_proba(X_val)[np.arange(len(y_val)), y_val].mean()
    assert Utility(model, X, y, X_val, y_val)(range(len(X))) == pytest.approx(expected)


def test_accuracy_as_utility(blobs):
    X, y, X_val, y_val, _ = blobs
    utility = Utility(LogisticRegression(), X, y, X_val, y_val, accuracy=True)
    expected = LogisticRegression().fit(X, y).score(X_val, y_val)
    assert utility(range(len(X))) == pytest.approx(expected)


@pytest.mark.parametrize("valuer", [dvrl, out_of_bag, out_of_fold, knn_shapley])
def test_flipped_labels_of_two_blobs_are_found(valuer, blobs):
    X, y, X_val, y_val, wrong = blobs
    settings = {"n_draws": 150, "n_steps": 15, "estimator_lr": 1e-2} if valuer is dvrl else {}
    values = valuer(X, y, X_val, y_val, **settings)
    assert values.shape == y.shape
    assert np.mean(values[wrong][:, None] < values[~wrong]) > 0.9


def test_dvrl_repeats_itself_and_leaves_the_random_state_alone(blobs):
    import torch

    settings = {"n_draws": 2, "n_steps": 2, "seed": 3}
    before = torch.get_rng_state()
    first, second = (dvrl(*blobs[:4], **settings) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert torch.equal(before, torch.get_rng_state())


def test_cosine_with_neighbours_sees_direction_alone():
    X_val = np.array([[1.0, 0.0], [0.0, 1.0]])
    X = np.array([[5.0, 0.0], [1.0, 1.0], [-1.0, -1.0]])
    values = neighbour_cosine(X, X_val, n_neighbors=1)
    np.testing.assert_allclose(values, [1, 0.5**0.5, -(0.5**0.5)])


@pytest.mark.parametrize("valuer", [neighbour_distance, reconstruction_error])
def test_rows_far_from_the_target_have_low_values(valuer):
    rng = np.random.default_rng(0)
    X_val, X = rng.normal(size=(50, 2, 15)), rng.normal(size=(40, 2, 15))
    X[:10] *= 4
    values = valuer(X, X_val)
    assert values[:10].max() < values[10:].min()
