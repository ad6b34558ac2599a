"""Value further rows along trajectories that were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import skorch
import torch
from numpy.typing import NDArray

from skdvgs._default_net.modules import DefaultHead
from skdvgs._inputs.task import Rows
from skdvgs._nets.factory import NetFactory, TargetEncoder, load_state
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._scoring.linear_head import LinearHeadScorer
from skdvgs._scoring.pairs import ScoringRequest
from skdvgs._scoring.scorer import ScoringOptions, make_scorer
from skdvgs._storage.trajectory_store import RecordedCheckpoint
from skdvgs._trajectory.job import TrajectoryJob, threads_a_job
from skdvgs._trajectory.result import TrajectoryResult
from skdvgs._utils.threads import thread_limit

Floats = NDArray[np.float64]


# Building a small net takes as long as valuing a few rows with it; a large one takes memory.
_MOST_IDLE_PARAMETERS = 10**6


@dataclass(frozen=True)
class ReadyNet:
    """A net that is ready to be used again."""

    net: skorch.NeuralNet
    encode: TargetEncoder
    head: LinearHeadScorer | None


@dataclass(frozen=True)
class RecordedTrajectory:
    """One trajectory without the data it was made from.

    Attributes
    ----------
    recipe : NetFactory
        Of the network.
    options : ScoringOptions
        How rows are compared.
    checkpoints : sequence of RecordedCheckpoint
        In their order; each may be read from a file when it is asked for.
    """

    recipe: NetFactory
    options: ScoringOptions
    checkpoints: Sequence[RecordedCheckpoint]
    _idle: list[ReadyNet] = field(default_factory=list, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_idle": []}

    def means(self, rows: Rows, every_label: bool) -> Floats:
        """Mean similarity of each row under its own label, or under every label.

        Parameters
        ----------
        rows : Rows
            As the network reads them.
        every_label : bool
            Whether ``rows.y`` is left aside.

        Returns
        -------
        array of shape (n_samples,) or (n_samples, n_classes)
        """
        task = self.recipe.task
        everyone = np.arange(len(rows.X))
        questions = ScoringRequest(
            rows, everyone, everyone[:0], task.classes if every_label else None, seed=0
        )
        with thread_limit(threads_a_job(1, len(rows.X) * self.recipe.n_features)):
            means = self._means(questions)
        answer = questions.split_scores(means)
        return answer.values if answer.label_values is None else answer.label_values

    def _means(self, questions: ScoringRequest) -> Floats:
        # A net is changed while it is used, so that threads take one each.
        try:
            built = self._idle.pop()
        except IndexError:
            built = self._build(questions.pool)
        if built.head is not None:
            rows, labels = questions.pairs()
            y = built.encode(Rows(questions.pool.X[:0], labels, questions.pool.kind))
            means = built.head.means(questions.pool.X[:], rows, y, self.options, questions.n_labels)
        else:
            means = self._follow(built, questions)
        if sum(p.numel() for p in built.net.module_.parameters()) <= _MOST_IDLE_PARAMETERS:
            self._idle.append(built)
        return means

    def _build(self, rows: Rows) -> ReadyNet:
        net = self.recipe.build_with(self.checkpoints[0].state)
        encode = TargetEncoder(net, self.recipe.task, rows.X)
        is_head = isinstance(net.module_, DefaultHead)
        return ReadyNet(net, encode, LinearHeadScorer(net, self.checkpoints) if is_head else None)

    def _follow(self, built: ReadyNet, questions: ScoringRequest) -> Floats:
        net = built.net
        scorer = make_scorer(net, built.encode, questions, self.options)
        for number, kept in enumerate(self.checkpoints):
            load_state(net, kept.state)
            gradient = {
                name: torch.as_tensor(grad, device=net.device)
                for name, grad in kept.gradient.items()
            }
            scorer.score(Checkpoint(number, number, gradient, kept.typical_norm))
        return scorer.mean.means()


def keep(job: TrajectoryJob, result: TrajectoryResult) -> RecordedTrajectory:
    """What is kept of a trajectory that has run."""
    return RecordedTrajectory(job.recipe, job.options, result.kept)
