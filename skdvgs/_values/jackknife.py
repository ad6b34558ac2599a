"""scaled_jackknife: standard errors over parts of a model, on the level of repeats' spread."""

from __future__ import annotations

import numpy as np

from skdvgs._utils.types import Floats
from skdvgs._values.uncertainty import Uncertainty, independent_rows


def jackknife_errors(without: Floats) -> Floats:
    """Standard errors of an estimate from what it is without each of some blocks in turn.

    The delete-a-group jackknife: ``sqrt((B - 1) / B Σ_b (r_b - mean(r))²)``.

    Parameters
    ----------
    without : array of shape (n_blocks, n_samples)
        Estimates for each row, each without one block.
    """
    n_blocks = len(without)
    found: Floats = np.sqrt((n_blocks - 1) * np.var(without, axis=0))
    return found


def scaled_jackknife(means: list[Floats], errors: list[Floats], n_blocks: int) -> Uncertainty:
    """Standard errors of means over restarts: the pattern of a jackknife, the level of the spread.

    The jackknife tells which rows are sure and which are not. But it holds parts of the model that
    are random too. So its variances are multiplied by one number, at least 1, that makes their
    mean that of the variances between restarts.

    Parameters
    ----------
    means : list of arrays of shape (n_samples,)
        Values of all rows by each restart.
    errors : list of arrays of shape (n_samples,)
        Jackknife errors of each.
    n_blocks : int
        Blocks of each jackknife.
    """
    n_restarts, variance = len(means), np.mean(np.square(errors), axis=0)
    freedom = float(n_restarts * (n_blocks - 1))
    level = 1.0
    if n_restarts > 1:
        apart = np.stack(means) - np.mean(means, axis=0)
        between = float((apart**2).sum() / (n_restarts - 1))
        total = float(variance.sum())
        if between > total > 0.0:
            level = between / total
            of_level = (n_restarts - 1) * independent_rows([apart])
            freedom = 1.0 / (1.0 / freedom + 1.0 / of_level)
    return Uncertainty(np.sqrt(level * variance / n_restarts), np.full(len(variance), freedom))
