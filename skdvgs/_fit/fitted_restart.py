"""FittedRestart: one restart of the default network, and what it says of every source row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skdvgs._default_net.reconstruction_restart import ReconstructionRestart
from skdvgs._default_net.restart import LabelledRestart
from skdvgs._fit.learnt_rows import encoded
from skdvgs._fit.row_blocks import through_blocks
from skdvgs._inputs.large.large_rows import in_blocks
from skdvgs._inputs.task import Rows, Task
from skdvgs._utils.types import Floats, Floats32, Index

AnyRestart = LabelledRestart | ReconstructionRestart


@dataclass(frozen=True)
class FittedRestart:
    """One restart, and what it says of the source rows.

    Attributes
    ----------
    restart : a restart of any kind
        Fitted.
    evidence : array of shape (n_source, ...), float32
        Evidence of every source row, made without the row if the restart has learnt from it.
    right : array of shape (n_source,)
        Probability that the label or target is right.
    posterior : array of shape (n_source, n_classes) or None
        Probability of each class to be the right one.
    tree_errors : array of shape (n_source,)
        Standard errors of `right` by the choice of trees; NaN for rows not learnt from.
    """

    restart: AnyRestart
    evidence: Floats32
    right: Floats
    posterior: Floats | None
    tree_errors: Floats

    @property
    def wrong_share(self) -> float:
        """Estimated share of source rows with something wrong."""
        judges = self.restart.judges_
        return judges[0].wrong_share if len(judges) == 1 else float(1.0 - self.right.mean())

    @property
    def target_trust(self) -> float:
        """Estimated share of target rows with nothing wrong."""
        return float(np.prod([judge.target_trust for judge in self.restart.judges_]))


def judge_source(
    restart: AnyRestart, task: Task, source: Rows, learnt: Index, n_jobs: int | None
) -> FittedRestart:
    """Judge every source row: those learnt from by evidence made without them."""
    n = len(source.X)
    evidence = np.empty((n, *restart.evidence_.shape[1:]), dtype=np.float32)
    evidence[learnt] = restart.evidence_[: len(learnt)]
    others = np.setdiff1d(np.arange(n), learnt, assume_unique=True)
    for block, found in through_blocks(restart.evidence, source.X, others, n_jobs):
        evidence[block] = found
    right = np.empty(n)
    posterior = None
    for part in in_blocks(evidence):
        judgement = restart.judge(evidence[part], encoded(task, source.take(part)))
        right[part] = judgement.right
        if judgement.posterior is not None:
            if posterior is None:
                posterior = np.empty((n, judgement.posterior.shape[1]))
            posterior[part] = judgement.posterior
    errors = np.full(n, np.nan)
    errors[learnt] = restart.tree_errors_[: len(learnt)]
    return FittedRestart(restart, evidence, right, posterior, errors)
