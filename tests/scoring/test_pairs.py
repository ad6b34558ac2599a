"""Which pairs a trajectory scores, and how their scores are sorted."""

import numpy as np
import pytest

from skdvgs._fit.folds import resample
from skdvgs._inputs.task import Rows
from skdvgs._scoring.pairs import ScoringRequest

X = np.zeros((9, 2), dtype=np.float32)
LABELS = np.array(["b", "a", "c", "a", "b", "c", "a", "b", "c"])
NUMBERS = np.arange(9.0)[:, None]
NONE = np.empty(0, dtype=np.intp)


def as_value(rows, labels):
    """A number that tells row and label."""
    codes = np.searchsorted(["a", "b", "c"], labels) if labels.dtype.kind == "U" else labels[:, 0]
    return 100.0 * rows + codes


def ask(rows, held_out, classes=None, y=LABELS, kind="classification", seed=0):
    """Score source rows 0 to 5, and target rows that follow them as rows 6 to 8."""
    source, target = Rows(X[:6], y[:6], kind), Rows(X[6:], y[6:], kind)
    held_out = np.asarray(held_out, dtype=np.intp) - 6
    request = ScoringRequest(
        source, np.asarray(rows), target if len(held_out) else None, held_out, classes, seed
    )
    assert len(request.features()) == (9 if len(held_out) else 6)
    return request, request.split_scores(as_value(*request.pairs()))


def test_own_labels():
    _, scores = ask([5, 0, 3], NONE)
    np.testing.assert_array_equal(scores.values, [502, 1, 300])
    assert (
        scores.label_values is scores.held_out_target is scores.held_out_target_other_labels is None
    )


def test_every_label():
    request, scores = ask([5, 0, 3], [7, 8], classes=np.array(["a", "b", "c"]))
    np.testing.assert_array_equal(scores.values, [502, 1, 300])
    np.testing.assert_array_equal(scores.label_values[1], [0, 1, 2])
    np.testing.assert_array_equal(scores.held_out_target, [701, 802])
    np.testing.assert_array_equal(scores.held_out_target_other_labels, [[700, 702], [800, 801]])
    rows, labels = request.pairs()
    subset = request.convergence_subset()
    np.testing.assert_array_equal(as_value(rows[subset], labels[subset]), scores.values)


def test_other_targets_of_a_regression():
    _request, scores = ask([4, 2], [6, 7, 8], y=NUMBERS, kind="regression")
    np.testing.assert_array_equal(scores.values, [404, 202])
    np.testing.assert_array_equal(scores.held_out_target, [606, 707, 808])
    assert scores.held_out_target_other_labels.shape == (3, 4)
    np.testing.assert_array_equal(
        scores.held_out_target_other_labels // 100, [[6] * 4, [7] * 4, [8] * 4]
    )
    assert set((scores.held_out_target_other_labels % 100).ravel()) <= {6, 7, 8}
    again = ask([4, 2], [6, 7, 8], y=NUMBERS, kind="regression")[1]
    np.testing.assert_array_equal(
        again.held_out_target_other_labels, scores.held_out_target_other_labels
    )


@pytest.mark.parametrize("seed", range(5))
def test_resampled_targets_keep_their_classes(seed):
    target = np.array([10, 11, 12, 13, 14, 15, 16])
    y = np.array([0, 0, 0, 0, 1, 1, 2])
    drawn, left_out = resample(target, y, "classification", seed)
    label_of = dict(zip(target, y, strict=True))
    assert sorted(label_of[row] for row in drawn) == y.tolist()
    assert set(drawn) | set(left_out) == set(target)
    assert not set(drawn) & set(left_out)


def test_resampled_numbers_leave_a_third_out():
    target = np.arange(3000)
    drawn, left_out = resample(target, np.zeros((3000, 1)), "regression", 0)
    assert len(drawn) == 3000
    assert abs(len(left_out) / 3000 - np.exp(-1)) < 0.02
