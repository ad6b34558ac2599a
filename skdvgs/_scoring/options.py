"""ScoringOptions: how the rows of a fit are compared with its target gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skdvgs._scoring.similarity import Similarity, TargetGradientScale
from skdvgs._utils.types import Floats


@dataclass(frozen=True)
class ScoringOptions:
    """How rows are compared; see DVGSValuer for the meaning of each.

    ``n_targets`` is the number of target sets, each with a gradient of its own; None for one set,
    whose gradient is that of training.
    """

    similarity: Similarity
    weighting: str
    layers: str | Sequence[str] | None
    source_batch_size: int | str
    needs_norms: bool = True
    needs_typical_norm: bool = False
    n_targets: int | None = None

    def similarities(self, dot: Floats, norm: Floats, lengths: Floats, typical: float) -> Floats:
        """Similarity of each pair of a row and a label.

        Parameters
        ----------
        dot : array of shape (n_rows,), (n_rows, n_labels) or (n_rows, n_targets)
            Dot products with the target gradient.
        norm : array of shape (n_rows,) or (n_rows, n_labels)
            Norms of the rows' gradients.
        lengths : array of shape () or (n_targets,)
            Norms of the target gradients.
        typical : float
            Median norm of the gradients of single target rows.

        Returns
        -------
        array of shape (n_pairs,) or (n_pairs, n_targets)
            Higher is better.
        """
        if self.n_targets is None:
            scale = TargetGradientScale(float(lengths), typical)
            return self.similarity(dot.ravel(), norm.ravel(), scale)
        scales = [TargetGradientScale(float(length), typical) for length in lengths]
        found = [self.similarity(d, norm, s) for d, s in zip(dot.T, scales, strict=True)]
        return np.stack(found, axis=1)
