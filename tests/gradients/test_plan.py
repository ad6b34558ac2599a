"""Which parameters take part: layers= by name, by pattern, and the last one."""

import pytest
import torch
from torch import nn

from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients import GradientEngine

from .cases import mixed_loss
from .reference import random_gradient, truth, worst_error


def _network():
    torch.manual_seed(0)
    body = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 5), nn.LayerNorm(5))
    return nn.Sequential(body, nn.Tanh(), nn.Linear(5, 2)).double()


SELECTIONS = {
    "last": ("last", ["2.weight", "2.bias"]),
    "name": ("0.2", ["0.2.weight", "0.2.bias"]),
    "parameter": ("0.2.bias", ["0.2.bias"]),
    "pattern": ("0.[02]", ["0.0.weight", "0.0.bias", "0.2.weight", "0.2.bias"]),
    "pattern of parameters": ("*.bias", ["0.0.bias", "0.2.bias", "0.3.bias", "2.bias"]),
    "module with layers": ("0", [f"0.{i}.{p}" for i in (0, 2, 3) for p in ("weight", "bias")]),
    "several": (["0.0", "2"], ["0.0.weight", "0.0.bias", "2.weight", "2.bias"]),
}


@pytest.mark.parametrize("engine", ["auto", "general"])
@pytest.mark.parametrize(("layers", "names"), SELECTIONS.values(), ids=SELECTIONS)
def test_layers(layers, names, engine):
    network, x, y = _network(), torch.randn(4, 4).double(), torch.rand(4).double()
    target = random_gradient(network)
    found = GradientEngine(network, mixed_loss, layers=layers, engine=engine)
    assert found.parameter_names == names == list(found.report)
    chosen = {name: target[name] for name in names}
    expected = truth(network, mixed_loss, x, y, 4, chosen)
    assert worst_error(found.terms(x, y, target), expected) < 1e-10


def test_last_is_the_last_that_is_trained():
    network = _network()
    network[2].requires_grad_(False)
    engine = GradientEngine(network, mixed_loss, layers="last")
    assert engine.parameter_names == ["0.3.weight", "0.3.bias"]


@pytest.mark.parametrize("layers", ["3", ["2", "encoder.*"], "LAST"])
def test_patterns_without_a_match_name_the_layers(layers):
    with pytest.raises(InvalidInputError, match=r"no trainable parameter.*'0.0'.*Use 'last'"):
        GradientEngine(_network(), mixed_loss, layers=layers)
