"""RunningMean: a mean over checkpoints and trajectories, kept as running sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from skdvgs._utils.types import Floats


class RunningMean:
    """Mean of each row's similarities over the checkpoints of one trajectory.

    Every row meets the same checkpoints in the same order, whatever the batches, so one weight
    a checkpoint is enough and the sums do not depend on the batch size.

    Parameters
    ----------
    n_rows : int
        Rows of the source set.
    n_targets : int or None
        Target sets; each has a column and a weight of its own. None for a single one, whose means
        have shape (n_rows,).
    """

    def __init__(self, n_rows: int, n_targets: int | None = None) -> None:
        columns = () if n_targets is None else (n_targets,)
        self._sums = np.zeros((n_rows, *columns))
        self._total_weight = np.zeros(columns)
        self._plain_sums = np.zeros((n_rows, *columns))
        self.n_checkpoints = 0

    def start_checkpoint(self, weight: float | Floats) -> None:
        """Open the next checkpoint; its similarities count with this weight.

        Of several target sets there is one weight each, in an array of shape (n_targets,).
        """
        self._weight = weight
        self._total_weight = self._total_weight + weight
        self.n_checkpoints += 1

    def add(self, rows: slice, similarities: Floats) -> None:
        """Add the similarities of some rows at the open checkpoint."""
        self._sums[rows] += self._weight * similarities
        if not np.all(self._total_weight):
            self._plain_sums[rows] += similarities

    def progress(self) -> tuple[dict[str, Floats], dict[str, Any]]:
        """All that :meth:`restore` needs, as arrays and numbers."""
        arrays = {"sums": self._sums}
        if not np.all(self._total_weight):  # afterwards they are not read again
            arrays["plain_sums"] = self._plain_sums
        weight = np.asarray(self._total_weight).tolist()
        return arrays, {"weight": weight, "n_checkpoints": self.n_checkpoints}

    def restore(self, arrays: Mapping[str, Floats], metadata: Mapping[str, Any]) -> None:
        """Go on from what :meth:`progress` returned."""
        self._sums[:] = arrays["sums"]
        self._plain_sums[:] = arrays.get("plain_sums", 0.0)
        self._total_weight = np.asarray(metadata["weight"])
        self.n_checkpoints = metadata["n_checkpoints"]

    def means(self) -> Floats:
        """The weighted means; plain ones where every weight is zero.

        Raises
        ------
        ValueError
            If no checkpoint was opened.
        """
        if not self.n_checkpoints:
            raise ValueError("No checkpoint was scored.")
        plain = self._plain_sums / self.n_checkpoints
        weighted = self._total_weight > 0
        return np.divide(self._sums, self._total_weight, out=plain, where=weighted)
