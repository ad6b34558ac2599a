"""CheckpointScorer: what happens at a checkpoint: score, record, test convergence, save progress.

A trajectory that was stopped is trained again from its seed, up to the checkpoint that was saved
last. Training is cheap and does not depend on scoring. If the weights are the same bit for bit,
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

from skdvgs._nets.factory import read_state, read_trained, to_numpy
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._scoring.scorer import SourceScorer
from skdvgs._scoring.self_test import SelfTest
from skdvgs._storage.digests import arrays_digest
from skdvgs._storage.npz import Arrays
from skdvgs._storage.recorded_checkpoints import RecordedCheckpoint
from skdvgs._storage.trajectory_files import TrajectoryFiles
from skdvgs._values.convergence import RankConvergence

# Saving takes at most one part in so many of the running time.
_SHARE = 20.0


class TrajectoryMismatch(Exception):
    """Training anew did not pass the checkpoint that was saved."""


@dataclass(frozen=True)
class SavedProgress:
    """How far a trajectory had come when it was stopped."""

    arrays: Arrays
    metadata: Any

    @property
    def number(self) -> int:
        """The last checkpoint that was scored."""
        return int(self.metadata["number"])


class CheckpointScorer:
    """Called at every checkpoint of one trajectory.

    Parameters
    ----------
    net : skorch net
        Net in training, scored after its steps.
    scorer : SourceScorer
        Scores the rows.
    convergence : RankConvergence or None
        Tells when the ranking has converged.
    convergence_subset : int array
        Pairs whose ranking is looked at.
    records : bool
        Whether checkpoints are kept to score more rows later.
    files : TrajectoryFiles or None
        Where progress is saved, and checkpoints if it holds them.
    compared_with : callable or None
        ``compared_with(checkpoint)`` returns the checkpoint with the gradients that rows are
        compared with. None leaves that of training.
    on_batch : callable or None
        Told of each batch of rows: ``on_batch(checkpoint_number, share_done)``.
    saved : SavedProgress or None
        Progress of an earlier run to go on from.
    self_test : SelfTest or None
        Scores target rows at every checkpoint, also at those that an earlier run has passed.

    Attributes
    ----------
    recorded : list of RecordedCheckpoint
        Checkpoints kept in memory.
    digests : list of str
        Digests of the checkpoints written to files.
    """

    def __init__(
        self,
        *,
        net: skorch.NeuralNet,
        scorer: SourceScorer,
        convergence: RankConvergence | None,
        convergence_subset: NDArray[np.intp],
        records: bool,
        files: TrajectoryFiles | None,
        compared_with: Callable[[Checkpoint], Checkpoint] | None,
        on_batch: Callable[[int, float], None] | None,
        saved: SavedProgress | None,
        self_test: SelfTest | None = None,
    ) -> None:
        self._net, self._scorer, self._convergence = net, scorer, convergence
        self._convergence_subset, self._records = convergence_subset, records
        self._files, self._on_batch, self._saved = files, on_batch, saved
        self._compared_with, self._self_test = compared_with, self_test
        self.recorded: list[RecordedCheckpoint] = []
        self.digests: list[str] = []
        self._typical_norms: list[float] = []
        self._trained: set[int] = set()
        self._last_save = time.monotonic()
        self._wait = 0.0 if files is None else files.seconds

    def __call__(self, checkpoint: Checkpoint) -> bool:
        """Score the rows at a checkpoint.

        Returns
        -------
        bool
            Whether the ranking has converged, so that training may end.
        """
        compared = checkpoint
        if self._saved is None or self._records or self._self_test is not None:
            compared = self._compared(checkpoint)
        if self._self_test is not None:
            self._self_test.score(compared)
        if self._saved is not None:
            self._skip_scored(checkpoint, compared, self._saved)
            return False
        self._scorer.score(compared, self._on_batch)
        self._record(compared, self._scorer.typical_norm)
        if self._convergence is not None and self._convergence.update(
            checkpoint.number + 1, self._ranked_means
        ):
            return True
        self._save(checkpoint)
        return False

    def _ranked_means(self) -> NDArray[np.float64]:
        """Means of the rows whose ranking is looked at, over all target sets."""
        means = self._scorer.mean.means()[self._convergence_subset]
        return means.mean(axis=1) if means.ndim == 2 else means

    def check_resumed(self) -> None:
        """Check, after training, that the saved checkpoint was passed.

        Raises
        ------
        TrajectoryMismatch
            If it was not.
        """
        if self._saved is not None:
            raise TrajectoryMismatch

    def _compared(self, checkpoint: Checkpoint) -> Checkpoint:
        return checkpoint if self._compared_with is None else self._compared_with(checkpoint)

    def _skip_scored(
        self, checkpoint: Checkpoint, compared: Checkpoint, saved: SavedProgress
    ) -> None:
        """Pass a checkpoint that an earlier run has scored; at the last one, take its sums."""
        number = checkpoint.number
        self._record(compared, float(saved.arrays["typical_norms"][number]))
        if number < saved.number:
            return
        if self._digest(checkpoint) != saved.metadata["digest"]:
            raise TrajectoryMismatch
        self._scorer.mean.restore(saved.arrays, saved.metadata)
        self._scorer.batch_size = saved.metadata["batch_size"]
        if self._convergence is not None:
            self._convergence.restore(saved.arrays, saved.metadata)
        self._saved = None

    def _record(self, checkpoint: Checkpoint, typical_norm: float) -> None:
        self._typical_norms.append(typical_norm)
        if not self._records:
            return
        trained = {n: p for n, p in self._net.module_.named_parameters() if p.requires_grad}
        # Once trained and then frozen, a weight is no longer what the seed draws.
        self._trained |= {id(p) for p in trained.values()}
        gradient = _gradient(checkpoint)
        unreached = {name: p for name, p in trained.items() if name not in gradient}
        # Their names tell later which parameters were trained here.
        gradient |= {name: to_numpy(torch.zeros_like(p)) for name, p in unreached.items()}
        state = read_trained(self._net, self._trained)
        rate = checkpoint.learning_rate
        recorded = RecordedCheckpoint(state, gradient, typical_norm, rate)
        if self._files is not None and self._files.holds_checkpoints:
            self.digests.append(self._files.write_checkpoint(checkpoint.number, recorded))
        else:
            self.recorded.append(recorded)

    def _save(self, checkpoint: Checkpoint) -> None:
        """Write the sums so far, unless they were written a short while ago."""
        start = time.monotonic()
        if self._files is None or start - self._last_save < self._wait:
            return
        arrays, metadata = self._scorer.mean.progress()
        if self._convergence is not None:
            more_arrays, more_metadata = self._convergence.progress()
            arrays, metadata = arrays | more_arrays, metadata | more_metadata
        arrays["typical_norms"] = np.asarray(self._typical_norms)
        metadata["number"], metadata["digest"] = checkpoint.number, self._digest(checkpoint)
        metadata["batch_size"] = self._scorer.batch_size
        self._files.write_unfinished(arrays, metadata)
        self._last_save = time.monotonic()
        took = self._last_save - start
        seconds = self._files.seconds
        self._wait = max(seconds, min(_SHARE * took, _SHARE * seconds))

    def _digest(self, checkpoint: Checkpoint) -> str:
        """Digest of weights, gradient and random state: from equal ones, training goes on alike."""
        state = {f"state {name}": array for name, array in read_state(self._net).items()}
        gradient = {f"gradient {name}": array for name, array in _gradient(checkpoint).items()}
        return arrays_digest(state | gradient | {"random": torch.get_rng_state().numpy()}, "")


def _gradient(checkpoint: Checkpoint) -> dict[str, NDArray[Any]]:
    return {name: to_numpy(grad) for name, grad in checkpoint.gradient.items()}
