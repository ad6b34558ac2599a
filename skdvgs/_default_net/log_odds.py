"""class_log_odds: scores near probabilities to log-odds, as a log-linear pool adds them up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Added to every probability: a vote of all trees is no certainty.
_DOUBT = 3e-2


def class_log_odds(
    scores: NDArray[np.floating], pull: NDArray[np.floating] | None = None
) -> NDArray[np.float64]:
    """Logarithms of class probabilities, less their mean over the classes.

    Parameters
    ----------
    scores : array of shape (..., n_classes)
        Scores near [0, 1]. Negative ones count as 0; the classes of a row are made to sum to 1.
    pull : array of shape (n_samples, 1, n_classes) or None
        Added to the logarithms.
    """
    positive = np.maximum(np.asarray(scores, dtype=np.float64), 0.0)
    totals = np.maximum(positive.sum(axis=-1, keepdims=True), 1e-6)
    logs = np.log(positive / totals + _DOUBT)
    if pull is not None:
        logs = logs + pull
    centred: NDArray[np.float64] = logs - logs.mean(axis=-1, keepdims=True)
    return centred


def left_out_pull(
    codes: NDArray[np.intp], n_classes: int, weight: NDArray[np.floating], group: NDArray[np.intp]
) -> NDArray[np.float64]:
    """What leaving a group out takes from the odds of its classes, shape (n_samples, 1, n_classes).

    A fit without a row has one row fewer of its class, so that its scores lean against the row's
    own label: the more, the fewer rows there are. A fit without a group has fewer rows of each
    class that the group has.

    Parameters
    ----------
    codes : int array of shape (n_samples,)
        Class numbers.
    n_classes : int
        Number of classes.
    weight : array of shape (n_samples,)
        Weight of each row in the fits.
    group : int array of shape (n_samples,)
        Rows with the same number are left out together.
    """
    left_out = np.zeros((int(group.max()) + 1, n_classes))
    np.add.at(left_out, (group, codes), weight)
    pull: NDArray[np.float64] = n_classes * left_out[group][:, None] / weight.sum()
    return pull
