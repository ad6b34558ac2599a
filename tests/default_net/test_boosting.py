"""Boosting leaves whole folds out."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from skdvgs._default_net.scorers.base import ScorerRows
from skdvgs._default_net.scorers.boosting import FoldBoosting
from skdvgs._default_net.scorers.column_bins import ColumnBins

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3)).astype(np.float32)
CODES = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0.5)
WEIGHT = RNG.uniform(0.5, 2.0, 120)
FOLD = np.arange(120) % 4


@pytest.mark.parametrize("is_class", [True, False])
def test_each_fold_is_predicted_by_a_fit_to_the_others(is_class):
    Y = np.eye(3, dtype=np.float32)[CODES] if is_class else X[:, :2] * 2
    found = FoldBoosting(is_class, 7).fit(X, ScorerRows(Y, WEIGHT, np.arange(120), FOLD))
    test = FOLD == 2
    binned = ColumnBins().fit(X).transform(X)
    settings = {"early_stopping": False, "random_state": 7, "max_leaf_nodes": 15}
    if is_class:
        model = HistGradientBoostingClassifier(max_iter=50, **settings)
        model.fit(binned[~test], CODES[~test], sample_weight=WEIGHT[~test])
        expected = model.predict_proba(binned[test])
    else:
        model = HistGradientBoostingRegressor(max_iter=200, **settings)
        model.fit(binned[~test], Y[~test, 1], sample_weight=WEIGHT[~test])
        expected = model.predict(binned[test])
    held_out = found.left_out_[test] if is_class else found.left_out_[test, 1]
    np.testing.assert_allclose(held_out, expected, atol=1e-5)


@pytest.mark.parametrize("is_class", [True, False])
def test_new_rows_have_the_mean_of_all_folds(is_class):
    Y = np.eye(3, dtype=np.float32)[CODES] if is_class else X[:, :2] * 2
    found = FoldBoosting(is_class, 7).fit(X, ScorerRows(Y, WEIGHT, np.arange(120), FOLD))
    new = np.random.default_rng(1).normal(size=(9, 3)).astype(np.float32)
    binned, expected = ColumnBins().fit(X).transform(new), []
    for fold in range(4):
        rows = FOLD != fold
        settings = {"early_stopping": False, "random_state": 7, "max_leaf_nodes": 15}
        train = ColumnBins().fit(X).transform(X[rows])
        if is_class:
            model = HistGradientBoostingClassifier(max_iter=50, **settings)
            model.fit(train, CODES[rows], sample_weight=WEIGHT[rows])
            expected.append(model.predict_proba(binned))
        else:
            models = [HistGradientBoostingRegressor(max_iter=200, **settings) for _ in range(2)]
            for model, y in zip(models, Y[rows].T, strict=True):
                model.fit(train, y, sample_weight=WEIGHT[rows])
            expected.append(np.stack([model.predict(binned) for model in models], axis=1))
    np.testing.assert_allclose(found.predict(new), np.mean(expected, axis=0), atol=1e-5)


def test_threads_change_nothing():
    Y, rows = np.eye(3, dtype=np.float32)[CODES], (WEIGHT, np.arange(120), FOLD)
    one, two = (FoldBoosting(True, 0).fit(X, ScorerRows(Y, *rows), n_jobs) for n_jobs in (1, 2))
    np.testing.assert_array_equal(one.left_out_, two.left_out_)
    np.testing.assert_array_equal(one.predict(X), two.predict(X))


def test_a_class_that_only_one_fold_has():
    codes = np.where(np.arange(120) == 2, 3, CODES)
    Y = np.eye(4, dtype=np.float32)[codes]
    found = FoldBoosting(True, 0).fit(X, ScorerRows(Y, WEIGHT, np.arange(120), FOLD)).left_out_
    assert (found[FOLD == 2][:, 3] == 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)
