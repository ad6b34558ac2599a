"""Ridge regression on landmarks against the same, fitted again without each group in float64."""

import numpy as np
import pytest

from skdvgs._default_net.kernel import KernelShape
from skdvgs._default_net.scorers import ridge
from skdvgs._default_net.scorers.ridge import LandmarkRidge

from .cases import TABLES, make, plain_kernel, plain_ridge

KINDS = ["gaussian", "laplace", "linear"]


def fit(kind, X, rows, penalties, robust=False, seed=0):
    return LandmarkRidge(KernelShape(kind), np.asarray(penalties), robust, seed).fit(X, rows)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("penalty", [0.1, 10.0])
def test_each_group_is_left_out_as_by_a_new_fit(name, kind, grouped, penalty):
    X, rows = make(name, grouped=grouped)
    found = fit(kind, X, rows, [penalty]).left_out_
    kernel, wide = plain_kernel(kind, X), X.astype(np.float64)
    for group in np.unique(rows.group):
        out = rows.group == group
        expected = plain_ridge(
            kernel, wide, wide[~out], rows.Y[~out], rows.weight[~out], penalty, wide[out]
        )
        np.testing.assert_allclose(found[out], expected, atol=2e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_new_rows_are_predicted_by_the_fit_to_all(kind):
    X, rows = make("many features")
    new = np.random.default_rng(1).normal(size=(7, 6)).astype(np.float32)
    fitted = fit(kind, X, rows, [0.3])
    wide = X.astype(np.float64)
    expected = plain_ridge(
        plain_kernel(kind, X), wide, wide, rows.Y, rows.weight, 0.3, new.astype(np.float64)
    )
    np.testing.assert_allclose(fitted.predict(new), expected, atol=1e-3)
    assert fitted.predict(new[:0]).shape == (0, 3)


def test_the_penalty_has_the_least_left_out_error():
    X, rows = make("many features", n_outputs=1)
    penalties = [0.01, 1.0, 100.0]
    for robust, size in ((False, np.square), (True, np.abs)):
        errors = [
            np.mean(rows.weight[:, None] * size(rows.Y - fit("gaussian", X, rows, [p]).left_out_))
            for p in penalties
        ]
        chosen = fit("gaussian", X, rows, penalties, robust)
        assert chosen.penalty_ == penalties[int(np.argmin(errors))]
        alone = fit("gaussian", X, rows, [chosen.penalty_])
        np.testing.assert_array_equal(chosen.left_out_, alone.left_out_)


def test_landmarks_of_many_rows(monkeypatch):
    monkeypatch.setattr(ridge, "_LANDMARKS", 20)
    monkeypatch.setattr(ridge, "_BLOCK_ROWS", 7)
    X, rows = make("many features", grouped=True)
    fitted = fit("gaussian", X, rows, [0.5])
    landmarks = fitted._landmarks.astype(np.float64)
    assert len(landmarks) == 20
    kernel, wide = plain_kernel("gaussian", fitted._landmarks), X.astype(np.float64)
    out = rows.group == 3
    expected = plain_ridge(
        kernel, landmarks, wide[~out], rows.Y[~out], rows.weight[~out], 0.5, wide[out], least=1e-5
    )
    np.testing.assert_allclose(fitted.left_out_[out], expected, atol=2e-3)
    assert not np.array_equal(fit("gaussian", X, rows, [0.5], seed=1)._landmarks, landmarks)
    new = wide[:9] + 0.1
    expected = plain_ridge(
        kernel, landmarks, wide, rows.Y, rows.weight, 0.5, new.astype(np.float32), least=1e-5
    )
    np.testing.assert_allclose(fitted.predict(new.astype(np.float32)), expected, atol=2e-3)


@pytest.mark.parametrize("grouped", [False, True])
def test_threads_and_blocks_change_nothing(grouped, monkeypatch):
    X, rows = make("many features", grouped=grouped)
    for n_landmarks in (20, 1000):
        monkeypatch.setattr(ridge, "_LANDMARKS", n_landmarks)
        monkeypatch.setattr(ridge, "_BLOCK_ROWS", 7)
        shape, penalties = KernelShape("gaussian"), np.array([0.1, 1.0])
        one, two = (LandmarkRidge(shape, penalties, False, 0).fit(X, rows, n) for n in (1, 2))
        np.testing.assert_array_equal(one.left_out_, two.left_out_)
        np.testing.assert_array_equal(one.predict(X), two.predict(X))
        monkeypatch.setattr(ridge, "_BLOCK_ROWS", 1000)
        whole = LandmarkRidge(shape, penalties, False, 0).fit(X, rows)
        np.testing.assert_allclose(one.left_out_, whole.left_out_, atol=1e-5)


def test_blocks_hold_whole_groups(monkeypatch):
    monkeypatch.setattr(ridge, "_BLOCK_ROWS", 5)
    group = np.random.default_rng(0).permutation(
        np.repeat(np.arange(9), [1, 3, 12, 1, 1, 4, 2, 7, 1])
    )
    blocks = ridge._blocks_of_groups(group)
    np.testing.assert_array_equal(np.sort(np.concatenate(blocks)), np.arange(len(group)))
    assert min(len(block) for block in blocks) > 0
    assert max(len(np.unique(group[block])) for block in blocks) < 9
    for number in range(9):
        assert sum(number in group[block] for block in blocks) == 1


def test_a_label_does_not_reach_its_own_prediction():
    X, rows = make("many features", grouped=True)
    before = fit("gaussian", X, rows, [0.5]).left_out_
    out = rows.group == rows.group[0]
    rows.Y[out] += 100.0
    after = fit("gaussian", X, rows, [0.5]).left_out_
    np.testing.assert_allclose(after[out], before[out], atol=5e-3)
    assert np.abs(after[~out] - before[~out]).max() > 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_are_all_alike_have_the_mean_of_the_others(kind):
    X, rows = make("constant columns", n_outputs=1)
    fitted = fit(kind, X, rows, [0.1])
    assert fitted.is_exact_
    for row in range(len(X)):
        others = np.arange(len(X)) != row
        expected = np.average(rows.Y[others, 0], weights=rows.weight[others])
        np.testing.assert_allclose(fitted.left_out_[row, 0], expected, atol=1e-5)
    far = fitted.predict(X[:1] + 7.0)
    np.testing.assert_allclose(far[0], np.average(rows.Y, 0, weights=rows.weight), atol=1e-4)
