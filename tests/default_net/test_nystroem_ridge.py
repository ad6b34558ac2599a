"""Ridge on landmarks: left-out scores against refitting, and closeness to the full kernel."""

import numpy as np
import pytest

from skdvgs._default_net.kernel_ridge import KernelRidge
from skdvgs._default_net.nystroem_ridge import LandmarkRidge

from .cases import DISTANCES, make, refitted_without_each_row


def primal_ridge(X, Y, X_new, penalty):
    mean, mean_y = X.mean(axis=0), Y.mean(axis=0)
    gram = (X - mean).T @ (X - mean) + penalty * np.eye(X.shape[1])
    return (X_new - mean) @ np.linalg.solve(gram, (X - mean).T @ (Y - mean_y)) + mean_y


@pytest.mark.parametrize("table", ["many features", "one feature", "duplicate rows"])
@pytest.mark.parametrize("kind", DISTANCES)
def test_left_out_scores_are_those_of_refitting_without_the_row(kind, table, monkeypatch):
    monkeypatch.setattr("skdvgs._default_net.nystroem_ridge._BLOCK_ROWS", 7)
    distance, exact = DISTANCES[kind]
    X, Y = make(table)
    ridge = LandmarkRidge(distance, 12, seed=0, penalty=0.1).fit(X, Y)
    landmarks = ridge._landmarks.astype(float)

    def kernel(A, B):
        return np.exp(-exact(A, B) / ridge._kernel.bandwidth)

    values, vectors = np.linalg.eigh(kernel(landmarks, landmarks))
    strong = values > 1e-5 * values[-1]
    features = kernel(X.astype(float), landmarks) @ (vectors[:, strong] / values[strong] ** 0.5)
    expected = refitted_without_each_row(lambda *rows: primal_ridge(*rows, 0.1), features, Y)
    np.testing.assert_allclose(ridge.left_out_, expected, rtol=2e-3, atol=2e-3)
    np.testing.assert_allclose(
        ridge.predict(X), primal_ridge(features, Y, features, 0.1), rtol=1e-3, atol=1e-3
    )


@pytest.mark.parametrize("kind", DISTANCES)
def test_with_every_row_a_landmark_it_is_the_full_kernel(kind):
    distance, _ = DISTANCES[kind]
    X, Y = make("many features")
    full = KernelRidge(distance, penalty=0.3).fit(X, Y)
    landmark = LandmarkRidge(distance, len(X), seed=0, penalty=0.3)
    # The bandwidths are the same, as the landmarks are all rows.
    np.testing.assert_allclose(landmark.fit(X, Y).left_out_, full.left_out_, atol=2e-3)


def test_scores_of_a_row_do_not_depend_on_its_own_label():
    distance, _ = DISTANCES["gaussian"]
    X, Y = make("many features")
    before = LandmarkRidge(distance, 15, seed=0, penalty=0.1).fit(X, Y).left_out_
    changed = Y.copy()
    changed[4] = 10.0
    after = LandmarkRidge(distance, 15, seed=0, penalty=0.1).fit(X, changed).left_out_
    np.testing.assert_allclose(after[4], before[4], atol=1e-4)
    assert np.abs(after - before).max() > 0.1


def test_blocks_of_rows_change_nothing(monkeypatch):
    distance, _ = DISTANCES["gaussian"]
    X, Y = make("many features")
    whole = LandmarkRidge(distance, 15, seed=0).fit(X, Y)
    monkeypatch.setattr("skdvgs._default_net.nystroem_ridge._BLOCK_ROWS", 7)
    blocks = LandmarkRidge(distance, 15, seed=0).fit(X, Y)
    assert blocks.penalty_ == whole.penalty_
    np.testing.assert_allclose(blocks.left_out_, whole.left_out_, atol=1e-4)


def test_a_sample_of_the_rows_chooses_the_penalty(monkeypatch):
    monkeypatch.setattr("skdvgs._default_net.nystroem_ridge._TUNING_ROWS", 200)
    distance, _ = DISTANCES["gaussian"]
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 3)).astype(np.float32)
    Y = np.sin(2 * X[:, :1]) + 0.1 * rng.normal(size=(600, 1)).astype(np.float32)
    by_some = LandmarkRidge(distance, 100, seed=0).fit(X, Y)
    errors = np.mean((by_some.left_out_ - Y) ** 2)
    for penalty in (0.01, 10.0):
        fixed = LandmarkRidge(distance, 100, seed=0, penalty=penalty).fit(X, Y)
        assert errors <= 1.1 * np.mean((fixed.left_out_ - Y) ** 2)
