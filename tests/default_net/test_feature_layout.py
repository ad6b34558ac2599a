"""Log-odds, and rows brought to one length."""

import numpy as np
import pytest

from skdvgs._default_net.feature_layout import BIAS, EqualLength, class_log_odds, label_log_odds


def test_class_log_odds_tell_the_ratios_of_probabilities():
    scores = np.float32([[0.2, 0.8], [0.5, 0.5]])
    odds = class_log_odds(scores)
    np.testing.assert_allclose(odds.sum(axis=1), 0.0, atol=1e-6)
    np.testing.assert_allclose(odds[0, 1] - odds[0, 0], np.log(0.81 / 0.21), rtol=1e-5)
    np.testing.assert_allclose(odds[1], 0.0, atol=1e-6)


def test_scores_outside_zero_and_one_count_as_certain():
    odds = class_log_odds(np.float32([[-0.5, 1.5, 0.5], [-1.0, -1.0, -2.0]]))
    expected = class_log_odds(np.float32([[0.0, 0.75, 0.25]]))
    np.testing.assert_allclose(odds[:1], expected, atol=1e-6)
    np.testing.assert_array_equal(odds[1], 0.0)
    labels = label_log_odds(np.float32([[-3.0, 0.5, 4.0]]))
    np.testing.assert_allclose(labels, [[-np.log(101), 0.0, np.log(101)]], atol=1e-5)


def whole(blocks):
    return np.ones(len(blocks[0]), dtype=np.float32)


@pytest.mark.parametrize("length", [1.0, 2.0])
def test_all_rows_have_one_length(length):
    rng = np.random.default_rng(0)
    blocks = [rng.normal(size=(50, 3)).astype(np.float32), np.zeros((50, 2), dtype=np.float32)]
    layout = EqualLength(length, equal_blocks=True).fit(blocks)
    for some in (blocks, [10 * block[:5] for block in blocks]):
        features = layout.transform(some, np.linspace(0, 1, len(some[0]), dtype=np.float32))
        assert features.dtype == np.float32
        assert features.shape == (len(some[0]), 7)
        np.testing.assert_array_equal(features[:, -1], BIAS)
        lengths = np.linalg.norm(features[:, :-1], axis=1)
        np.testing.assert_allclose(lengths, length, rtol=1e-5)


def test_short_rows_keep_their_scores():
    blocks = [np.float32([[0.1, 0.0], [0.0, 0.2], [9.0, 0.0]])]
    features = EqualLength(1.0, equal_blocks=False).fit(blocks).transform(blocks, whole(blocks))
    np.testing.assert_allclose(2 * features[0, 0], features[1, 1], rtol=1e-5)
    np.testing.assert_allclose(features[2, :3], [1.0, 0.0, 0.0], atol=1e-6)


def test_blocks_of_any_spread_weigh_the_same():
    rng = np.random.default_rng(0)
    blocks = [rng.normal(size=(50, 3)).astype(np.float32) for _ in range(2)]
    plain = EqualLength(1.0, equal_blocks=True).fit(blocks).transform(blocks, whole(blocks))
    blocks[1] *= 100
    wide = EqualLength(1.0, equal_blocks=True).fit(blocks).transform(blocks, whole(blocks))
    np.testing.assert_allclose(wide, plain, atol=1e-5)


def test_untrusted_rows_keep_a_part_of_their_scores():
    rng = np.random.default_rng(0)
    blocks = [3 * rng.normal(size=(4, 3)).astype(np.float32)]
    layout = EqualLength(1.0, equal_blocks=False).fit(blocks)
    trusted = layout.transform(blocks, whole(blocks))
    half = layout.transform(blocks, whole(blocks) / 2)
    np.testing.assert_allclose(half[:, :3], trusted[:, :3] / 2, rtol=1e-5)
    np.testing.assert_array_equal(
        layout.transform(blocks, 0 * whole(blocks))[:, :4], [[0, 0, 0, 1]] * 4
    )
