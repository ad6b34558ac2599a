"""TrajectoryJob: one training on one target set, with all source rows scored on the way."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import skorch
from numpy.typing import NDArray
from torch import nn

from skdvgs._inputs.task import Rows
from skdvgs._nets.build import initialize
from skdvgs._nets.factory import NetFactory, TargetEncoder
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._scoring.influence import InfluenceDirections
from skdvgs._scoring.options import ScoringOptions
from skdvgs._scoring.pairs import ScoringRequest
from skdvgs._scoring.scorer import SourceScorer, make_scorer
from skdvgs._scoring.self_test import SelfTest
from skdvgs._scoring.target_gradients import TargetGradients
from skdvgs._storage.trajectory_files import TrajectoryFiles
from skdvgs._trajectory.checkpoint_scorer import (
    CheckpointScorer,
    SavedProgress,
    TrajectoryMismatch,
)
from skdvgs._trajectory.frozen_weights import build_again, split_state
from skdvgs._trajectory.result import TrajectoryResult, write_result
from skdvgs._trajectory.training import train
from skdvgs._utils.progress import TrajectoryProgress
from skdvgs._utils.random_state import seeded
from skdvgs._utils.threads import thread_limit
from skdvgs._values.convergence import RankConvergence
from skdvgs.exceptions import InvalidInputError


@dataclass(frozen=True)
class TrajectoryJob:
    """All that one trajectory needs, so that any process can run it.

    Attributes
    ----------
    factory : NetFactory
        Makes the network.
    target : Rows
        Target rows it is trained on.
    request : ScoringRequest
        Rows to score at each checkpoint.
    scoring : ScoringOptions
        How they are compared with the target gradient.
    compute_every : int
        Optimiser steps from one checkpoint to the next.
    tol : float or None
        Training ends when the ranking is predicted to be that near to the one at its end.
    records_checkpoints : bool
        Whether the checkpoints are kept to score more rows later.
    name : str
        Name of the trajectory in messages.
    target_codes : int array of shape (n_target,) or None
        Number of the target set that each target row belongs to; None where there is one.
    trained : Rows or None
        Rows to train on, source and target, for values by influence at the end of training. None
        trains on the target rows, and scores at every checkpoint.
    """

    factory: NetFactory
    target: Rows
    request: ScoringRequest
    scoring: ScoringOptions
    compute_every: int
    tol: float | None
    records_checkpoints: bool
    name: str
    target_codes: NDArray[np.intp] | None = None
    trained: Rows | None = None

    def dry_run(self) -> skorch.NeuralNet:
        """Do all that comes before the first step, so that what is wrong is found early.

        Returns
        -------
        skorch net
            Initialised and not trained.

        Raises
        ------
        InvalidInputError
            If the net and the data do not fit together.
        """
        net = self.factory.build()
        with seeded(self.factory.seed, net.device):
            initialize(net)
            self._compared_with(net, *self._prepare(net))
        _check_batches(net, self._n_trained)
        return net

    def run(
        self, files: TrajectoryFiles | None = None, progress: TrajectoryProgress | None = None
    ) -> TrajectoryResult:
        """Train on the target set, and score the rows at every checkpoint.

        Parameters
        ----------
        files : TrajectoryFiles or None
            Where progress is written. A trajectory that was stopped goes on from there.
        progress : TrajectoryProgress or None
            Told of each batch of rows.
        """
        saved = None if files is None else files.read_unfinished()
        if saved is not None:
            with suppress(TrajectoryMismatch):
                return self._run(files, progress, SavedProgress(*saved))
        return self._run(files, progress, None)

    def _run(
        self,
        files: TrajectoryFiles | None,
        progress: TrajectoryProgress | None,
        saved: SavedProgress | None,
    ) -> TrajectoryResult:
        net = self.factory.build()
        n_checkpoints = 1 if self.trained else self._n_checkpoints(net)
        if progress is not None:
            progress.expect(n_checkpoints)
        settles = self.tol is not None and self.trained is None
        convergence = RankConvergence(self.tol or 0.0, n_checkpoints) if settles else None
        with seeded(self.factory.seed, net.device):
            initialize(net)
            X, y, scorer = self._prepare(net)
            compared_with = self._compared_with(net, X, y, scorer)
            self_test = self._self_test(net, scorer)
            on_checkpoint = CheckpointScorer(
                net=net,
                scorer=scorer,
                convergence=convergence,
                convergence_subset=self.request.convergence_subset(),
                records=self.records_checkpoints,
                files=files,
                compared_with=compared_with,
                on_batch=None if progress is None else progress.scored,
                saved=saved,
                self_test=self_test,
            )
            if isinstance(compared_with, InfluenceDirections):
                X, y = compared_with.X, compared_with.y
                train(net, X, y, lambda checkpoint: False, self.compute_every, self.name)
                on_checkpoint(Checkpoint(0, {}))
                losses = np.array([compared_with.gradients.mean_loss()])
            else:
                losses = train(net, X, y, on_checkpoint, self.compute_every, self.name)
        on_checkpoint.check_resumed()
        state, untrained = split_state(net, self.factory)
        return TrajectoryResult(
            scores=self.request.split_scores(scorer.mean.means()),
            losses=losses,
            converged=convergence is not None and convergence.converged,
            report=scorer.report,
            state=state,
            untrained=untrained,
            history=net.history,
            recorded=on_checkpoint.recorded,
            digests=on_checkpoint.digests,
            self_test=None if self_test is None else self_test.means(),
        )

    def rebuild(self, result: TrajectoryResult) -> skorch.NeuralNet:
        """Make the trained net from the weights that a run sent back."""
        net = build_again(self.factory, result.state, result.untrained)
        net.history = result.history
        return net

    def _compared_with(
        self, net: skorch.NeuralNet, X: Any, y: Any, scorer: SourceScorer
    ) -> TargetGradients | InfluenceDirections | None:
        """What makes the gradients that rows are compared with; None for that of training."""
        n_targets, codes = self.scoring.n_targets, self.target_codes
        if n_targets is None:
            return None
        codes = np.zeros(len(X), dtype=np.intp) if codes is None else codes
        gradients = TargetGradients(net, X, y, codes, n_targets, scorer.batch_size)
        if self.trained is None:
            return gradients
        encoded = TargetEncoder(net, self.factory.task, self.target.X)(self.trained)
        names = tuple(scorer.engine.parameter_names)
        return InfluenceDirections(gradients, self.trained.X, encoded, names)

    def _self_test(self, net: skorch.NeuralNet, scorer: SourceScorer) -> SelfTest | None:
        """Where a target row has one label of several, and there is one target set."""
        task = self.factory.task
        if task.kind != "classification" or self.target_codes is not None:
            return None
        if task.classes is None or len(task.classes) < 2:
            return None
        encode = TargetEncoder(net, task, self.target.X)
        return SelfTest(net, encode, self.target, task.classes, self.scoring, scorer)

    @property
    def _n_trained(self) -> int:
        return len((self.trained or self.target).X)

    def _n_checkpoints(self, net: skorch.NeuralNet) -> int:
        """Checkpoints of a trajectory that is not stopped early."""
        size = net.batch_size if net.batch_size > 0 else self._n_trained
        n_steps: int = net.max_epochs * math.ceil(self._n_trained / size)
        return math.ceil(n_steps / self.compute_every)

    def _prepare(self, net: skorch.NeuralNet) -> tuple[Any, Any, SourceScorer]:
        """Encode the target set and make the scorer, for a net whose weights are drawn."""
        encode = TargetEncoder(net, self.factory.task, self.target.X)
        X, y = self.target.X, encode(self.target)
        return X, y, make_scorer(net, encode, self.request, self.scoring, (X, y))


def run_job(
    job: TrajectoryJob,
    threads: int = 1,
    files: TrajectoryFiles | None = None,
    progress: TrajectoryProgress | None = None,
) -> TrajectoryResult:
    """Run a job with a number of torch threads, and write its result if it has files."""
    with thread_limit(threads):
        result = job.run(files, progress)
    if files is not None:
        write_result(files, result)
    return result


def _check_batches(net: skorch.NeuralNet, n_target: int) -> None:
    """Refuse a last batch of one row, on which batch norm cannot train, and a batch of none.

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
