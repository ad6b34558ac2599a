"""Value further rows along trajectories that were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ._job import TrajectoryJob, make_scorer
from ._questions import Questions
from ._recipe import Encoder, NetRecipe, load_state
from ._result import TrajectoryResult
from ._scoring import ScoringOptions
from ._storage import KeptCheckpoint
from ._task import Rows
from ._trajectory import Checkpoint

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class KeptTrajectory:
    """One trajectory without the data it was made from.

    Attributes
    ----------
    recipe : NetRecipe
        Of the network.
    options : ScoringOptions
        How rows are compared.
    checkpoints : sequence of KeptCheckpoint
        In their order; each may be read from a file when it is asked for.
    """

    recipe: NetRecipe
    options: ScoringOptions
    checkpoints: Sequence[KeptCheckpoint]

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
        questions = Questions(
            rows, everyone, everyone[:0], task.classes if every_label else None, seed=0
        )
        net = self.recipe.build_with(self.checkpoints[0].state)
        scorer = make_scorer(net, Encoder(net, task, rows.X), questions, self.options)
        for number, kept in enumerate(self.checkpoints):
            load_state(net, kept.state)
            gradient = {
                name: torch.as_tensor(grad, device=net.device)
                for name, grad in kept.gradient.items()
            }
            scorer.visit(Checkpoint(number, number, gradient, kept.typical_norm))
        answer = questions.read(scorer.mean.means())
        return answer.values if answer.label_values is None else answer.label_values


def keep(job: TrajectoryJob, result: TrajectoryResult) -> KeptTrajectory:
    """What is kept of a trajectory that has run."""
    return KeptTrajectory(job.recipe, job.options, result.kept)
