"""Several targets in one pass: the terms of each are those of a pass of its own."""

import pytest
import torch
from torch import nn

from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients import GradientEngine, GradientTerms, register_rule
from skdvgs.gradients.rules import _convolution, _embedding, _linear

from .cases import NETWORKS, Case, features, mixed_loss, tokens
from .checks import build
from .reference import random_gradient, truth, worst_error
from .rules.test_attention import CASES as ATTENTION
from .rules.test_convolution import CASES as CONVOLUTION
from .rules.test_embedding import CASES as EMBEDDING
from .rules.test_normalization import CASES as NORMALIZATION
from .rules.test_recurrent import CASES as RECURRENT

LINEAR = {
    f"linear {fan_in}-{fan_out} at {positions}": Case(
        lambda i=fan_in, o=fan_out: nn.Sequential(nn.Linear(i, o), nn.Tanh(), nn.Linear(o, 3)),
        features(*positions, fan_in),
    )
    for positions in [(), (1,), (2,), (9,)]
    for fan_in, fan_out in [(3, 8), (8, 3)]
}
CASES = NETWORKS | LINEAR | CONVOLUTION | ATTENTION | EMBEDDING | NORMALIZATION | RECURRENT


def draw_targets(module, count):
    """Random target gradients; the last one lacks a parameter."""
    targets = []
    for seed in range(count):
        torch.manual_seed(seed)
        targets.append({k: torch.randn_like(g) for k, g in random_gradient(module).items()})
    if len(targets[-1]) > 1:
        targets[-1].pop(next(iter(targets[-1])))
    return targets


def compare(case, n, count=3, **options):
    """One pass with several targets beside a float64 loop over rows for each."""
    module, x, y = build(case, n, torch.float64)
    targets = draw_targets(module, count)
    zeros = {k: torch.zeros_like(g) for k, g in random_gradient(module).items()}
    expected = [
        truth(module, case.loss, build(case, n, torch.float64)[1], y, n, zeros | target)
        for target in targets
    ]
    found = GradientEngine(module, case.loss, **options).terms(x, y, targets)
    assert found.dot.shape == (n, count)
    assert found.squared_norm.shape == (n,)
    for which in range(count):
        one = GradientTerms(found.dot[:, which], found.squared_norm)
        assert worst_error(one, expected[which]) < 1e-10


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_target_has_its_own_terms(case):
    compare(case, 5)


@pytest.mark.parametrize("name", ["mlp", "own parameters", "batch norm"])
@pytest.mark.parametrize("count", [1, 4])
def test_counts_of_targets_and_the_general_engine(name, count):
    compare(CASES[name], 4, count)
    compare(CASES[name], 4, count, engine="general")


@pytest.mark.parametrize("cheaper", [True, False])
def test_gram_forms_and_formed_gradients(monkeypatch, cheaper):
    for rules in (_linear, _convolution):
        monkeypatch.setattr(rules, "gram_is_cheaper", lambda *sizes, **options: cheaper)
    compare(LINEAR["linear 3-8 at (9,)"], 5)
    compare(CONVOLUTION[next(iter(CONVOLUTION))], 5)


def test_many_tokens(monkeypatch):
    monkeypatch.setattr(_embedding, "_FEW_POSITIONS", 2)
    compare(Case(lambda: nn.Embedding(5, 3), tokens(5, 8)), 5)


def test_dots_alone():
    module, x, y = build(NETWORKS["own parameters"], 5, torch.float64)
    targets, engine = draw_targets(module, 3), GradientEngine(module, mixed_loss)
    found = engine.terms(x, y, targets, norms=False)
    torch.testing.assert_close(found.dot, engine.terms(x, y, targets).dot)
    assert found.squared_norm.isnan().all()


class Shift(nn.Module):
    """Adds a vector."""

    def __init__(self):
        super().__init__()
        self.shift = nn.Parameter(torch.rand(3))

    def forward(self, x):
        return x + self.shift


class ShiftRule:
    """A rule of a user's own, that knows of one target only."""

    parameters = frozenset({"shift"})

    def serves(self, layer):
        return True

    def terms(self, layer, inputs, output_grad, target):
        return GradientTerms(output_grad @ target["shift"], output_grad.square().sum(1))


def test_rules_of_a_users_own_serve_one_target_at_a_time():
    register_rule(Shift, ShiftRule())
    compare(Case(lambda: nn.Sequential(Shift(), nn.Linear(3, 2)), features(3)), 5)


def test_no_target_is_an_error():
    with pytest.raises(InvalidInputError, match="sequence of target gradients is empty"):
        GradientEngine(nn.Linear(3, 2), mixed_loss).terms(torch.rand(2, 3), torch.rand(2), [])
