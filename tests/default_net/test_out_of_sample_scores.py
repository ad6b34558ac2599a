"""The whole input stage: shapes, tiny and odd tables, and what a label can reach."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.metrics import roc_auc_score

from skdvgs._default_net import out_of_sample_scores as _stage
from skdvgs._default_net.out_of_sample_scores import OutOfSampleScores
from skdvgs._default_net.rank_normal_target import RankNormalTarget

KINDS = {"classification": 3, "multilabel": 2, "regression": 2}


def labels_of(kind, X, rng):
    n_outputs = KINDS[kind]
    if kind == "classification":
        return rng.integers(n_outputs, size=len(X))
    y = X[:, :1] + rng.normal(size=(len(X), n_outputs))
    return (y > 0).astype(np.float32) if kind == "multilabel" else y.astype(np.float32)


def table(kind, n=40, n_features=4, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, n_features)).astype(np.float32)
    return X, labels_of(kind, X, rng)


def fitted(kind, X, y, seed=0):
    return OutOfSampleScores(kind, KINDS[kind], seed).fit(X, y)


TABLES = {
    "five rows": lambda X: X[:5],
    "two rows": lambda X: X[:2],
    "one feature": lambda X: X[:, :1],
    "constant columns": lambda X: np.ones_like(X),
    "duplicate rows": lambda X: np.repeat(X[:8], 5, axis=0),
    "largest numbers": lambda X: np.where(X > 0, 1, -1) * np.finfo(np.float32).max,
    "smallest numbers": lambda X: X * np.finfo(np.float32).tiny,
    "one row far out": lambda X: np.concatenate([X[1:], X[:1] * 1e30]),
}


@pytest.mark.parametrize("table_name", TABLES)
@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_finite_and_of_one_length(kind, table_name):
    X, _ = table(kind)
    X = TABLES[table_name](X).astype(np.float32)
    y = labels_of(kind, np.clip(X, -1, 1), np.random.default_rng(1))
    stage = fitted(kind, X, y)
    new = stage.transform(X[::-1])
    n_scores = KINDS[kind] * (4 if kind == "regression" else 3)
    squared = 4.25 if kind == "regression" else 1.25
    for features in (stage.features_, new):
        assert features.dtype == np.float32
        assert features.shape == (len(X), n_scores + 2)
        np.testing.assert_allclose((features**2).sum(axis=1), squared, rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_fixes_the_features(kind):
    X, y = table(kind)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = fitted(kind, X, y), fitted(kind, X, y)
    np.testing.assert_array_equal(first.features_, second.features_)
    np.testing.assert_array_equal(first.transform(X[:3]), second.transform(X[:3]))
    assert not np.array_equal(fitted(kind, X, y, seed=1).features_, first.features_)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("kind", KINDS)
def test_landmarks_serve_larger_sets(kind, monkeypatch):
    X, y = table(kind, n=200)
    exact = fitted(kind, X, y)
    monkeypatch.setattr(_stage, "_MOST_EXACT_ROWS", 100)
    monkeypatch.setattr(_stage, "_LANDMARKS", 150)
    by_landmarks = fitted(kind, X, y)
    assert by_landmarks.features_.shape == exact.features_.shape
    assert 0 < np.abs(by_landmarks.features_ - exact.features_).max()
    aligned = np.sum(by_landmarks.features_ * exact.features_, axis=1)
    assert np.median(aligned / np.sum(exact.features_**2, axis=1)) > 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_scores_of_a_row_do_not_depend_on_its_own_label(kind, monkeypatch):
    # All rows together choose the penalty; given one, nothing of a label is left.
    monkeypatch.setattr("skdvgs._default_net.kernel_ridge.PENALTIES", [0.3])
    X, y = table(kind)
    before = fitted(kind, X, y)
    for row in range(3):
        changed = y.copy()
        changed[row] = (y[row] + 1) % 3 if kind == "classification" else 1.0 - y[row]
        after = fitted(kind, X, changed)
        for old, new in zip(before._scorers, after._scorers, strict=True):
            np.testing.assert_allclose(new.left_out_[row], old.left_out_[row], atol=1e-5)


@pytest.mark.parametrize("n_rows", [30, 60])
def test_features_of_random_labels_do_not_tell_them(n_rows):
    # Fitted features would: a forest and a kernel ridge can learn random labels by heart.
    found, fitted_found = [], []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(n_rows, 3)), np.arange(n_rows) % 2
        stage = OutOfSampleScores("classification", 2, seed).fit(X, y)
        found.append(roc_auc_score(y, stage.features_[:, [1, 3, 5]].sum(axis=1)))
        fitted_found.append(roc_auc_score(y, stage.transform(X)[:, [1, 3, 5]].sum(axis=1)))
    assert np.mean(fitted_found) > 0.7
    # Below one half: without a row its class is the rarer one.
    assert 0.1 < np.mean(found) < 0.55


def test_classes_without_rows_and_of_one_row():
    X, _ = table("classification", n=20)
    codes = np.zeros(20, dtype=int)
    codes[0], codes[10:] = 3, 1
    stage = OutOfSampleScores("classification", 5, 0).fit(X, codes)
    assert stage.features_.shape == (20, 17)
    assert np.isfinite(stage.features_).all()
    alone = OutOfSampleScores("classification", 2, 0).fit(X, np.zeros(20, dtype=int))
    assert np.isfinite(alone.features_).all()


def test_regression_of_one_output_takes_either_shape():
    X, y = table("regression")
    flat = OutOfSampleScores("regression", 1, 0).fit(X, y[:, 0])
    column = OutOfSampleScores("regression", 1, 0).fit(X, y[:, :1])
    np.testing.assert_array_equal(flat.features_, column.features_)


def test_scores_find_wrong_labels():
    X, y = make_classification(400, 10, n_informative=5, random_state=0)
    wrong = np.arange(400) % 5 == 0
    codes = np.where(wrong, 1 - y, y)
    features = OutOfSampleScores("classification", 2, 0).fit(X, codes).features_
    for column in (0, 2, 4):  # the log-odds of class 0 by each scorer
        against = np.where(codes == 0, -features[:, column], features[:, column])
        assert roc_auc_score(wrong, against) > 0.85


def test_scores_predict_numbers():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    y = RankNormalTarget().fit(X[:, :1] ** 3).transform(X[:, :1] ** 3)
    features = OutOfSampleScores("regression", 1, 0).fit(X, y).features_
    for column in range(4):
        assert np.corrcoef(features[:, column], y[:, 0])[0, 1] > 0.8
