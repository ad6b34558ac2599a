"""Near-duplicates: noticed among copies and visits, and nowhere else."""

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine

from skdvgs._default_net import near_duplicates
from skdvgs._default_net.near_duplicates import find_near_duplicates
from skdvgs._default_net.scaling import QuantileNormalScaling


def visits(per_subject, n=300, seed=0, wrong=0.2):
    """Subjects with several similar visits; labels wrong for whole subjects."""
    rng = np.random.default_rng(seed)
    subject = np.repeat(np.arange(n // per_subject), per_subject)
    n_subjects = subject.max() + 1
    truth = rng.integers(0, 2, n_subjects)
    centre = rng.normal(size=(n_subjects, 12)) * 0.7
    centre[:, :2] += np.where(truth, 1, -1)[:, None]
    X = centre[subject] + 0.2 * rng.normal(size=(len(subject), 12))
    label = np.where(rng.permutation(n_subjects) < wrong * n_subjects, 1 - truth, truth)
    return X, label[subject], subject


def find(X, y):
    X = np.asarray(X, dtype=np.float32)
    equal = np.unique(X, axis=0, return_inverse=True)[1].ravel()
    codes = np.unique(y, return_inverse=True)[1]
    return find_near_duplicates(QuantileNormalScaling(0).fit(X).transform(X), codes, equal)


def same_parts(first, second):
    pairs = len(np.unique(np.c_[first, second], axis=0))
    return pairs == len(np.unique(first)) == len(np.unique(second))


def plain(X, y):
    """The rule written out on the whole matrix of distances, in float64."""
    D = cdist(X.astype(np.float64), X.astype(np.float64), "sqeuclidean")
    np.fill_diagonal(D, np.inf)
    far = np.sort(D, axis=1)[:, 15]
    nearer = np.minimum.outer(far, far)
    group = connected_components(D < 0.25 * nearer)[1]
    linked = np.bincount(group)[group] > 1
    if linked.mean() < 1 / 3:
        return None
    mates, outsiders = [], []
    for row in np.flatnonzero(linked):
        same = group == group[row]
        mates.append(y[np.where(same, D[row], np.inf).argmin()] != y[row])
        near = np.argsort(np.where(same, np.inf, D[row]))[:15]
        outsiders.append(np.bincount(y[near]).argmax() != y[row])
    a, b = np.mean(mates), np.mean(outsiders)
    if a > 0.03 or a > 0.1 * b or b > 0.5:
        return None
    return connected_components(D < 0.40 * nearer)[1]


@pytest.mark.parametrize("per_subject", [3, 8])
def test_visits_of_a_subject_are_noticed(per_subject, monkeypatch):
    X, y, subject = visits(per_subject)
    group = find(X, y)
    # No subject is cut, and few are taken together.
    n_subjects = len(np.unique(subject))
    assert len(np.unique(np.c_[group, subject], axis=0)) == n_subjects
    assert len(np.unique(group)) > 0.85 * n_subjects
    monkeypatch.setattr(near_duplicates, "_MOST_DISTANCES", 7 * len(X))
    np.testing.assert_array_equal(find(X, y), group)


@pytest.mark.parametrize("per_subject", [1, 2, 3])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_rule_is_the_one_written_out(per_subject, seed):
    X, y, _ = visits(per_subject, n=210, seed=seed)
    # In between, so that some of it is linked and some is not.
    X = QuantileNormalScaling(0).fit(X).transform(X.astype(np.float32))
    X += 0.1 * np.random.default_rng(seed).normal(size=X.shape).astype(np.float32)
    found, expected = find_near_duplicates(X, y, np.arange(len(X))), plain(X, y)
    assert (found is None) == (expected is None)
    if found is not None:
        assert same_parts(found, expected)


def test_equal_rows_are_noticed_however_many():
    X, y, _ = visits(1, n=90)
    for copies in (2, 30):
        subject = np.repeat(np.arange(90), copies)
        group = find(X[subject], y[subject])
        assert group is not None
        # Copies are together, and the groups are not much larger than that.
        assert len(np.unique(np.c_[group, subject], axis=0)) == 90
        assert len(np.unique(group)) > 80


def test_copies_whose_labels_differ_are_not_noticed():
    X, y, _ = visits(3)
    wrong = np.random.default_rng(0).permutation(len(y)) < len(y) // 5
    assert find(X, np.where(wrong, 1 - y, y)) is None
    assert find(X, np.random.default_rng(1).integers(0, 2, len(y))) is None


def test_rows_that_are_few_many_or_all_alike_are_not_looked_at(monkeypatch):
    X, y, _ = visits(3)
    assert find(X[:63], y[:63]) is None
    assert find(np.ones_like(X), np.zeros(len(X))) is None
    assert find(np.round(X[:, :2] > 0), X[:, 0] > 0) is None
    assert find(np.ones_like(X), y) is None
    monkeypatch.setattr(near_duplicates, "_MOST_ROWS", len(X) - 1)
    assert find(X, y) is None


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_digits])
@pytest.mark.parametrize("share", [0.0, 0.2])
def test_no_false_alarm(load, share):
    X, y = load(return_X_y=True)
    rng = np.random.default_rng(0)
    wrong = rng.permutation(len(y)) < share * len(y)
    y = np.where(wrong, (y + 1) % (y.max() + 1), y)
    assert find(X, y) is None
