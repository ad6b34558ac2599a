"""SelfTest: target rows are scored with their own label and with another one."""

from __future__ import annotations

import numpy as np
import skorch
from numpy.typing import NDArray

from skdvgs._inputs.task import Rows
from skdvgs._nets.factory import TargetEncoder
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._scoring.options import ScoringOptions
from skdvgs._scoring.scorer import SourceScorer

# It shall cost little beside the source. All checkpoints are needed: values are means over them,
# and the gradient of a single batch is mostly noise.
_MOST_ROWS = 50


class SelfTest:
    """Scores some target rows twice, at every checkpoint of a trajectory.

    Parameters
    ----------
    net : skorch net
        The net that is being trained.
    encode : TargetEncoder
        Brings labels to the form that its criterion wants.
    target : Rows
        Target rows of a classification.
    classes : array of shape (n_classes,)
        Sorted labels, at least two.
    options : ScoringOptions
        How source rows are compared.
    scorer : SourceScorer
        Whose engines serve here too.
    """

    def __init__(
        self,
        net: skorch.NeuralNet,
        encode: TargetEncoder,
        target: Rows,
        classes: NDArray[np.generic],
        options: ScoringOptions,
        scorer: SourceScorer,
    ) -> None:
        n = len(target.X)
        some = np.unique(np.linspace(0, n - 1, min(n, _MOST_ROWS)).astype(np.intp))
        own = np.searchsorted(classes, target.y[some])
        # Every other class in turn.
        other = (own + 1 + np.arange(len(some)) % (len(classes) - 1)) % len(classes)
        labels = classes[np.stack([own, other], axis=1).ravel()]
        y = encode(Rows(target.X[:0], labels, target.kind))
        whole = (target.X, encode(target))
        rows = np.repeat(some, 2)
        self._scorer = SourceScorer(net, target.X, rows, y, options, whole, like=scorer)

    def score(self, checkpoint: Checkpoint) -> None:
        """Score the rows at a checkpoint."""
        self._scorer.score(checkpoint)

    def means(self) -> NDArray[np.float64]:
        """Mean score of each row under its own label and under another, (n_rows, 2)."""
        means = self._scorer.mean.means()
        return means.reshape(-1, 2)
