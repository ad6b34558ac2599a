"""per_sample_loss: the loss of each row, as the net's own criterion gives it."""

from __future__ import annotations

import skorch
import torch
from torch import nn

from skdvgs.gradients import batch_of_one_losses
from skdvgs.gradients._batches import Loss


def per_sample_loss(net: skorch.NeuralNet) -> tuple[Loss, bool]:
    """The net's loss for each row, and whether it wants ``(y, X)`` instead of ``y``.

    skorch's own ``get_loss`` is known to be the criterion (of the logarithm, for NLLLoss); a
    user's is called as it stands, on batches of one row.
    """
    get_loss = type(net).get_loss
    if get_loss is skorch.NeuralNet.get_loss:
        return batch_of_one_losses(net.criterion_), False
    if get_loss is skorch.NeuralNetClassifier.get_loss:
        losses = batch_of_one_losses(net.criterion_)
        if not isinstance(net.criterion_, nn.NLLLoss):
            return losses, False
        tiny = torch.finfo(torch.float32).eps
        return lambda output, y: losses(torch.log(output + tiny), y), False
    own = batch_of_one_losses(
        lambda output, y_and_x: net.get_loss(output, y_and_x[0], X=y_and_x[1], training=True)
    )
    return own, True
