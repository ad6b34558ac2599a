"""One loss a row: what the criterion says of a batch that holds that row alone."""

import pytest
import torch
from torch import nn

from skdvgs.gradients import batch_of_one_losses

WEIGHT = torch.tensor([1.0, 2.0, 3.0])


class Contrast(nn.Module):
    """A criterion that no vectorised call can take."""

    def forward(self, output, y):
        return output.square().mean() if float(y.sum()) > 1 else output.abs().mean()


def classes(n):
    """Class labels."""
    return torch.randint(3, (n,))


def alike(n):
    """A target shaped as the output."""
    return torch.rand(n, 3)


CRITERIA = {
    "mse": (nn.MSELoss(), alike),
    "mse sum": (nn.MSELoss(reduction="sum"), alike),
    "l1": (nn.L1Loss(), alike),
    "huber": (nn.HuberLoss(delta=0.3), alike),
    "bce": (nn.BCEWithLogitsLoss(pos_weight=WEIGHT), alike),
    "cross entropy": (nn.CrossEntropyLoss(), classes),
    "cross entropy, weighted": (nn.CrossEntropyLoss(weight=WEIGHT), classes),
    "cross entropy, smoothed": (nn.CrossEntropyLoss(label_smoothing=0.1), classes),
    "cross entropy, both": (nn.CrossEntropyLoss(weight=WEIGHT, label_smoothing=0.1), classes),
    "cross entropy of probabilities": (nn.CrossEntropyLoss(), lambda n: alike(n).softmax(1)),
    "nll": (nn.NLLLoss(), classes),
    "function": (lambda output, y: (output - y).abs().max(), alike),
    "python branches": (Contrast(), alike),
}


@pytest.mark.parametrize(("criterion", "target"), CRITERIA.values(), ids=CRITERIA)
def test_losses_are_those_of_batches_of_one(criterion, target):
    torch.manual_seed(0)
    output, y = torch.randn(6, 3), target(6)
    expected = torch.stack([criterion(output[i : i + 1], y[i : i + 1]) for i in range(6)])
    torch.testing.assert_close(batch_of_one_losses(criterion)(output, y), expected)


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"output has shape \(6, 1\), y \(6,\)"):
        batch_of_one_losses(nn.MSELoss())(torch.randn(6, 1), torch.randn(6))
