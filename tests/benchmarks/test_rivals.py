"""The rivals against brute force, or on a case with a known answer."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from benchmarks.rivals import (
    Utility,
    adjusted_own_label,
    boosting_on_target,
    boosting_out_of_fold,
    data_oob,
    data_shapley,
    dvrl,
    find_label_issues,
    forest_on_target,
    forest_out_of_bag,
    forest_out_of_fold,
    knn_shapley,
    leave_one_out,
    linear_out_of_fold,
    margin,
    neighbour_cosine,
    neighbour_distance,
    out_of_fold,
    own_label,
    reconstruction_error,
    residual,
    two_means,
)
from benchmarks.rivals.confident_learning import confident_joint


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


def test_flipped_labels_of_two_blobs_are_found(blobs):
    X, y, X_val, y_val, wrong = blobs
    settings = {"n_draws": 150, "n_steps": 15, "estimator_lr": 1e-2}
    for values in (
        dvrl(X, y, X_val, y_val, **settings),
        knn_shapley(X, y, X_val, y_val),
        data_oob(X, y, n_models=30),
    ):
        assert values.shape == y.shape
        assert np.mean(values[wrong][:, None] < values[~wrong]) > 0.9


CHANCES = {
    "out of bag": lambda *rows: forest_out_of_bag(*rows, n_trees=30),
    "out of fold": lambda *rows: forest_out_of_fold(*rows, n_trees=10),
    "boosting": boosting_out_of_fold,
    "linear": linear_out_of_fold,
    "forest on target": lambda *rows: forest_on_target(*rows, n_trees=30),
    "boosting on target": boosting_on_target,
}


@pytest.mark.parametrize("name", CHANCES)
def test_chances_are_of_every_class_and_find_flips(name, blobs):
    X, y, X_val, y_val, wrong = blobs
    chances = CHANCES[name](X, y, X_val, y_val)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0)
    for value in (own_label, margin):
        values = value(chances, y)
        assert np.mean(values[wrong][:, None] < values[~wrong]) > 0.9


@pytest.mark.parametrize("name", CHANCES)
def test_numbers_are_predicted(name, blobs):
    X, _, X_val, _, wrong = blobs
    y = 3.0 * X[:, 0]
    said = CHANCES[name](X, np.where(wrong, y + 30.0, y), X_val, 3.0 * X_val[:, 0])
    values = residual(said, np.where(wrong, y + 30.0, y))
    assert values.shape == y.shape
    assert np.mean(values[wrong][:, None] < values[~wrong]) > 0.9


def test_no_row_informs_its_own_chances():
    """A tree that learns by heart is right on rows it saw, and at chance on random labels else."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 3)), rng.integers(2, size=400)
    tree = DecisionTreeClassifier(random_state=0)
    assert abs(own_label(out_of_fold(tree, X, y), y).mean() - 0.5) < 0.1
    assert abs(own_label(forest_out_of_bag(X, y, n_trees=30), y).mean() - 0.5) < 0.1
    assert abs(data_oob(X, y, n_models=30).mean() - 0.5) < 0.1


def test_no_fold_cuts_a_group():
    """Rows that come twice are learnt by heart unless both are left out together."""
    rng = np.random.default_rng(0)
    X, y = np.repeat(rng.normal(size=(200, 3)), 2, axis=0), np.repeat(rng.integers(2, size=200), 2)
    tree = DecisionTreeClassifier(random_state=0)
    alone = own_label(out_of_fold(tree, X, y), y)
    together = own_label(out_of_fold(tree, X, y, groups=np.repeat(np.arange(200), 2)), y)
    assert alone.mean() > 0.8
    assert abs(together.mean() - 0.5) < 0.1


def test_a_class_that_only_the_target_set_has_gets_a_column():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 2)), np.arange(20) % 2
    X_val, y_val = rng.normal(size=(15, 2)), np.arange(15) % 3
    assert forest_out_of_bag(X, y, X_val, y_val, n_trees=20).shape == (20, 3)
    assert linear_out_of_fold(X, y, X_val, y_val).shape == (20, 3)


def test_data_oob_by_definition():
    """Bootstrap samples are drawn again by the same seed, and counted one row at a time."""
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(12, 2)), np.arange(12) % 2
    values = data_oob(X, y, model=LogisticRegression(), n_models=5, seed=3)
    again, right = np.random.default_rng(3), {row: [] for row in range(12)}
    for _ in range(5):
        drawn = again.integers(12, size=12)
        model = LogisticRegression().fit(X[drawn], y[drawn])
        for row in set(range(12)) - set(drawn.tolist()):
            right[row].append(model.predict(X[[row]])[0] == y[row])
    for row, found in right.items():
        if found:
            assert values[row] == np.mean(found)


def test_margin_is_to_the_strongest_other_class():
    chances = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    np.testing.assert_allclose(margin(chances, np.array([0, 1])), [0.2, -0.5])


@pytest.mark.parametrize("seed", range(5))
def test_two_means_has_the_least_squared_distances(seed):
    values = np.random.default_rng(seed).normal(size=15)
    order = np.argsort(values)
    cost = [
        sum(np.var(part) * len(part) for part in (values[order[:n]], values[order[n:]]))
        for n in range(1, 15)
    ]
    expected = np.zeros(15, dtype=bool)
    expected[order[: 1 + int(np.argmin(cost))]] = True
    np.testing.assert_array_equal(two_means(values), expected)


def test_confident_learning_by_hand():
    """Thresholds are 0.625 and 0.7: the third row is of class 1, the last two are of none."""
    chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8], [0.4, 0.6], [0.5, 0.5]])
    y = np.array([0, 0, 0, 1, 1, 0])
    # Given 0: two rows of class 0 and one of class 1 are counted; as four rows 2.67 and 1.33.
    np.testing.assert_array_equal(confident_joint(chances, y), [[3, 1], [0, 2]])
    np.testing.assert_array_equal(np.flatnonzero(find_label_issues(chances, y)), [2])


def test_confident_learning_finds_flips_and_spares_predicted_labels(blobs):
    X, y, X_val, y_val, wrong = blobs
    chances = forest_out_of_bag(X, y, X_val, y_val, leaf=4)
    found = find_label_issues(chances, y)
    assert (found & wrong).sum() > 0.9 * wrong.sum()
    assert not found[chances.argmax(axis=1) == y].any()
    values = adjusted_own_label(chances, y)
    assert np.mean(values[wrong][:, None] < values[~wrong]) > 0.9


def test_confident_learning_as_the_library_has_it():
    cleanlab = pytest.importorskip("cleanlab.filter", reason="cleanlab is an extra")
    rng = np.random.default_rng(0)
    truth = rng.integers(5, size=500)
    logits = rng.normal(size=(500, 5)) + 2.0 * np.eye(5)[truth]
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    y = np.where(rng.random(500) < 0.2, rng.integers(5, size=500), truth)
    differ = find_label_issues(chances, y) != cleanlab.find_label_issues(y, chances)
    assert differ.mean() < 0.02  # where the numbers of rows are rounded in another way


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
