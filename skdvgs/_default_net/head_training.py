"""How the linear layer on top of the scores is trained: plain gradient descent from zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Full-batch steps. Classes gain a little up to here; numbers lose by more, as the layer begins
# to fit single targets.
HEAD_STEPS = {"classification": 120, "multilabel": 120, "regression": 30}


def head_learning_rate(kind: str, features: NDArray[np.float32], n_outputs: int) -> float:
    """Step size of gradient descent on the target set's features.

    Parameters
    ----------
    kind : {'classification', 'multilabel', 'regression'}
        Cross-entropy of logits, binary cross-entropy of logits (mean over labels), or squared
        error (mean over outputs): torch's losses with their default reduction.
    features : array of shape (n_target, n_features)
        Of the target set.
    n_outputs : int
        Classes, labels or numbers.

    Returns
    -------
    float
        For classes 4 over the mean squared length of a row, twice the inverse of the largest
        curvature that rows of one direction could have; for numbers the inverse of the largest
        curvature there is.
    """
    if kind == "classification":
        return float(4.0 / np.mean(np.sum(features**2, axis=1)))
    if kind == "multilabel":
        return float(4.0 * n_outputs / np.mean(np.sum(features**2, axis=1)))
    features = features.astype(np.float64)
    curvature = 2.0 * np.linalg.eigvalsh(features.T @ features / len(features))[-1] / n_outputs
    return float(1.0 / curvature)
