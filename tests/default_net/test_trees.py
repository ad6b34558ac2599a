"""Trees on bags of groups: who votes for whom."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier

from skdvgs._default_net.scorers import trees
from skdvgs._default_net.scorers.base import ScorerRows
from skdvgs._default_net.scorers.trees import TreeEnsemble


def table(n=60, n_classes=3, per_group=1, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4)).astype(np.float32)
    codes = rng.integers(0, n_classes, n)
    group = np.arange(n) // per_group
    rows = ScorerRows(np.eye(n_classes, dtype=np.float32)[codes], np.ones(n), group, group % 5)
    return X, rows


@pytest.mark.parametrize("per_group", [1, 4])
@pytest.mark.parametrize(
    "tree", [DecisionTreeClassifier(min_samples_leaf=2), ExtraTreeClassifier()]
)
def test_labels_of_a_group_do_not_reach_its_predictions(tree, per_group):
    X, rows = table(per_group=per_group)
    before = TreeEnsemble(tree, 30, 0).fit(X, rows).left_out_
    out = rows.group == 2
    changed = ScorerRows(rows.Y.copy(), rows.weight, rows.group, rows.fold)
    changed.Y[out] = np.roll(rows.Y[out], 1, axis=1)
    after = TreeEnsemble(tree, 30, 0).fit(X, changed).left_out_
    np.testing.assert_array_equal(after[out], before[out])
    assert np.abs(after[~out] - before[~out]).max() > 0


def test_votes_are_those_of_the_trees_that_did_not_see_the_row():
    X, rows = table(n=20)
    ensemble = TreeEnsemble(DecisionTreeClassifier(), 8, 3).fit(X, rows)
    seeds = np.random.default_rng(3).integers(2**31, size=8)
    totals, counts = np.zeros((20, 3)), np.zeros(20)
    for seed, (model, classes) in zip(seeds, ensemble._grown, strict=True):
        drawn = np.bincount(np.random.default_rng(int(seed)).integers(0, 20, 20), minlength=20)
        for row in np.flatnonzero(drawn == 0):
            totals[row, classes] += model.predict_proba(X[[row]])[0]
            counts[row] += 1
    seen = counts > 0
    expected = totals[seen] / counts[seen, None]
    np.testing.assert_allclose(ensemble.left_out_[seen], expected, atol=1e-6)
    single = TreeEnsemble(DecisionTreeClassifier(), 1, 3).fit(X, rows)
    drawn = np.bincount(np.random.default_rng(int(seeds[0])).integers(0, 20, 20), minlength=20)
    never = single.left_out_[drawn > 0]
    np.testing.assert_allclose(never, np.tile(rows.Y.mean(axis=0), (len(never), 1)), atol=1e-6)


def test_numbers_and_new_rows():
    X, rows = table()
    Y = np.stack([X[:, 0], -X[:, 1]], axis=1)
    numbers = ScorerRows(Y, rows.weight, rows.group, rows.fold)
    for columns in (Y, Y[:, :1]):
        given = ScorerRows(columns, rows.weight, rows.group, rows.fold)
        ensemble = TreeEnsemble(DecisionTreeRegressor(min_samples_leaf=2), 40, 0).fit(X, given)
        assert ensemble.left_out_.shape == columns.shape
        expected = np.mean([m.predict(X[:5]).reshape(5, -1) for m, _ in ensemble._grown], axis=0)
        np.testing.assert_allclose(ensemble.predict(X[:5]), expected, atol=1e-5)
    assert (
        np.corrcoef(
            TreeEnsemble(DecisionTreeRegressor(), 60, 0).fit(X, numbers).left_out_[:, 0], X[:, 0]
        )[0, 1]
        > 0.8
    )


def test_threads_and_seed(monkeypatch):
    X, rows = table()
    alone = TreeEnsemble(ExtraTreeClassifier(), 20, 5).fit(X, rows, n_jobs=1)
    many = TreeEnsemble(ExtraTreeClassifier(), 20, 5).fit(X, rows, n_jobs=2)
    np.testing.assert_array_equal(alone.left_out_, many.left_out_)
    other = TreeEnsemble(ExtraTreeClassifier(), 20, 6).fit(X, rows)
    assert np.abs(alone.left_out_ - other.left_out_).max() > 0
    monkeypatch.setattr(trees, "_MOST_ROWS_A_TREE", 10)
    small = TreeEnsemble(ExtraTreeClassifier(), 20, 5).fit(X, rows)
    assert max(model.tree_.n_node_samples[0] for model, _ in small._grown) <= 10


def test_a_class_that_a_bag_lacks_gets_no_votes_from_its_tree():
    X, rows = table(n=30, n_classes=6)
    votes = TreeEnsemble(DecisionTreeClassifier(), 15, 0).fit(X, rows).left_out_
    assert votes.shape == (30, 6)
    np.testing.assert_allclose(votes.sum(axis=1), 1.0, atol=1e-5)


def test_importances_are_the_mean_of_the_trees():
    X, rows = table()
    codes = (X[:, 2] > 0).astype(int)
    told = ScorerRows(np.eye(2, dtype=np.float32)[codes], rows.weight, rows.group, rows.fold)
    ensemble = TreeEnsemble(DecisionTreeClassifier(), 10, 0).fit(X, told)
    mean = np.mean([model.feature_importances_ for model, _ in ensemble._grown], axis=0)
    np.testing.assert_allclose(ensemble.importances_, mean)
    assert ensemble.importances_.argmax() == 2
    alike = TreeEnsemble(DecisionTreeClassifier(), 3, 0).fit(np.ones_like(X), told)
    np.testing.assert_allclose(alike.importances_, 0.25)


def test_left_out_without_a_block_is_as_if_its_trees_were_not_there(monkeypatch):
    X, rows = table(n=40)
    ensemble = TreeEnsemble(DecisionTreeClassifier(min_samples_leaf=2), 24, 3).fit(X, rows)
    assert len(ensemble.block_votes_) == 10
    seeds = np.random.default_rng(3).integers(2**31, size=24)
    for block in (0, 7):
        totals, counts = np.zeros((40, 3)), np.zeros(40)
        for number, (seed, (model, classes)) in enumerate(zip(seeds, ensemble._grown, strict=True)):
            drawn = np.bincount(np.random.default_rng(int(seed)).integers(0, 40, 40), minlength=40)
            out = np.flatnonzero(drawn == 0)
            if number % 10 != block:
                totals[np.ix_(out, classes)] += model.predict_proba(X[out])
                counts[out] += 1
        np.testing.assert_allclose(
            ensemble.left_out_without(block), totals / counts[:, None], atol=1e-5
        )
    ensemble.forget_blocks()
    assert not hasattr(ensemble, "block_votes_")
    monkeypatch.setattr(trees, "_MOST_VOTES", 3 * 40 * 3)
    few = TreeEnsemble(DecisionTreeClassifier(min_samples_leaf=2), 24, 3).fit(X, rows)
    assert len(few.block_votes_) == 3
    np.testing.assert_allclose(few.left_out_, ensemble.left_out_, atol=1e-6)


@pytest.mark.parametrize("tree", [DecisionTreeClassifier, ExtraTreeClassifier])
def test_trees_split_by_what_is_missing(tree):
    X, rows = table(n=200, n_classes=2)
    of_class = rows.Y[:, 1] == 1
    X[of_class, 2] = np.nan
    ensemble = TreeEnsemble(tree(min_samples_leaf=2), 30, 0).fit(X, rows)
    assert ((ensemble.left_out_[:, 1] > 0.5) == of_class).all()
    assert ensemble.importances_.argmax() == 2
    new = np.where(of_class[:, None], np.nan, 0.0).astype(np.float32) * np.ones_like(X)
    assert ((ensemble.predict(new)[:, 1] > 0.5) == of_class).all()
    for model, _ in ensemble._grown[:3]:  # as scikit-learn has it, which checks what it reads
        np.testing.assert_array_equal(model.predict_proba(X), trees._predict(model, X))
