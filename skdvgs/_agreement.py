"""When a trajectory, or a number of restarts, has told all that the ranking needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

Floats = NDArray[np.float64]

# Checkpoints before the first look: early values agree with each other, not yet with the end.
_BURN_IN = 20
# One look for each so many times more checkpoints. Values are means from the start on, so two
# of them close to each other always agree.
_GROWTH = 1.5
# Agreement with the long run is asked for this many times less strictly than that of a trajectory
# with its own past, which is a part of it.
_LONG_RUN = 2.0
# A rank correlation of this many rows is as good as one of all of them.
_MOST_ROWS = 10_000


class RankAgreement:
    """Compares the values of a trajectory with those when it was two thirds as long.

    Both are correlations of ranks, so that the tolerance means the same for every similarity
    and every data set.

    Parameters
    ----------
    tolerance : float
        The trajectory is long enough when one minus Spearman's correlation is below it at two
        looks in a row.

    Attributes
    ----------
    reached : bool
        Whether the last look was within the tolerance.
    """

    def __init__(self, tolerance: float) -> None:
        self._tolerance = tolerance
        self._next_look = _BURN_IN
        self._before: Floats | None = None
        self.reached = False

    def look(self, n_checkpoints: int, values: Callable[[], Floats]) -> bool:
        """Look at the values after some checkpoints, if it is time for it.

        Parameters
        ----------
        n_checkpoints : int
            Checkpoints so far.
        values : callable
            Returns the values so far, always of the same rows.

        Returns
        -------
        bool
            Whether the ranking has settled.
        """
        if n_checkpoints < self._next_look:
            return False
        self._next_look = int(np.ceil(_GROWTH * n_checkpoints))
        before, self._before = self._before, values().copy()
        reached_before = self.reached
        self.reached = before is not None and disagreement(before, self._before) < self._tolerance
        return self.reached and reached_before

    def progress(self) -> tuple[dict[str, Floats], dict[str, Any]]:
        """All that :meth:`restore` needs, as arrays and numbers."""
        arrays = {} if self._before is None else {"values_at_last_look": self._before}
        return arrays, {"next_look": self._next_look, "reached": self.reached}

    def restore(self, arrays: Mapping[str, Floats], facts: Mapping[str, Any]) -> None:
        """Go on from what :meth:`progress` returned."""
        self._before = arrays.get("values_at_last_look")
        self._next_look, self.reached = facts["next_look"], facts["reached"]


def disagreement(first: Floats, second: Floats) -> float:
    """One minus Spearman's rank correlation, in [0, 2]; 0 where there is nothing to rank."""
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0 if len(first) < 2 or np.ptp(first) == np.ptp(second) == 0 else 1.0
    return float(1.0 - spearmanr(first, second).statistic)


def watched_rows(n_rows: int) -> NDArray[np.intp]:
    """Rows enough to see whether a ranking has settled, spread evenly."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, _MOST_ROWS)).astype(np.intp))


def enough_trajectories(values: Floats, standard_errors: Floats, tolerance: float) -> bool:
    """Whether more trajectories would leave the ranking about as it is."""
    return disagreement_with_long_run(values, standard_errors) < _LONG_RUN * tolerance


def disagreement_with_long_run(values: Floats, standard_errors: Floats) -> float:
    """One minus the correlation of values with their long-run means that their errors imply.

    With errors of variance e² on means of variance s², the values have variance s² + e² and a
    correlation of sqrt(s² / (s² + e²)) with the means.
    """
    total, noise = float(np.var(values)), float(np.mean(standard_errors**2))
    if total == 0.0:
        return 0.0
    return 1.0 - float(np.sqrt(max(0.0, 1.0 - noise / total)))
