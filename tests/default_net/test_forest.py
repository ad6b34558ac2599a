"""Out-of-bag scores against the trees asked one by one."""

import numpy as np
import pytest

from skdvgs._default_net.forest import ClassForest, NumberForest


def table(seed=0, n=80, n_classes=3):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4)).astype(np.float32)
    return X, (X[:, 0] > 0).astype(int) + (X[:, 1] > 0.5) * (n_classes - 2)


def by_hand(forest, X, predict):
    """Mean prediction of each row over the trees whose bag lacks it."""
    totals, votes = 0.0, np.zeros(len(X))
    for tree, bag in zip(forest.estimators_, forest.estimators_samples_, strict=True):
        outside = ~np.isin(np.arange(len(X)), bag)
        totals = totals + outside[:, None] * predict(tree, X).reshape(len(X), -1)
        votes += outside
    return totals / votes[:, None]


def test_class_scores_are_those_of_trees_without_the_row():
    X, codes = table()
    scores = ClassForest(3, seed=1).fit(X, codes)
    expected = by_hand(scores._forest, X, lambda tree, rows: tree.predict_proba(rows))
    np.testing.assert_allclose(scores.left_out_, expected, atol=1e-6)


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_predicted_numbers_are_those_of_trees_without_the_row(n_outputs):
    X, _ = table()
    Y = (X[:, :n_outputs] ** 2).astype(np.float32)
    scores = NumberForest(seed=1).fit(X, Y)
    expected = by_hand(scores._forest, X, lambda tree, rows: tree.predict(rows))
    assert scores.left_out_.shape == Y.shape
    np.testing.assert_allclose(scores.left_out_, expected, atol=1e-6)


def test_scores_of_a_row_do_not_depend_on_its_own_label():
    X, codes = table()
    before = ClassForest(3, seed=1).fit(X, codes).left_out_
    for row in range(5):
        changed = codes.copy()
        changed[row] = (changed[row] + 1) % 3
        after = ClassForest(3, seed=1).fit(X, changed).left_out_
        np.testing.assert_array_equal(after[row], before[row])
        assert not np.array_equal(after, before)


def test_numbers_of_a_row_do_not_depend_on_its_own_target():
    X, _ = table()
    Y = X[:, :1] ** 2
    before = NumberForest(seed=1).fit(X, Y).left_out_
    changed = Y.copy()
    changed[3] = 50.0
    after = NumberForest(seed=1).fit(X, changed).left_out_
    np.testing.assert_array_equal(after[3], before[3])
    assert not np.array_equal(after, before)


def test_a_class_without_rows_has_score_zero():
    X, codes = table()
    scores = ClassForest(5, seed=0).fit(X, np.where(codes == 1, 4, codes))
    assert scores.left_out_.shape == (80, 5)
    assert not scores.left_out_[:, [1, 3]].any()
    np.testing.assert_allclose(scores.predict(X).sum(axis=1), 1.0, atol=1e-6)


def test_trees_of_many_rows_see_a_part_of_them(monkeypatch):
    monkeypatch.setattr("skdvgs._default_net.forest._MOST_ROWS_A_TREE", 30)
    X, codes = table()
    scores = ClassForest(3, seed=0).fit(X, codes)
    assert {len(bag) for bag in scores._forest.estimators_samples_} == {30}
    expected = by_hand(scores._forest, X, lambda tree, rows: tree.predict_proba(rows))
    np.testing.assert_allclose(scores.left_out_, expected, atol=1e-6)
