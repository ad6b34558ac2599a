"""Scores near probabilities to log-odds, as a log-linear pool adds them up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Added to every probability: a vote of all trees is no certainty.
_DOUBT = 1e-2


def class_log_odds(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Logarithms of class probabilities, less their mean over the classes.

    Parameters
    ----------
    scores : array of shape (..., n_classes)
        Scores near [0, 1]. Negative ones count as 0; the classes of a row are made to sum to 1.
    """
    positive = np.maximum(np.asarray(scores, dtype=np.float64), 0.0)
    totals = np.maximum(positive.sum(axis=-1, keepdims=True), 1e-6)
    logs = np.log(positive / totals + _DOUBT)
    found: NDArray[np.float64] = logs - logs.mean(axis=-1, keepdims=True)
    return found
