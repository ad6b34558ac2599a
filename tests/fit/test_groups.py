"""Rows that are left out together: given groups, and near-duplicates that are noticed."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GroupKFold

from skdvgs import DVGSValuer
from skdvgs.exceptions import NearDuplicateWarning
from skdvgs.metrics import noise_detection_auroc

from ..default_net.test_near_duplicates import visits

VALUER = DVGSValuer(n_restarts=1, random_state=0)


@pytest.fixture(scope="module")
def noticed():
    X, y, subject = visits(4, n=240)
    wrong = y != visits(4, n=240, wrong=0.0)[1]
    with pytest.warns(NearDuplicateWarning, match="groups of near-duplicates, 2.. of 240 rows"):
        fitted = DVGSValuer(n_restarts=1, random_state=0).fit(X, y)
    return X, y, subject, wrong, fitted


def test_noticed_groups_are_used(noticed):
    X, y, subject, wrong, fitted = noticed
    pieces = len(np.unique(np.c_[fitted.groups_, subject], axis=0))
    assert 60 <= pieces <= 62
    given = DVGSValuer(n_restarts=1, random_state=0).fit(X, y, groups=fitted.groups_)
    np.testing.assert_array_equal(given.values_, fitted.values_)
    alone = DVGSValuer(n_restarts=1, random_state=0).fit(X, y, groups=np.arange(240))
    found, without = (noise_detection_auroc(f.values_, wrong) for f in (fitted, alone))
    assert found > without + 0.03


def test_noticed_groups_do_not_depend_on_the_order_of_rows(noticed):
    X, y, _, _, fitted = noticed
    order = np.random.default_rng(1).permutation(len(X))
    with pytest.warns(NearDuplicateWarning):
        other = DVGSValuer(n_restarts=1, random_state=0).fit(X[order], y[order])
    np.testing.assert_array_equal(other.values_, fitted.values_[order])


def test_target_rows_stand_alone(noticed):
    X, y, subject, _, _ = noticed
    with pytest.warns(NearDuplicateWarning, match="of 200 rows"):
        other = DVGSValuer(n_restarts=1, random_state=0).fit(
            X[:200], y[:200], X_val=X[200:], y_val=y[200:]
        )
    assert other.groups_.shape == (200,)
    assert 50 <= len(np.unique(np.c_[other.groups_, subject[:200]], axis=0)) <= 52


def test_groups_are_kept_only_where_rows_are_grouped(noticed):
    X, y, subject, _, _ = noticed
    valuer = DVGSValuer(n_restarts=1, random_state=0, cv=GroupKFold(3))
    valuer.fit(X, y, groups=subject)
    np.testing.assert_array_equal(valuer.groups_, subject)
    valuer.set_params(cv=5).fit(X[::4], y[::4])
    assert not hasattr(valuer, "groups_")


def test_wrong_labels_are_found_where_few_groups_hold_every_class():
    """Cells of four donors: a donor is no label."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=300)
    X = rng.normal(size=(300, 6)) + 4 * np.eye(3)[y].repeat(2, axis=1)
    wrong = rng.random(300) < 0.1
    given = np.where(wrong, (y + 1) % 3, y)
    low = clone(VALUER).fit(X, given, groups=rng.integers(4, size=300)).values_ < 0.5
    assert low[wrong].mean() > 0.8
    assert low[~wrong].mean() < 0.02
