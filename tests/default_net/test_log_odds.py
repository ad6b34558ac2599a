"""Log-odds of scores, and what leaving a row out takes from its own class."""

import numpy as np
import pytest

from skdvgs._default_net.log_odds import class_log_odds, left_out_pull


def test_log_odds_are_centred_logarithms_of_doubted_probabilities():
    scores = np.random.default_rng(0).normal(0.3, 0.3, size=(7, 2, 4)).astype(np.float32)
    pull = np.random.default_rng(1).random((7, 1, 4))
    found, pulled = class_log_odds(scores), class_log_odds(scores, pull)
    for row in range(7):
        for scorer in range(2):
            p = [max(float(s), 0.0) for s in scores[row, scorer]]
            logs = np.array([np.log(part / sum(p) + 0.03) for part in p])
            np.testing.assert_allclose(found[row, scorer], logs - logs.mean(), rtol=1e-9)
            logs += pull[row, 0]
            np.testing.assert_allclose(pulled[row, scorer], logs - logs.mean(), rtol=1e-9)


def test_a_row_that_no_scorer_gives_anything_has_even_odds():
    np.testing.assert_allclose(class_log_odds(np.zeros((1, 1, 3))), 0.0, atol=1e-12)


@pytest.mark.parametrize("per_group", [1, 2])
def test_the_pull_makes_up_for_frequencies_without_the_row(per_group):
    """Where features say nothing, a fit without a row gives the frequencies of the others."""
    n, n_classes = 120, 3
    codes, group = np.arange(n) // per_group % n_classes, np.arange(n) // per_group
    without = np.array(
        [np.bincount(codes[group != g], minlength=n_classes) for g in group], dtype=float
    )
    log_odds = np.log(without / without.sum(axis=1, keepdims=True))
    pull = left_out_pull(codes, n_classes, np.ones(n), group)
    assert pull.shape == (n, 1, n_classes)
    own, other = codes, (codes + 1) % n_classes
    every = np.arange(n)
    before = log_odds[every, own] - log_odds[every, other]
    after = before + pull[every, 0, own] - pull[every, 0, other]
    assert (before < -0.8 * per_group * n_classes / n).all()
    np.testing.assert_allclose(after, 0.0, atol=(per_group * n_classes / n) ** 2)


def test_the_pull_counts_weights():
    weight, group = np.array([1.0, 3.0, 2.0]), np.array([0, 1, 1])
    pull = left_out_pull(np.array([0, 1, 0]), 2, weight, group)[:, 0]
    np.testing.assert_allclose(
        pull, [[2 * 1 / 6, 0], [2 * 2 / 6, 2 * 3 / 6], [2 * 2 / 6, 2 * 3 / 6]]
    )


def test_the_pull_says_nothing_of_the_label_of_a_row_within_its_group():
    """Few groups that hold every class, as donors do: leaving one out leaves all classes."""
    rng = np.random.default_rng(0)
    codes, group = rng.integers(3, size=600), rng.integers(4, size=600)
    pull = left_out_pull(codes, 3, np.ones(600), group)[:, 0]
    for number in range(4):
        shares = np.bincount(codes[group == number], minlength=3) / 600
        np.testing.assert_allclose(
            pull[group == number], np.tile(3 * shares, (sum(group == number), 1))
        )
