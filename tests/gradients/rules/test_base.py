"""Rules of a user's own: served when right, caught when wrong."""

import pytest
import torch
from torch import nn

from skdvgs.gradients import GradientEngine, GradientTerms, register_rule
from skdvgs.gradients.rules import _base

from ..cases import Case, features, mixed_loss
from ..checks import check
from ..reference import random_gradient, truth, worst_error


class Gate(nn.Module):
    """Multiplies each feature by a learned factor."""

    def __init__(self, width):
        super().__init__()
        self.factor = nn.Parameter(torch.rand(width))

    def forward(self, x):
        return x * self.factor


class GateRule:
    """The exact rule of a gate."""

    parameters = frozenset({"factor"})

    def serves(self, layer):
        return True

    def terms(self, layer, inputs, output_grad, target):
        formed = inputs * output_grad
        return GradientTerms(formed @ target["factor"], formed.square().sum(1))


class WrongRule(GateRule):
    """Forgets the input."""

    def terms(self, layer, inputs, output_grad, target):
        return GradientTerms(output_grad @ target["factor"], output_grad.square().sum(1))


class BrokenRule(GateRule):
    """Raises."""

    def terms(self, layer, inputs, output_grad, target):
        raise ValueError("no such shape")


class PositionsRule(GateRule):
    """The exact rule of a gate that is used at many positions."""

    def feature_dims(self, layer):
        return 1, 1

    def terms(self, layer, inputs, output_grad, target):
        formed = (inputs * output_grad).sum(1)
        return GradientTerms(formed @ target["factor"], formed.square().sum(1))


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(_base, "_RULES", dict(_base._RULES))


CASE = Case(lambda: nn.Sequential(nn.Linear(4, 3), Gate(3), nn.Tanh()), features(4))


def test_without_a_rule_the_general_path_serves():
    assert "no rule for Gate" in check(CASE, 5, torch.float64).report["1.factor"]


def test_a_rule_serves_its_layer():
    register_rule(Gate, GateRule())
    assert check(CASE, 5, torch.float64).report["1.factor"] == "rule for Gate"


def test_a_rule_for_positions_serves_a_layer_that_is_called_twice():
    register_rule(Gate, PositionsRule())
    gate = Gate(4)
    case = Case(lambda: nn.Sequential(gate, nn.Linear(4, 4), nn.Tanh(), gate), features(3, 4))
    assert check(case, 5, torch.float64).report["0.factor"] == "rule for Gate"


@pytest.mark.parametrize(
    ("rule", "reason"),
    [(WrongRule(), "disagrees with autograd"), (BrokenRule(), "its rule fails: no such shape")],
    ids=["wrong", "broken"],
)
def test_a_wrong_rule_is_caught(rule, reason):
    register_rule(Gate, rule)
    assert reason in check(CASE, 5, torch.float64).report["1.factor"]


def test_subclasses_with_another_forward_are_not_served():
    register_rule(Gate, GateRule())

    class Shifted(Gate):
        def forward(self, x):
            return super().forward(x) + self.factor

    class Renamed(Gate):
        pass

    class Wider(Gate):
        def __init__(self, width):
            super().__init__(width)
            self.shift = nn.Parameter(torch.rand(width))

    found = {kind: _report(kind(4)) for kind in (Shifted, Renamed, Wider)}
    assert "own forward" in found[Shifted]
    assert found[Renamed] == "rule for Renamed"
    assert "parameters of its own" in found[Wider]


def _report(module):
    x, y, target = torch.randn(3, 4), torch.rand(3), random_gradient(module)
    engine = GradientEngine(module, mixed_loss)
    terms = engine.terms(x, y, target)
    assert worst_error(terms, truth(module, mixed_loss, x, y, 3, target)) < 1e-4
    return engine.report["factor"]


def test_what_is_no_rule_is_refused():
    with pytest.raises(TypeError, match=r"torch\.nn\.Module subclass\. Got 3"):
        register_rule(3, GateRule())
    with pytest.raises(TypeError, match="A layer rule needs parameters, serves, terms"):
        register_rule(Gate, object())
