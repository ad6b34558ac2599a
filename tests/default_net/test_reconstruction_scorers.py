"""Scorers of rows without labels, against slow implementations in float64."""

import numpy as np
import pytest

from skdvgs._default_net.scorers import half_columns, nearest_rows
from skdvgs._default_net.scorers.half_columns import HalfColumns, find_components
from skdvgs._default_net.scorers.nearest_rows import NearestRows
from tests.default_net.cases import TABLES

TABLES = {
    **TABLES,
    "fewer rows than columns": lambda rng: rng.normal(size=(12, 40)),
    "two columns": lambda rng: rng.normal(size=(25, 2)),
    "three components": lambda rng: (
        rng.normal(size=(60, 3)) @ rng.normal(size=(3, 20)) + 0.3 * rng.normal(size=(60, 20))
    ),
}


def table(name):
    return TABLES[name](np.random.default_rng(0)).astype(np.float32)


def row_correlation(a, b):
    if a.std() < 1e-9 or b.std() < 1e-9:
        return 0.0
    return np.corrcoef(a, b)[0, 1]


def plain_half(train, row, rank, seen, hidden):
    """Condition the normal distribution of probabilistic principal components on some columns."""
    n, p = train.shape
    mean = train.mean(axis=0)
    covariance = (train - mean).T @ (train - mean) / n
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = values[::-1][:rank], vectors[:, ::-1][:, :rank]
    total = np.trace(covariance)
    noise = max((total - values.sum()) / max(p - rank, 1), 1e-4 * total / p, 1e-12)
    model = vectors @ np.diag(np.maximum(values - noise, 1e-12)) @ vectors.T + noise * np.eye(p)
    gain = model[np.ix_(hidden, seen)] @ np.linalg.inv(model[np.ix_(seen, seen)])
    return mean[hidden] + gain @ (row[seen] - mean[seen])


@pytest.mark.parametrize("name", TABLES)
def test_half_columns_against_the_conditional_normal(name):
    X = table(name)
    fold = np.arange(len(X)) % 3
    scorer = HalfColumns(0).fit(X, fold)
    exact = X.astype(np.float64)
    halves = scorer._halves
    assert sorted(np.concatenate(halves)) == list(range(X.shape[1]))
    for row in range(0, len(X), 5):
        predicted = np.empty(X.shape[1])
        for seen, hidden in (halves, halves[::-1]):
            predicted[hidden] = plain_half(
                exact[fold != fold[row]], exact[row], scorer.rank_, seen, hidden
            )
        error = np.mean((exact[row] - predicted) ** 2)
        np.testing.assert_allclose(scorer.left_out_[row, 0], error, rtol=1e-6, atol=1e-9)
        if error > 1e-9:
            expected = row_correlation(exact[row], predicted)
            np.testing.assert_allclose(scorer.left_out_[row, 1], expected, atol=1e-5)


@pytest.mark.parametrize("name", TABLES)
def test_half_columns_of_new_rows_use_all_fitted_rows(name):
    X = table(name)
    scorer = HalfColumns(0).fit(X, np.arange(len(X)) % 3)
    new = X[:4] + np.float32(0.1)
    for row, found in zip(new.astype(np.float64), scorer.scores(new), strict=True):
        predicted = np.empty(len(row))
        for seen, hidden in (scorer._halves, scorer._halves[::-1]):
            predicted[hidden] = plain_half(X.astype(np.float64), row, scorer.rank_, seen, hidden)
        np.testing.assert_allclose(found[0], np.mean((row - predicted) ** 2), rtol=1e-6)


def test_the_rank_is_that_of_the_signal_and_small_for_noise():
    assert HalfColumns(0).fit(table("three components"), np.arange(60) % 5).rank_ == 3
    noise = np.random.default_rng(0).normal(size=(200, 20)).astype(np.float32)
    scorer = HalfColumns(0).fit(noise, np.arange(200) % 5)
    assert scorer.rank_ <= 2
    assert scorer.left_out_[:, 0].mean() < 1.02 * noise.var()


def test_a_row_is_not_predicted_from_its_own_fold(monkeypatch):
    monkeypatch.setattr(half_columns, "_RANKS", (3,))
    X = table("three components")
    fold = np.arange(60) % 5
    changed = X.copy()
    changed[5] += 100
    before, after = HalfColumns(0).fit(X, fold), HalfColumns(0).fit(changed, fold)
    same = fold == 0
    same[5] = False
    np.testing.assert_allclose(after.left_out_[same], before.left_out_[same], rtol=1e-12)
    assert np.abs(after.left_out_[fold == 1] - before.left_out_[fold == 1]).max() > 1e-3


def test_components_by_projection_are_those_of_the_exact_way(monkeypatch):
    X = table("three components")
    exact = find_components(X, 3, 0)
    monkeypatch.setattr(half_columns, "_MOST_EXACT", 5)
    found = find_components(X, 3, 0)
    np.testing.assert_allclose(found.variances, exact.variances, rtol=1e-6)
    np.testing.assert_allclose(np.abs(np.sum(found.axes * exact.axes, axis=1)), 1, rtol=1e-6)


def plain_nearest(X, group, row, own):
    """Error of the mean of the ten nearest, and mean correlation with the ten most alike."""
    others = np.flatnonzero(group != own)
    k = min(10, len(others))
    distances = ((X[others] - row) ** 2).sum(axis=1)
    nearest = others[np.argsort(distances, kind="stable")[:k]]
    correlations = sorted(row_correlation(X[other], row) for other in others)[-k:]
    return np.mean((row - X[nearest].mean(axis=0)) ** 2), np.mean(correlations)


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("name", sorted(set(TABLES) - {"duplicate rows", "constant columns"}))
def test_nearest_rows_against_sorting(name, grouped, monkeypatch):
    X = table(name)
    # Of blocks that do not divide the rows.
    monkeypatch.setattr(nearest_rows, "_BLOCK_NUMBERS", 7 * max(X.shape))
    group = np.arange(len(X)) // 2 if grouped else np.arange(len(X))
    found = NearestRows(0).fit(X, group)
    exact = X.astype(np.float64)
    expected = [
        plain_nearest(exact, group, row, own) for row, own in zip(exact, group, strict=True)
    ]
    np.testing.assert_allclose(found.left_out_, expected, rtol=1e-4, atol=1e-5)
    new = X[:5] + np.float32(0.2)
    expected = [plain_nearest(exact, group, row, -1) for row in new.astype(np.float64)]
    np.testing.assert_allclose(found.scores(new), expected, rtol=1e-4, atol=1e-5)


def test_copies_are_neighbours_unless_they_are_a_group():
    X = np.repeat(np.random.default_rng(0).normal(size=(10, 3)), 12, axis=0).astype(np.float32)
    alone = NearestRows(0).fit(X, np.arange(120)).left_out_
    assert alone[:, 0].max() < 1e-12
    np.testing.assert_allclose(alone[:, 1], 1.0, atol=1e-6)
    grouped = NearestRows(0).fit(X, np.repeat(np.arange(10), 12)).left_out_
    assert grouped[:, 0].min() > 0.01


def test_rows_that_are_all_alike():
    X = np.ones((12, 2), dtype=np.float32)
    assert not NearestRows(0).fit(X, np.arange(12)).left_out_.any()
    assert not HalfColumns(0).fit(X, np.arange(12) % 3).left_out_.any()


def test_of_many_rows_some_are_looked_among(monkeypatch):
    monkeypatch.setattr(nearest_rows, "_MOST_REFERENCES", 30)
    monkeypatch.setattr(half_columns, "_MOST_ROWS", 30)
    X = table("three components")
    scorer = NearestRows(3).fit(X, np.arange(60))
    kept = np.sort(np.random.default_rng(3).choice(60, 30, replace=False))
    exact = X.astype(np.float64)
    for row in (kept[0], np.setdiff1d(np.arange(60), kept)[0]):
        expected = plain_nearest(exact[kept], kept, exact[row], row)
        np.testing.assert_allclose(scorer.left_out_[row], expected, rtol=1e-4)
    half = HalfColumns(3).fit(X, np.arange(60) % 5)
    assert half.rank_ == 3
    assert half.left_out_[:, 0].mean() < 0.5 * X.var()
