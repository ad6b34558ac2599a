"""self_test_auc and doubts: what there is to say of values that may be worth nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from skdvgs._utils.types import Floats

# Below it, a target row with a wrong label is not reliably lower than one with its own.
NEAR_CHANCE = 0.7

# Losses of single batches go up and down: quarters of a training are compared, if it is that long.
_FEWEST_CHECKPOINTS = 8
_FALL = 0.01


def self_test_auc(tests: Sequence[Floats]) -> float:
    """Chance that a row with its own label has a higher value than a row with another one.

    Parameters
    ----------
    tests : sequence of arrays of shape (n_rows, 2)
        Of each trajectory: values under the own and under another label.

    Returns
    -------
    float
        Mean over the trajectories, in [0, 1]; 0.5 is chance.
    """
    return float(np.mean([_auc(test[:, 0], test[:, 1]) for test in tests]))


def _auc(right: Floats, wrong: Floats) -> float:
    n = len(right)
    ranks = rankdata(np.concatenate([right, wrong]))[:n]
    return float((ranks.sum() - n * (n + 1) / 2) / (n * len(wrong)))


def doubts(values: Floats, losses: Sequence[Floats], auc: float | None) -> list[str]:
    """Say what speaks against values by a network of one's own; nothing where all is well.

    Parameters
    ----------
    values : array of shape (n_samples,)
        Of the rows.
    losses : sequence of arrays of shape (n_checkpoints,)
        Target loss of each trajectory.
    auc : float or None
        Of :func:`self_test_auc`.
    """
    found = []
    if len(values) > 1 and np.ptp(values) == 0:
        found.append(
            f"All values are {values[0]:g}: the rows cannot be ranked. The gradients of the loss "
            "are zero, or the same for all rows. Look at the network's output and its criterion."
        )
    elif auc is not None and auc < NEAR_CHANCE:
        found.append(
            f"The ranking is near chance: target rows with their own label are told from the same "
            f"rows with another label with an AUROC of {auc:.2f}. Train longer, or with another "
            "learning rate; or use the default network, on embeddings for images and text."
        )
    if losses and all(map(_never_falls, losses)):
        found.append(
            "The target loss never falls: the network does not learn the target set, and values "
            "from such a training mean little. Change lr, scale the features, or look at the "
            "network."
        )
    return found


def _never_falls(losses: Floats) -> bool:
    if len(losses) < _FEWEST_CHECKPOINTS:
        return False
    first, *later = (float(np.mean(part)) for part in np.array_split(losses, 4))
    return min(later) > first - _FALL * abs(first)
