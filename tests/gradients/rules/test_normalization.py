"""Norm layers with and without running statistics, and PReLU."""

import pytest
import torch
from torch import nn

from ..cases import Case, features
from ..checks import check_rule


def after_training(layer, *shape):
    """The layer with running statistics and weights that are not those it started with."""
    for parameter in layer.parameters():
        nn.init.normal_(parameter)
    layer.train()(torch.randn(20, *shape) * 3 + 2)
    return layer


CASES = {
    "layer norm": Case(lambda: nn.LayerNorm(5), features(5)),
    "layer norm of two dimensions": Case(lambda: nn.LayerNorm((3, 5)), features(2, 3, 5)),
    "layer norm without bias": Case(lambda: nn.LayerNorm(5, bias=False), features(4, 5)),
    "rms norm": Case(lambda: nn.RMSNorm(5), features(4, 5)),
    "group norm": Case(lambda: nn.GroupNorm(2, 6), features(6, 4, 3)),
    "group norm without positions": Case(lambda: nn.GroupNorm(2, 6), features(6)),
    "batch norm": Case(lambda: after_training(nn.BatchNorm1d(5), 5), features(5)),
    "batch norm 1d": Case(lambda: after_training(nn.BatchNorm1d(5), 5, 4), features(5, 4)),
    "batch norm 2d": Case(lambda: after_training(nn.BatchNorm2d(5), 5, 4, 3), features(5, 4, 3)),
    "batch norm 3d": Case(
        lambda: after_training(nn.BatchNorm3d(2), 2, 4, 3, 2), features(2, 4, 3, 2)
    ),
    "instance norm 1d": Case(lambda: nn.InstanceNorm1d(3, affine=True), features(3, 6)),
    "instance norm 2d": Case(lambda: nn.InstanceNorm2d(3, affine=True), features(3, 6, 2)),
    "instance norm with running statistics": Case(
        lambda: after_training(
            nn.InstanceNorm2d(3, affine=True, track_running_stats=True), 3, 6, 2
        ),
        features(3, 6, 2),
    ),
    "one prelu": Case(nn.PReLU, features(4)),
    "one prelu at positions": Case(nn.PReLU, features(4, 3)),
    "a prelu for each channel": Case(lambda: nn.PReLU(4), features(4, 3, 2)),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_normalization(case, dtype):
    check_rule(case, 5, dtype)


def test_a_mean_far_from_zero_costs_no_digits():
    layer = after_training(nn.BatchNorm1d(3), 3, 50)
    layer.running_mean.fill_(1e4)
    case = Case(lambda: layer, lambda n: torch.randn(n, 3, 50) + 1e4)
    check_rule(case, 4, torch.float64)
