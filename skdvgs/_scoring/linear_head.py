"""Value rows along a trajectory of the default network's head, all checkpoints at once.

For a lone linear layer without bias the gradient of a row with features a is δ aᵀ, where δ is that
of its loss by the layer's output: its dot product with the target gradient G is δ·(G a), and its
length |δ| |a|. Checkpoints differ in the weights alone, so a few products serve them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import skorch
import torch
from numpy.typing import NDArray
from skorch.utils import to_tensor
from torch import Tensor

from skdvgs._scoring.loss import per_sample_loss
from skdvgs._scoring.running_mean import RunningMean
from skdvgs._scoring.scorer import ScoringOptions
from skdvgs._scoring.similarity import TargetGradientScale
from skdvgs._storage.recorded_checkpoints import RecordedCheckpoint

# Outputs computed at a time, over checkpoints, rows and classes.
_AT_A_TIME = 2**22


class LinearHeadScorer:
    """Weights and target gradients of every checkpoint.

    Parameters
    ----------
    net : skorch net
        On a :class:`skdvgs._default_net.modules.DefaultHead`.
    checkpoints : sequence of RecordedCheckpoint
        In their order.
    """

    def __init__(self, net: skorch.NeuralNet, checkpoints: Sequence[RecordedCheckpoint]) -> None:
        ((name, _),) = net.module_.named_parameters()
        kept = [(at.state[name], at.gradient[name], at.typical_norm) for at in checkpoints]
        self._loss, _ = per_sample_loss(net)
        self._device = net.device
        self._weights, self._gradients = (
            torch.as_tensor(np.stack(arrays), device=net.device)
            for arrays in ([weight for weight, _, _ in kept], [grad for _, grad, _ in kept])
        )
        norms = self._gradients.double().square().sum((1, 2)).sqrt().tolist()
        self._references = [
            TargetGradientScale(norm, typical)
            for norm, (_, _, typical) in zip(norms, kept, strict=True)
        ]

    def means(
        self,
        X: NDArray[Any],
        rows: NDArray[np.intp],
        y: Any,
        options: ScoringOptions,
        n_labels: int = 1,
    ) -> NDArray[np.float64]:
        """Mean similarity of each pair of a row and a label.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Features.
        rows : int array of shape (n_pairs,)
            Of each pair.
        y : array of shape (n_pairs, ...)
            Of each pair, encoded.
        options : ScoringOptions
            How they are compared.
        n_labels : int
            So many pairs in a row are one row under different labels.
        """
        mean = RunningMean(len(rows))
        rows, y = rows[::n_labels], y.reshape(-1, n_labels, *y.shape[1:])
        found = [self._terms(X[rows[part]], y[part]) for part in self._parts(len(rows), n_labels)]
        dots, norms = (np.concatenate(terms, axis=1) for terms in zip(*found, strict=True))
        for dot, norm, reference in zip(dots, norms, self._references, strict=True):
            mean.start_checkpoint(1.0 if options.weighting == "uniform" else reference.norm)
            mean.add(slice(None), options.similarity(dot, norm, reference))
        return mean.means()

    def _parts(self, n_rows: int, n_labels: int) -> list[slice]:
        step = max(1, _AT_A_TIME // (self._weights.shape[0] * self._weights.shape[1] * n_labels))
        return [slice(start, start + step) for start in range(0, n_rows, step)]

    def _terms(self, X: NDArray[Any], y: Any) -> tuple[NDArray[Any], NDArray[Any]]:
        """Dots and norms, of shape (n_checkpoints, n_rows * n_labels)."""
        features, labels = (to_tensor(part, device=self._device) for part in (X, y))
        n_checkpoints, n_labels = len(self._weights), labels.shape[1]
        # The products are those of the rows; labels come in where outputs meet the loss.
        output, product = (
            _repeated(self._outputs(weights, features), n_labels, 1)
            for weights in (self._weights, self._gradients)
        )
        output.requires_grad_()
        labels = labels.flatten(0, 1)
        repeated = labels.repeat(n_checkpoints, *(1,) * (labels.dim() - 1))
        with torch.enable_grad():
            losses = self._loss(output.flatten(0, 1), repeated)
        (delta,) = torch.autograd.grad(losses.sum(), output)
        dot = (delta * product).sum(-1)
        squared = delta.square().sum(-1) * _repeated(features.square().sum(-1), n_labels, 0)
        return dot.double().cpu().numpy(), np.sqrt(squared.double().cpu().numpy())

    def _outputs(self, weights: Tensor, features: Tensor) -> Tensor:
        """Of shape (n_checkpoints, n_pairs, n_outputs)."""
        with torch.no_grad():
            return torch.matmul(features, weights.transpose(1, 2))


def _repeated(tensor: Tensor, times: int, dim: int) -> Tensor:
    return tensor if times == 1 else tensor.repeat_interleave(times, dim)
