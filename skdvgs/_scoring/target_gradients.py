"""TargetGradients: the gradient of each of several target sets, at the weights of a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import skorch
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from skdvgs._nets.output import CLASS_CRITERIA
from skdvgs._nets.undisturbed import undisturbed
from skdvgs._scoring.batches import _parts, on_device
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._scoring.loss import per_sample_loss
from skdvgs.gradients._batches import LossPerSample


@dataclass(frozen=True)
class TargetGradients:
    """Replaces a checkpoint's gradient, of a batch in training, by one for each target set.

    Each is the gradient of the mean loss over all rows of that set, in evaluation mode. Class
    weights of the criterion weight the rows, as they do in training.

    Attributes
    ----------
    net : skorch net
        Initialised; left as it is.
    X, y : arrays of shape (n_target, ...)
        Rows of all target sets, encoded for the net.
    codes : int array of shape (n_target,)
        Number of the target set that each row belongs to.
    n_targets : int
        Number of target sets.
    batch_size : int
        Rows whose gradient is computed at a time.
    """

    net: skorch.NeuralNet
    X: Any
    y: Any
    codes: NDArray[np.intp]
    n_targets: int
    batch_size: int

    def __call__(self, checkpoint: Checkpoint) -> Checkpoint:
        """The checkpoint with stacked gradients, of shape (n_targets, *parameter shape)."""
        trained = {n: p for n, p in self.net.module_.named_parameters() if p.requires_grad}
        loss, reads_x = per_sample_loss(self.net)
        infer = None if type(self.net).infer is skorch.NeuralNet.infer else self.net.infer
        losses = LossPerSample(self.net.module_, loss, infer)
        with undisturbed(self.net), torch.enable_grad(), _recurrent_backend(self.net.module_):
            found = [self._gradient(k, losses, reads_x, trained) for k in range(self.n_targets)]
        gradient = {name: torch.stack([one[name] for one in found]) for name in trained}
        return replace(checkpoint, gradient=gradient)

    def mean_loss(self) -> float:
        """Mean loss over the rows of all target sets."""
        loss, reads_x = per_sample_loss(self.net)
        infer = None if type(self.net).infer is skorch.NeuralNet.infer else self.net.infer
        losses, total = LossPerSample(self.net.module_, loss, infer), 0.0
        with undisturbed(self.net), torch.no_grad():
            for part in _parts(0, len(self.X), self.batch_size):
                rows = on_device(self.net, self.X[part], self.y[part], reads_x)
                total += float(losses(*rows).double().sum())
        return total / len(self.X)

    def _gradient(
        self, number: int, losses: LossPerSample, reads_x: bool, trained: dict[str, nn.Parameter]
    ) -> dict[str, Tensor]:
        """Gradient of the mean loss over the rows of one target set."""
        sums = [torch.zeros_like(p) for p in trained.values()]
        total = 0.0
        for rows in self._batches(number):
            x, y = on_device(self.net, self.X[rows], self.y[rows], reads_x)
            weights = row_weights(self.net, self.y[rows])
            of_rows = losses(x, y)
            weighted = of_rows.sum() if weights is None else of_rows @ weights.to(of_rows)
            total += len(rows) if weights is None else float(weights.sum())
            parts = torch.autograd.grad(
                weighted, list(trained.values()), allow_unused=True, materialize_grads=True
            )
            sums = [one + part for one, part in zip(sums, parts, strict=True)]
        return {name: one / total for name, one in zip(trained, sums, strict=True)}

    def _batches(self, number: int) -> Iterator[NDArray[np.intp]]:
        rows = np.flatnonzero(self.codes == number)
        return (rows[part] for part in _parts(0, len(rows), self.batch_size))


def row_weights(net: skorch.NeuralNet, y: Any) -> Tensor | None:
    """Weight of each row in the mean that the net's criterion takes; None where all are equal."""
    criterion = net.criterion_
    weight = getattr(criterion, "weight", None)
    if not isinstance(criterion, CLASS_CRITERIA) or weight is None or np.ndim(y) != 1:
        return None
    found: Tensor = weight[torch.as_tensor(y, device=weight.device)]
    return found


def _recurrent_backend(module: nn.Module) -> Any:
    """cuDNN refuses the backward pass of recurrent layers in evaluation mode."""
    if any(
        isinstance(layer, nn.RNNBase) and layer.weight_hh_l0.is_cuda for layer in module.modules()
    ):
        return torch.backends.cudnn.flags(enabled=False)
    return nullcontext()
