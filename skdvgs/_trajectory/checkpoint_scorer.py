"""What is done at a checkpoint: score, keep, look whether it is enough, save how far it is.

A trajectory that was stopped is trained again from its seed, which is cheap and does not depend
on scoring, up to the checkpoint that was saved last. If its weights are the same bit for bit,
scoring goes on with the sums that were saved.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import skorch
import torch
from numpy.typing import NDArray

from skdvgs._nets.factory import read_state, to_numpy
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._scoring.scorer import SourceScorer
from skdvgs._storage.digests import arrays_digest
from skdvgs._storage.npz import Arrays
from skdvgs._storage.trajectory_store import RecordedCheckpoint
from skdvgs._trajectory.result import TrajectoryOutput
from skdvgs._values.convergence import RankConvergence

# Saving may take one part in so many of the time, where a whole save takes long.
_SHARE = 20.0


class TrajectoryMismatch(Exception):
    """Training did not come by the checkpoint that was saved."""


@dataclass(frozen=True)
class SavedProgress:
    """How far a trajectory had come."""

    arrays: Arrays
    metadata: Any

    @property
    def number(self) -> int:
        """The last checkpoint that was scored."""
        return int(self.metadata["number"])


class CheckpointScorer:
    """Visits the checkpoints of one trajectory.

    Parameters
    ----------
    net : skorch net
        That is being trained.
    scorer : SourceScorer
        Of the source rows.
    agreement : RankConvergence or None
        Tells when it is enough.
    watched : int array
        Pairs whose ranking tells it.
    keep : bool
        Whether checkpoints are kept.
    storage : TrajectoryOutput
        Where.
    scored : callable or None
        Told of each batch.
    saved : SavedProgress or None
        To go on from.
    """

    def __init__(
        self,
        net: skorch.NeuralNet,
        scorer: SourceScorer,
        agreement: RankConvergence | None,
        watched: NDArray[np.intp],
        keep: bool,
        storage: TrajectoryOutput,
        scored: Callable[[int, float], None] | None,
        saved: SavedProgress | None,
    ) -> None:
        self._net, self.scorer, self.agreement, self._watched = net, scorer, agreement, watched
        self._keep, self._storage, self._scored, self._saved = keep, storage, scored, saved
        self.kept: list[RecordedCheckpoint] = []
        self.stored: list[str] = []
        self._typical_norms: list[float] = []
        self._last_save, self._wait = time.monotonic(), 0.0
        if storage.slot is not None:
            self._wait = storage.slot.seconds

    def __call__(self, checkpoint: Checkpoint) -> bool:
        """Visit a checkpoint.

        Returns
        -------
        bool
            Whether it is enough.
        """
        if self._saved is not None:
            self._skip_scored(checkpoint, self._saved)
            return False
        self.scorer.score(checkpoint, self._scored)
        self._keep_it(checkpoint, self.scorer.reference.typical_norm)
        if self.agreement is not None and self.agreement.update(
            checkpoint.number + 1, lambda: self.scorer.mean.means()[self._watched]
        ):
            return True
        self._save(checkpoint)
        return False

    def check(self) -> None:
        """Check, after training, that what was saved was come by.

        Raises
        ------
        TrajectoryMismatch
            If it was not.
        """
        if self._saved is not None:
            raise TrajectoryMismatch

    def _skip_scored(self, checkpoint: Checkpoint, saved: SavedProgress) -> None:
        """A checkpoint that had been scored before the trajectory was stopped."""
        number = checkpoint.number
        self._keep_it(checkpoint, float(saved.arrays["typical_norms"][number]))
        if number < saved.number:
            return
        if self._digest(checkpoint) != saved.metadata["digest"]:
            raise TrajectoryMismatch
        self.scorer.mean.restore(saved.arrays, saved.metadata)
        self.scorer.batch_size = saved.metadata["batch_size"]
        if self.agreement is not None:
            self.agreement.restore(saved.arrays, saved.metadata)
        self._saved = None

    def _keep_it(self, checkpoint: Checkpoint, typical_norm: float) -> None:
        self._typical_norms.append(typical_norm)
        if not self._keep:
            return
        kept = RecordedCheckpoint(read_state(self._net), _gradient(checkpoint), typical_norm)
        if self._storage.folder is None:
            self.kept.append(kept)
        else:
            self.stored.append(self._storage.folder.write(checkpoint.number, kept))

    def _save(self, checkpoint: Checkpoint) -> None:
        slot, start = self._storage.slot, time.monotonic()
        if slot is None or start - self._last_save < self._wait:
            return
        arrays, metadata = self.scorer.mean.progress()
        if self.agreement is not None:
            more_arrays, more_metadata = self.agreement.progress()
            arrays, metadata = arrays | more_arrays, metadata | more_metadata
        arrays["typical_norms"] = np.asarray(self._typical_norms)
        metadata["number"], metadata["digest"] = checkpoint.number, self._digest(checkpoint)
        metadata["batch_size"] = self.scorer.batch_size
        slot.write_unfinished(arrays, metadata)
        self._last_save = time.monotonic()
        took = self._last_save - start
        self._wait = max(slot.seconds, min(_SHARE * took, _SHARE * slot.seconds))

    def _digest(self, checkpoint: Checkpoint) -> str:
        """Of weights, gradient and random state: training goes on alike from equal ones."""
        state = {f"state {name}": array for name, array in read_state(self._net).items()}
        gradient = {f"gradient {name}": array for name, array in _gradient(checkpoint).items()}
        return arrays_digest(state | gradient | {"random": torch.get_rng_state().numpy()}, "")


def _gradient(checkpoint: Checkpoint) -> dict[str, NDArray[Any]]:
    return {name: to_numpy(grad) for name, grad in checkpoint.gradient.items()}
