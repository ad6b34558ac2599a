"""InfluenceDirections: target gradients divided by the curvature of the training loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import skorch
import torch
from torch import Tensor

from skdvgs._nets.undisturbed import undisturbed
from skdvgs._scoring.batches import _parts, on_device
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._scoring.loss import per_sample_loss
from skdvgs._scoring.target_gradients import TargetGradients, row_weights
from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients import gauss_newton_product, influence_direction

# Part of the mean eigenvalue that is added to each: directions that the loss hardly bends along
# would else decide everything.
DAMPING = 0.1

# Random vectors for the mean eigenvalue. Its error falls with the number of parameters too.
_PROBES = 8


@dataclass(frozen=True)
class InfluenceDirections:
    """Replaces a checkpoint's gradient by directions of influence, one for each target set.

    With G the Gauss-Newton matrix of the mean loss over the rows that were trained on, and g the
    gradient of the mean loss of a target set, the direction is ``(G + λ)⁻¹ g``. λ is a tenth of
    the mean eigenvalue of G.

    Attributes
    ----------
    gradients : TargetGradients
        Makes the gradient of each target set.
    X, y : arrays of shape (n_trained, ...)
        Rows that the net was trained on, encoded.
    parameters : sequence of str
        Names of the parameters that are compared.
    """

    gradients: TargetGradients
    X: Any
    y: Any
    parameters: tuple[str, ...]

    def __post_init__(self) -> None:
        if row_weights(self.gradients.net, self.gradients.y[:1]) is not None:
            raise InvalidInputError(
                "similarity='influence' was given, and the criterion weights classes. Influence is "
                "that of rows as they were trained on, which all count the same here. Leave "
                "class_weight=None and the criterion without a weight."
            )

    def __call__(self, checkpoint: Checkpoint) -> Checkpoint:
        """The checkpoint with stacked directions, of shape (n_targets, *parameter shape)."""
        net = self.gradients.net
        found = self.gradients(checkpoint).gradient
        compared = {name: found[name] for name in self.parameters}
        loss, reads_x = per_sample_loss(net)
        infer = None if type(net).infer is skorch.NeuralNet.infer else net.infer
        with undisturbed(net):
            batches = list(self._batches(reads_x))

            def product(vector: dict[str, Tensor]) -> dict[str, Tensor]:
                return gauss_newton_product(net.module_, loss, batches, vector, forward=infer)

            damping = DAMPING * _mean_eigenvalue(product, compared)
            directions = [
                influence_direction(
                    net.module_,
                    loss,
                    batches,
                    {name: grad[k] for name, grad in compared.items()},
                    damping=damping,
                    forward=infer,
                ).vector
                for k in range(self.gradients.n_targets)
            ]
        stacked = {name: torch.stack([one[name] for one in directions]) for name in compared}
        return replace(checkpoint, gradient=stacked)

    def _batches(self, reads_x: bool) -> Iterator[tuple[Any, Any]]:
        net = self.gradients.net
        for part in _parts(0, len(self.X), self.gradients.batch_size):
            yield on_device(net, self.X[part], self.y[part], reads_x)


def _mean_eigenvalue(product: Any, like: dict[str, Tensor]) -> float:
    """Trace over size of a matrix, from products with vectors of random signs (Hutchinson)."""
    generator = torch.Generator().manual_seed(0)
    total, size = 0.0, sum(part[0].numel() for part in like.values())
    for _ in range(_PROBES):
        signs = {
            name: torch.randint(2, part.shape[1:], generator=generator).to(part) * 2 - 1
            for name, part in like.items()
        }
        image = product(signs)
        total += float(sum((signs[name] * image[name]).sum() for name in signs))
    mean = total / (_PROBES * size)
    if not mean > 0:
        raise InvalidInputError(
            f"The Gauss-Newton matrix of the training loss has mean eigenvalue {mean:g}. Influence "
            "divides by it. Train with a loss that is convex in the network's output, and for "
            "fewer epochs if the loss has reached zero."
        )
    return mean
