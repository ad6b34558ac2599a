"""Batches and outputs of any structure: kept, and exact."""

from collections import OrderedDict, UserDict
from typing import NamedTuple

import pytest
import torch
from torch import nn

from skdvgs.gradients import GradientEngine, batch_of_one_losses, gauss_newton_product
from skdvgs.gradients._batches import map_batch

from .cases import Lambda, class_loss
from .reference import random_gradient, truth, worst_error


class Output(OrderedDict):
    """A dict with attributes, as the outputs of transformers are."""

    @property
    def logits(self):
        return self["logits"]


class Pair(NamedTuple):
    """A tuple with names."""

    logits: torch.Tensor
    hidden: torch.Tensor


OUTPUTS = {
    "mapping with attributes": lambda logits, x: Output(logits=logits, hidden=x),
    "named tuple": lambda logits, x: Pair(logits, x),
}


def by_attribute(output, y):
    """A loss that needs the output's own kind."""
    return class_loss(output.logits, y)


def network(kind):
    return Lambda(lambda self, x: kind(self.a(x), x), a=nn.Linear(4, 3)).double()


@pytest.mark.parametrize("kind", OUTPUTS.values(), ids=OUTPUTS)
def test_outputs_keep_their_kind(kind):
    module, x, y = network(kind), torch.randn(6, 4).double(), torch.randint(3, (6,))
    target = random_gradient(module)
    expected = truth(module, by_attribute, x, y, 6, target)
    assert worst_error(GradientEngine(module, by_attribute).terms(x, y, target), expected) < 1e-10
    criterion = batch_of_one_losses(lambda output, y: by_attribute(output, y).mean())
    assert worst_error(GradientEngine(module, criterion).terms(x, y, target), expected) < 1e-10
    assert gauss_newton_product(module, by_attribute, [(x, y)], target)


def test_inputs_in_a_mapping_of_another_kind():
    module = Lambda(lambda self, x: self.a(x), a=nn.Linear(4, 3)).double()
    x, y = torch.randn(6, 4).double(), torch.randint(3, (6,))
    target = random_gradient(module)
    found = GradientEngine(module, class_loss).terms(UserDict(x=x), y, target)
    assert worst_error(found, truth(module, class_loss, x, y, 6, target)) < 1e-10


def test_structures_are_kept():
    batch = [{"a": torch.ones(2)}, (torch.zeros(1), None), Pair(torch.ones(1), torch.ones(1))]
    found = map_batch(lambda tensor: tensor + 1, batch)
    assert [type(part) for part in found] == [dict, tuple, Pair]
    assert found[2].logits.item() == 2
