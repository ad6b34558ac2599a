"""Which pairs a trajectory scores, and how their scores are sorted."""

import numpy as np

from skdvgs._inputs.task import Rows
from skdvgs._scoring.pairs import ScoringRequest

LABELS = np.array(["b", "a", "c", "a", "b", "c"])
SOURCE = Rows(np.zeros((6, 2), dtype=np.float32), LABELS, "classification")
CLASSES = np.array(["a", "b", "c"])


def as_value(rows, labels):
    """A number that tells row and label."""
    return 100.0 * rows + np.searchsorted(CLASSES, labels)


def ask(rows, classes=None):
    request = ScoringRequest(SOURCE, np.asarray(rows), classes)
    return request, request.split_scores(as_value(*request.pairs()))


def test_own_labels():
    request, scores = ask([5, 0, 3])
    np.testing.assert_array_equal(scores.values, [502, 1, 300])
    assert scores.label_values is None
    assert request.n_labels == 1


def test_every_label():
    request, scores = ask([5, 0, 3], CLASSES)
    np.testing.assert_array_equal(scores.values, [502, 1, 300])
    np.testing.assert_array_equal(scores.label_values[1], [0, 1, 2])
    rows, labels = request.pairs()
    subset = request.convergence_subset()
    np.testing.assert_array_equal(as_value(rows[subset], labels[subset]), scores.values)
    assert request.n_labels == 3
