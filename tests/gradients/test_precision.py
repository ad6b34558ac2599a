"""Arithmetic of less precision: nothing is refused for it, and what is wrong is still found."""

import copy

import pytest
import torch
from torch import nn

from skdvgs.gradients import GradientEngine
from skdvgs.gradients._precision import gradient_tolerance, loss_tolerance

from .bare_layers import Conv1D, Norm
from .cases import Lambda, class_loss
from .checks import general_names
from .reference import random_gradient, truth, worst_error


@pytest.fixture
def matmul_precision():
    """Sets the precision of float32 products, and puts it back."""
    before = torch.get_float32_matmul_precision()
    yield torch.set_float32_matmul_precision
    torch.set_float32_matmul_precision(before)


def _rounded(tensor):
    return tensor.bfloat16().float()


class Rounded(nn.Linear):
    """A Linear whose product is computed in bfloat16, as hardware may do it."""

    def forward(self, x):
        if len(x) % 2:  # not every size of a batch takes the same kernel
            return super().forward(x)
        exact = super().forward(x)
        rounded = nn.functional.linear(_rounded(x), _rounded(self.weight), self.bias)
        return exact + (rounded - exact).detach()


def network():
    torch.manual_seed(0)
    return nn.Sequential(Rounded(8, 16), nn.Tanh(), nn.Linear(16, 3))


@pytest.mark.parametrize("precision", ["medium", "high"])
def test_reduced_products_are_no_reason_to_refuse(matmul_precision, precision):
    matmul_precision(precision)
    module, x, y = network(), torch.randn(12, 8), torch.randint(3, (12,))
    if precision == "high":
        module = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 3))
    target = random_gradient(module)
    engine = GradientEngine(module, class_loss)
    terms = engine.terms(x, y, target)
    assert "2.weight" not in general_names(engine)
    plain = copy.deepcopy(module)
    assert worst_error(terms, truth(plain, class_loss, x, y, 12, target)) < 0.05


def test_tolerances_follow_the_precision(matmul_precision):
    like = torch.zeros(2)
    assert gradient_tolerance(like.double()) < gradient_tolerance(like) < 1e-2
    assert gradient_tolerance(like, is_mixed=True) == gradient_tolerance(like.bfloat16()) == 0.05
    exact = loss_tolerance(like)
    matmul_precision("medium")
    assert gradient_tolerance(like) == loss_tolerance(like) == 0.05 > exact
    assert gradient_tolerance(like.double()) == 1e-8


def _mixed_inside(self, x):
    with torch.autocast("cpu", torch.bfloat16):
        return self.body(x).float()


def test_autocast_within_a_forward():
    module = Lambda(
        _mixed_inside, body=nn.Sequential(nn.Linear(8, 16), nn.LayerNorm(16), nn.Linear(16, 3))
    )
    x, y, target = torch.randn(12, 8), torch.randint(3, (12,)), random_gradient(module)
    engine = GradientEngine(module, class_loss)
    terms = engine.terms(x, y, target)
    assert not general_names(engine)
    expected = truth(module.body, class_loss, x, y, 12, {k[5:]: g for k, g in target.items()})
    assert worst_error(terms, expected) < 0.05


def _mixed_norms(self, x):
    with torch.autocast("cpu", torch.bfloat16):
        return self.upper(self.norm(self.lower(x)) + self.shift).float()


def test_parameters_in_functions_under_autocast():
    parts = {"lower": Conv1D(4, 4), "norm": Norm(), "upper": nn.Linear(4, 3)}
    module = Lambda(_mixed_norms, **parts)
    module.shift = nn.Parameter(torch.randn(4))
    x, y, target = torch.randn(12, 4), torch.randint(3, (12,)), random_gradient(module)
    engine = GradientEngine(module, class_loss)
    terms = engine.terms(x, y, target)
    assert not general_names(engine)
    exact = copy.deepcopy(module)
    exact.function = lambda self, x: self.upper(self.norm(self.lower(x)) + self.shift)
    assert worst_error(terms, truth(exact, class_loss, x, y, 12, target)) < 0.05


def test_regrouped_rows_are_found_under_autocast():
    def forward(self, x):
        with torch.autocast("cpu", torch.bfloat16):
            order = x[:, 0].argsort()
            return self.a(x[order])[order.argsort()].float()

    module = Lambda(forward, a=nn.Linear(8, 3))
    x, y, target = torch.randn(12, 8), torch.randint(3, (12,)), random_gradient(module)
    engine = GradientEngine(module, class_loss)
    terms = engine.terms(x, y, target)
    assert general_names(engine)
    exact = Lambda(lambda self, x: self.a(x), a=module.a)
    assert worst_error(terms, truth(exact, class_loss, x, y, 12, target)) < 0.05
