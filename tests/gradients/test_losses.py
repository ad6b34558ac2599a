"""One loss a row: what the criterion says of a batch that holds that row alone."""

import pytest
import torch
from torch import nn

from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients import GradientEngine, batch_of_one_losses

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


def clip(output, y):
    """Contrast of two views of each row."""
    left, right = (nn.functional.normalize(part, dim=1) for part in output.chunk(2, 1))
    scores = left @ right.t() / 0.1
    own = torch.arange(len(scores))
    cross_entropy = nn.functional.cross_entropy
    return (cross_entropy(scores, own) + cross_entropy(scores.t(), own)) / 2


def supervised_contrast(output, y):
    """Rows of one class are to be alike."""
    z = nn.functional.normalize(output, dim=1)
    apart = ~torch.eye(len(z), dtype=torch.bool)
    scores = (z @ z.t()).masked_fill(~apart, -torch.inf).log_softmax(1)
    same = (y[:, None] == y) & apart
    return -(scores.where(same, 0.0).sum(1) / same.sum(1).clamp(min=1)).mean()


def hard_triplets(output, y):
    """Margin between the farthest row of one's class and the nearest of another."""
    far = torch.cdist(output, output)
    same = y[:, None] == y
    farthest = far.masked_fill(~same, 0.0).amax(1)
    return (farthest - far.masked_fill(same, 9.0).amin(1) + 1.0).clamp(min=0).mean()


def spread(output, y):
    """Variance over a batch."""
    return (1 - output.std(0)).clamp(min=0).mean()


OVER_BATCHES = [clip, supervised_contrast, hard_triplets, spread]


@pytest.mark.parametrize("criterion", OVER_BATCHES, ids=lambda criterion: criterion.__name__)
def test_losses_over_a_batch_are_refused_with_the_reason(criterion):
    torch.manual_seed(0)
    engine = GradientEngine(nn.Linear(5, 4), batch_of_one_losses(criterion))
    with pytest.raises(InvalidInputError, match=r"compares the rows of a batch with one another"):
        engine.terms(torch.randn(12, 5), torch.arange(12) % 2, {})


def test_criteria_that_refuse_single_rows_are_refused():
    def criterion(output, y):
        if len(output) < 2:
            raise ValueError("two rows, please")
        return output.square().mean()

    with pytest.raises(InvalidInputError, match=r"fails on a row alone \(two rows, please\)"):
        batch_of_one_losses(criterion)(torch.randn(4, 2), torch.zeros(4))


def test_rows_without_a_gradient_are_no_contrast():
    def hinge(output, y):
        return (output - 1).clamp(min=0).mean()

    output = torch.tensor([[0.0], [0.5], [3.0]])
    assert batch_of_one_losses(hinge)(output, torch.zeros(3)).tolist() == [0, 0, 2]
    assert batch_of_one_losses(hinge)(output[:2], torch.zeros(2)).tolist() == [0, 0]
