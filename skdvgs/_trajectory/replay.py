"""RecordedTrajectory: score further rows along a trajectory whose checkpoints were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import skorch
import torch
from numpy.typing import NDArray

from skdvgs._inputs.task import Rows
from skdvgs._nets.factory import NetFactory, TargetEncoder, load_state, read_state
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._scoring.options import ScoringOptions
from skdvgs._scoring.pairs import ScoringRequest
from skdvgs._scoring.scorer import make_scorer
from skdvgs._storage.recorded_checkpoints import RecordedCheckpoint
from skdvgs._trajectory.frozen_weights import build_again, digests
from skdvgs._trajectory.job import TrajectoryJob
from skdvgs._trajectory.result import TrajectoryResult
from skdvgs._utils.threads import thread_limit, threads_per_job
from skdvgs._utils.types import Floats

# Building a small net takes as long as valuing a few rows with it; a large one takes memory.
_MOST_IDLE_PARAMETERS = 10**6


@dataclass(frozen=True)
class ReadyNet:
    """A net that is ready to be used again."""

    net: skorch.NeuralNet
    encode: TargetEncoder
    at_first: dict[str, NDArray[Any]]  # weights that are trained at later checkpoints only


@dataclass(frozen=True)
class RecordedTrajectory:
    """One trajectory without the data it was made from.

    Attributes
    ----------
    factory : NetFactory
        Makes the network.
    scoring : ScoringOptions
        Similarity and weighting of the fit.
    checkpoints : sequence of RecordedCheckpoint
        In their order; each may be read from a file when it is asked for.
    untrained : dict of str to str
        Digests of weights that were never trained, which are drawn anew and not kept.
    """

    factory: NetFactory
    scoring: ScoringOptions
    checkpoints: Sequence[RecordedCheckpoint]
    untrained: dict[str, str] = field(default_factory=dict)
    _idle: list[ReadyNet] = field(default_factory=list, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_idle": []}

    def means(self, rows: Rows, every_label: bool) -> Floats:
        """Mean similarity of each row under its own label, or under every label.

        Parameters
        ----------
        rows : Rows
            Rows in the form the network reads.
        every_label : bool
            Whether ``rows.y`` is left aside.

        Returns
        -------
        array of shape (n_samples,) or (n_samples, n_classes)
            Higher is better.
        """
        task = self.factory.task
        everyone = np.arange(len(rows.X))
        classes = task.classes if every_label else None
        request = ScoringRequest(rows, everyone, classes)
        with thread_limit(threads_per_job(1, len(rows.X) * self.factory.n_features)):
            means = self._means(request)
        scores = request.split_scores(means)
        return scores.values if scores.label_values is None else scores.label_values

    def _means(self, request: ScoringRequest) -> Floats:
        # A net is changed while it is used, so that threads take one each.
        try:
            ready = self._idle.pop()
        except IndexError:
            ready = self._build(request.source)
        means = self._follow(ready, request)
        if sum(p.numel() for p in ready.net.module_.parameters()) <= _MOST_IDLE_PARAMETERS:
            self._idle.append(ready)
        return means

    def _build(self, rows: Rows) -> ReadyNet:
        first, last = self.checkpoints[0].state, self.checkpoints[-1].state
        net = build_again(self.factory, first, self.untrained)
        drawn = read_state(net)
        at_first = {name: drawn[name] for name in last if name not in first}
        return ReadyNet(net, TargetEncoder(net, self.factory.task, rows.X), at_first)

    def _follow(self, ready: ReadyNet, request: ScoringRequest) -> Floats:
        net = ready.net
        load_state(net, ready.at_first)
        scorer = make_scorer(net, ready.encode, request, self.scoring)
        for number, recorded in enumerate(self.checkpoints):
            load_state(net, recorded.state)
            for name, parameter in net.module_.named_parameters():
                parameter.requires_grad_(name in recorded.gradient)
            gradient = {
                name: torch.tensor(grad, device=net.device)
                for name, grad in recorded.gradient.items()
            }
            scorer.score(
                Checkpoint(number, gradient, recorded.typical_norm, recorded.learning_rate)
            )
        return scorer.mean.means()


def record(job: TrajectoryJob, result: TrajectoryResult) -> RecordedTrajectory:
    """What is kept of a trajectory that has run."""
    kept = result.recorded[-1].state
    untrained = result.untrained | digests(result.state)
    untrained = {name: digest for name, digest in untrained.items() if name not in kept}
    return RecordedTrajectory(job.factory, job.scoring, result.recorded, untrained)
