"""Rows under several labels: the terms of each label, from one forward pass."""

import copy

import pytest
import torch
from torch import nn

from skdvgs.gradients import GradientEngine

from .cases import NETWORKS, Case, Lambda, class_loss, features, mixed_loss
from .checks import build, general_names
from .reference import random_gradient, truth, worst_error
from .rules.test_attention import CASES as ATTENTION
from .rules.test_convolution import CASES as CONVOLUTION
from .rules.test_embedding import CASES as EMBEDDING
from .rules.test_normalization import CASES as NORMALIZATION
from .rules.test_recurrent import CASES as RECURRENT

LINEAR = {
    f"linear at {positions}": Case(
        lambda: nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3, bias=False)),
        features(*positions, 4),
    )
    for positions in [(), (1,), (2,), (9,), (2, 3)]
}
CASES = NETWORKS | LINEAR | CONVOLUTION | ATTENTION | EMBEDDING | NORMALIZATION | RECURRENT


def labels_for(case, y, n_labels=3):
    """Labels of shape (n, n_labels): the case's own, and others of their kind."""
    return torch.stack([y.roll(shift) for shift in range(n_labels)], dim=1)


def terms_under(case, n, dtype, n_labels=3):
    """Engine and terms of a case, and what each label's terms must be."""
    module, x, y = build(case, n, dtype)
    labels, target = labels_for(case, y, n_labels), random_gradient(module)
    expected = [
        truth(module, case.loss, copy.deepcopy(x), labels[:, label], n, target)
        for label in range(n_labels)
    ]
    engine = GradientEngine(module, case.loss)
    found = engine.terms_under(copy.deepcopy(x), labels, target)
    assert found.dot.shape == found.squared_norm.shape == (n, n_labels)
    assert not found.dot.requires_grad
    return engine, found, expected


def worst_of(found, expected):
    """The largest error of any label."""
    parts = zip(found.dot.unbind(1), found.squared_norm.unbind(1), expected, strict=True)
    return max(
        worst_error(type(found)(dot, squared_norm), label) for dot, squared_norm, label in parts
    )


@pytest.mark.parametrize("n", [1, 5])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_terms_under_each_label_are_exact(case, n):
    engine, found, expected = terms_under(case, n, torch.float64)
    assert worst_of(found, expected) < 1e-10
    assert general_names(engine) == set(case.general)


@pytest.mark.parametrize("name", ["mlp", "batch norm", "sequence first", "own parameters"])
def test_single_precision(name):
    _, found, expected = terms_under(CASES[name], 6, torch.float32)
    assert worst_of(found, expected) < 1e-4


class Counted(nn.Module):
    """Counts its calls."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.calls = inner, 0

    def forward(self, x):
        self.calls += 1
        return self.inner(x)


def later_calls(inner, loss, x, labels, general=()):
    """Forward passes of a batch after the first, whose terms must be exact too."""
    network = Counted(inner)
    target = random_gradient(network)
    engine = GradientEngine(network, loss)
    engine.terms_under(x, labels, target)
    network.calls = 0
    found = engine.terms_under(x, labels, target)
    calls = network.calls
    expected = [
        truth(network, loss, x, labels[:, label], len(x), target)
        for label in range(labels.shape[1])
    ]
    assert worst_of(found, expected) < 1e-10
    assert len(general_names(engine)) == len(general)
    return calls


SHARED = {
    "chain": nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Dropout(), nn.Linear(6, 3)),
    "single layers": Lambda(lambda self, x: self.a(x).tanh(), a=nn.Linear(4, 3)),
    "chain after a layer": nn.Sequential(
        nn.Unflatten(1, (1, 4)), nn.Conv1d(1, 2, 2), nn.Flatten(), nn.Linear(6, 5), nn.Linear(5, 3)
    ),
}


@pytest.mark.parametrize("inner", SHARED.values(), ids=SHARED)
def test_one_forward_pass_serves_every_label(inner):
    inner = copy.deepcopy(inner).double()
    x, labels = torch.randn(7, 4, dtype=torch.float64), torch.arange(3).expand(7, 3)
    assert later_calls(inner, class_loss, x, labels) == 1


def test_in_place_loss_gets_forward_passes_of_its_own():
    def loss(output, y):
        return mixed_loss(output.mul_(2.0), y)

    x, labels = torch.randn(5, 4, dtype=torch.float64), torch.rand(5, 3, dtype=torch.float64)
    network = Lambda(lambda self, x: self.a(x) * 1.0, a=nn.Linear(4, 3)).double()
    assert later_calls(network, loss, x, labels) == 3


def test_a_loss_that_calls_a_layer_gets_forward_passes_of_its_own():
    network = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)).double()

    def loss(output, y):
        return mixed_loss(network[0](output), y)

    x, labels = torch.randn(5, 4, dtype=torch.float64), torch.rand(5, 3, dtype=torch.float64)
    target = random_gradient(network)
    engine = GradientEngine(network, loss)
    found = engine.terms_under(x, labels, target)
    apart = [GradientEngine(network, loss).terms(x, y, target) for y in labels.unbind(1)]
    for label, terms in enumerate(apart):
        torch.testing.assert_close(found.dot[:, label], terms.dot, rtol=1e-9, atol=1e-9)
        torch.testing.assert_close(found.squared_norm[:, label], terms.squared_norm)


class OnceOnly(torch.autograd.Function):
    """The identity, with a wrong gradient whenever it goes back again."""

    @staticmethod
    def forward(ctx, a):
        ctx.factor = 1.0
        return a.clone()

    @staticmethod
    def backward(ctx, grad):
        ctx.factor, factor = 5.0, ctx.factor
        return grad * factor


def test_a_graph_that_goes_back_only_once_is_noticed():
    network = Lambda(lambda self, x: OnceOnly.apply(self.a(x)).tanh(), a=nn.Linear(4, 3)).double()
    x, labels = torch.randn(5, 4, dtype=torch.float64), torch.arange(3).expand(5, 3)
    # Each label is measured anew: its own pass, two rows alone, and a pass that decides.
    assert later_calls(network, class_loss, x, labels) == 3 * 4


def test_norms_can_be_left_out():
    module, x, y = build(CASES["own parameters"], 5, torch.float64)
    labels, target = labels_for(None, y), random_gradient(module)
    engine = GradientEngine(module, mixed_loss)
    dot, squared_norm = engine.terms_under(x, labels, target, norms=False)
    torch.testing.assert_close(dot, engine.terms_under(x, labels, target).dot)
    assert squared_norm.isnan().all()


def test_structures_of_labels():
    case = Case(lambda: nn.Linear(4, 2), features(4))
    module, x, y = build(case, 5, torch.float64)
    labels, target = torch.stack([y, 1 - y], 1), random_gradient(module)
    both = x.unsqueeze(1).expand(-1, 2, -1)

    def loss(output, y_and_x):
        return mixed_loss(output, y_and_x[0]) * y_and_x[1].sum(1)

    found = GradientEngine(module, loss).terms_under(x, (labels, both), target)
    for label in range(2):
        expected = truth(module, loss, x, (labels[:, label], x), 5, target)
        one = type(found)(found.dot[:, label], found.squared_norm[:, label])
        assert worst_error(one, expected) < 1e-10
