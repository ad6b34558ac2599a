"""Targets as normal scores."""

import numpy as np
import pytest

from skdvgs._default_net.rank_normal_target import RankNormalTarget


def test_scores_keep_ranks_whatever_the_tail():
    y = np.random.default_rng(0).standard_cauchy(size=(500, 1))
    scored = RankNormalTarget().fit(y).transform(y)
    inner = np.abs(scored[:, 0]) < 2.4
    np.testing.assert_array_equal(np.argsort(scored[inner, 0]), np.argsort(y[inner, 0]))
    assert scored.min() == -2.5
    assert scored.max() == 2.5
    assert scored.std() == pytest.approx(1.0, abs=0.05)
    logs = RankNormalTarget().fit(np.arctan(y)).transform(np.arctan(y))
    np.testing.assert_array_equal(logs, scored)


def test_ties_share_a_score_and_new_targets_lie_between():
    y = np.array([[0.0], [0.0], [0.0], [1.0], [2.0]])
    target = RankNormalTarget().fit(y)
    scored = target.transform(y)[:, 0]
    assert len(np.unique(scored[:3])) == 1
    new = target.transform(np.array([[-9.0], [0.5], [9.0]]))[:, 0]
    np.testing.assert_allclose(new, [scored[0], (scored[0] + scored[3]) / 2, scored[4]], atol=1e-6)


def test_columns_are_scored_apart():
    y = np.random.default_rng(0).normal(size=(30, 2))
    y[:, 1] = 7.0
    scored = RankNormalTarget().fit(y).transform(y)
    np.testing.assert_allclose(scored[:, 1], 0.0, atol=1e-6)
    np.testing.assert_array_equal(
        scored[:, :1], RankNormalTarget().fit(y[:, :1]).transform(y[:, :1])
    )
