"""Whether labels have anything to do with features."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from skdvgs._default_net.dependence import agreement, may_be_independent


def table(n=120, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 4)).astype(np.float32), rng


def one_hot(codes):
    return np.eye(int(codes.max()) + 1, dtype=np.float32)[codes]


def ask(X, Y, group=None):
    return may_be_independent(X, Y, np.arange(len(X)) if group is None else group, 0)


def test_random_labels_are_noticed_as_often_as_the_level_says():
    found = []
    for seed in range(60):
        X, rng = table(60, seed)
        found.append(ask(X, one_hot(rng.integers(0, 3, 60))))
        found.append(ask(X, rng.normal(size=(60, 1))))
    assert 0.9 <= np.mean(found) <= 0.99


@pytest.mark.parametrize("kind", ["linear", "round", "number", "one of two"])
def test_weak_but_real_labels_are_not(kind):
    X, rng = table(300)
    noise = rng.normal(size=300)
    Y = {
        "linear": one_hot((X[:, 0] + 2 * noise > 0).astype(int)),
        "round": one_hot(((X**2).sum(axis=1) + noise > 3.4).astype(int)),
        "number": (X[:, 0] + 3 * noise)[:, None],
        "one of two": np.c_[noise > 0, X[:, 1] + noise > 0].astype(np.float32),
    }[kind]
    assert not ask(X, Y)


def test_few_rows_are_not_tested():
    X, rng = table()
    Y = one_hot(rng.integers(0, 2, len(X)))
    assert ask(X, Y)
    assert not ask(X[:49], Y[:49])
    assert not ask(X, Y, group=np.arange(len(X)) % 40)


def test_labels_of_a_group_count_once():
    """Copies of rows with random labels are no evidence."""
    X, rng = table(60)
    Y = one_hot(rng.integers(0, 2, 60))
    X, Y, group = (np.repeat(part, 4, axis=0) for part in (X, Y, np.arange(60)))
    assert not ask(X, Y)
    assert ask(X, Y, group=group)


def test_agreement_is_a_score_test():
    rng = np.random.default_rng(0)
    left_out, codes = rng.random((50, 2, 3)), rng.integers(0, 3, 50)
    Y = one_hot(codes)
    scores = left_out.mean(axis=1)
    scores = scores - scores.mean(axis=0)
    share = Y.mean(axis=0)
    total = variance = 0.0
    for row in range(50):
        mean = sum(share[k] * scores[row, k] for k in range(3))
        total += scores[row, codes[row]] - mean
        variance += sum(share[k] * (scores[row, k] - mean) ** 2 for k in range(3))
    np.testing.assert_allclose(agreement(left_out, Y), total / np.sqrt(variance), rtol=1e-6)
    assert agreement(np.ones((50, 2, 3)), Y) == 0.0


@pytest.mark.parametrize("slope", [0.0, 0.6])
def test_the_statistic_is_the_one_written_out(slope):
    """By the share of shuffled labels that align as well, with kernels in float64."""
    X, rng = table(80)
    y = X[:, 0] * slope + rng.normal(size=80)
    D = cdist(X, X, "sqeuclidean")
    labels = (y - y.mean()) / y.std()
    order = [rng.permutation(80) for _ in range(2000)]
    shares = []
    centred = X - X.mean(axis=0)
    for kernel in (centred @ centred.T, np.exp(-D / np.median(D))):
        K = kernel - kernel.mean(axis=0)
        np.fill_diagonal(K, 0.0)
        here = labels @ K @ labels
        shares.append(np.mean([labels[p] @ K @ labels[p] >= here for p in order]))
    # Two kernels are asked, so that the smaller share must be well below the level, or above it.
    assert min(shares) < 0.015 or min(shares) > 0.08
    assert ask(X, y[:, None]) == (min(shares) > 0.05)
