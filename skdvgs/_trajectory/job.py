"""One trajectory from beginning to end: a restart on one target set, in any process."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import skorch
import torch
from torch import nn

from skdvgs._inputs.task import Rows
from skdvgs._nets.build import initialize
from skdvgs._nets.factory import NetFactory, TargetEncoder, read_state
from skdvgs._scoring.pairs import ScoringRequest
from skdvgs._scoring.scorer import ScoringOptions, SourceScorer, make_scorer
from skdvgs._trajectory.checkpoint_scorer import CheckpointScorer, SavedProgress, TrajectoryMismatch
from skdvgs._trajectory.result import TrajectoryOutput, TrajectoryResult, write_result
from skdvgs._trajectory.training import Start, follow
from skdvgs._utils.progress import TrajectoryProgress
from skdvgs._utils.random_state import seeded
from skdvgs._utils.threads import thread_limit
from skdvgs._values.convergence import RankConvergence
from skdvgs.exceptions import InvalidInputError

# Multiply-adds of a source pass below which one thread is as fast as two.
_WORK_FOR_THREADS = 10**8


_NO_STORAGE = TrajectoryOutput()


@dataclass(frozen=True)
class TrajectoryJob:
    """All that one trajectory needs.

    Attributes
    ----------
    recipe : NetFactory
        Of the network.
    target : Rows
        What it is trained on.
    questions : ScoringRequest
        What is valued on the way.
    options : ScoringOptions
        How.
    compute_every : int
        Optimiser steps from one checkpoint to the next.
    tol : float or None
        Training ends when the ranking is that near to the one at its end.
    keep : bool
        Whether the result holds the checkpoints.
    name : str
        For messages.
    """

    recipe: NetFactory
    target: Rows
    questions: ScoringRequest
    options: ScoringOptions
    compute_every: int
    tol: float | None
    keep: bool
    name: str

    def check(self) -> int:
        """Find what is wrong with the net and the data together, before training starts.

        Returns
        -------
        int
            Parameters of the net.
        """
        net = self.recipe.build()
        with seeded(self.recipe.seed, net.device):
            initialize(net)
            self._start(net)
        _check_batches(net, len(self.target.X))
        return sum(p.numel() for p in net.module_.parameters())

    def run(
        self, watch: TrajectoryProgress | None = None, storage: TrajectoryOutput = _NO_STORAGE
    ) -> TrajectoryResult:
        """Train on the target set, scoring the source rows at every checkpoint."""
        read = None if storage.slot is None else storage.slot.read_unfinished()
        if read is not None:
            with suppress(TrajectoryMismatch):
                return self._run(watch, storage, SavedProgress(*read))
        return self._run(watch, storage, None)

    def _run(
        self,
        watch: TrajectoryProgress | None,
        storage: TrajectoryOutput,
        saved: SavedProgress | None,
    ) -> TrajectoryResult:
        net = self.recipe.build()
        n_checkpoints = _n_checkpoints(net, len(self.target.X), self.compute_every)
        if watch is not None:
            watch.expect(n_checkpoints)
        scored = None if watch is None else watch.scored
        agreement = None if self.tol is None else RankConvergence(self.tol, n_checkpoints)
        watched = self.questions.convergence_subset()
        visitors: list[CheckpointScorer] = []

        def start(net: skorch.NeuralNet) -> Start:
            X, y, scorer = self._start(net)
            visitor = CheckpointScorer(
                net, scorer, agreement, watched, self.keep, storage, scored, saved
            )
            visitors.append(visitor)
            return Start(X, y, visitor)

        recorded = follow(net, self.recipe.seed, start, self.compute_every, self.name)
        (visitor,) = visitors
        visitor.check()
        return TrajectoryResult(
            answer=self.questions.split_scores(visitor.scorer.mean.means()),
            losses=recorded.loss_array(),
            converged=agreement is not None and agreement.converged,
            report=visitor.scorer.engine.report,
            state=read_state(net),
            history=net.history,
            kept=visitor.kept,
            stored=visitor.stored,
        )

    def rebuild(self, result: TrajectoryResult) -> skorch.NeuralNet:
        """The trained net, from the weights a run sent back."""
        net = self.recipe.build_with(result.state)
        net.history = result.history
        return net

    def _start(self, net: skorch.NeuralNet) -> tuple[Any, Any, SourceScorer]:
        """Target set and scorer for a net whose weights are drawn."""
        encode = TargetEncoder(net, self.recipe.task, self.target.X)
        target = (self.target.X, encode(self.target))
        return *target, make_scorer(net, encode, self.questions, self.options, target)


def threads_a_job(n_jobs: int, work: int) -> int:
    """Torch threads for each of some trajectories, whatever the number of workers.

    A lone one may use every thread, where its work (rows × parameters a checkpoint) is worth
    waking them. Several use one each: sums are then taken in the same order in any worker, and
    workers do not crowd each other.
    """
    return torch.get_num_threads() if n_jobs == 1 and work > _WORK_FOR_THREADS else 1


def run_job(
    job: TrajectoryJob,
    threads: int,
    watch: TrajectoryProgress | None,
    storage: TrajectoryOutput = _NO_STORAGE,
) -> TrajectoryResult:
    """Run a job with a fixed number of torch threads, and write what came of it."""
    with thread_limit(threads):
        result = job.run(watch, storage)
    if storage.slot is not None:
        write_result(storage.slot, result)
    return result


def _n_checkpoints(net: skorch.NeuralNet, n_target: int, compute_every: int) -> int:
    """Checkpoints of a trajectory that goes all the way."""
    size = net.batch_size if net.batch_size > 0 else n_target
    return math.ceil(net.max_epochs * math.ceil(n_target / size) / compute_every)


def _check_batches(net: skorch.NeuralNet, n_target: int) -> None:
    """Batch norm cannot train on a batch of one row, nothing on none; say so before it happens.

    Raises
    ------
    InvalidInputError
        If the last batch of an epoch would hold one row, or there would be no batch.
    """
    norms = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
    size = net.batch_size if net.batch_size > 0 else n_target
    last_dropped = net.get_params().get("iterator_train__drop_last", False)
    if last_dropped and n_target < size:
        raise InvalidInputError(
            f"{n_target} target rows are fewer than batch_size={size}, and drop_last=True leaves "
            "out what fills no batch. Nothing would be learnt. Set a smaller batch_size, or "
            "iterator_train__drop_last=False."
        )
    if net.train_split is not None or last_dropped or n_target % size != 1:
        return
    if any(isinstance(layer, norms) and layer.affine for layer in net.module_.modules()):
        raise InvalidInputError(
            f"{n_target} target rows in batches of {size} leave a last batch of one row, on which "
            "batch norm cannot train. Change batch_size, or set iterator_train__drop_last=True "
            "in the skorch net."
        )
