"""Parameters used in plain functions: exact, and without the general path."""

import pytest
import torch
from torch import nn

from skdvgs.gradients import GradientEngine, _bare_uses
from skdvgs.gradients.rules import _convolution

from .bare_cases import CASES, LEFT_CASES
from .bare_layers import Norm
from .cases import Case, Lambda, features, mixed_loss
from .checks import build, check, check_rule, general_names
from .reference import random_gradient, truth, worst_error
from .test_several_targets import compare


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("n", [1, 2, 5, 7])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_terms_are_exact(case, n, dtype):
    check(case, n, dtype)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_no_parameter_is_left_to_the_general_path(case):
    check_rule(case, 5, torch.float64)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_several_targets(case):
    compare(case, 5)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_batches_of_other_sizes_follow(case):
    module, x, y = build(case, 7, torch.float64)
    target, engine = random_gradient(module), GradientEngine(module, case.loss)
    for rows in (slice(0, 5), slice(5, 7), slice(2, 3), slice(0, 4)):
        n = len(y[rows])
        expected = truth(module, case.loss, x[rows], y[rows], n, target)
        assert worst_error(engine.terms(x[rows], y[rows], target), expected) < 1e-10
    assert not general_names(engine)


@pytest.mark.parametrize(("case", "reason"), LEFT_CASES.values(), ids=LEFT_CASES)
def test_only_the_odd_parameter_goes_the_general_way(case, reason):
    engine = check(case, 5, torch.float64)
    (name,) = case.general
    assert general_names(engine) == {name}
    assert reason in engine.report[name]


def test_rows_are_formed_a_few_at_a_time(monkeypatch):
    monkeypatch.setattr(_bare_uses, "_CHUNK_ELEMENTS", 1)
    for name in ("class token and positions", "layer scale and temperature", "rms norm"):
        check_rule(CASES[name], 5, torch.float64)


def test_convolutions_in_the_form_that_a_gpu_takes(monkeypatch):
    monkeypatch.setattr(_convolution, "on_cpu", lambda tensor: False)
    for name in ("standardised convolution", "films", "convolution by function"):
        check_rule(CASES[name], 5, torch.float64)


def test_inputs_bear_no_mark_afterwards():
    module, x, y = build(CASES["rms norm"], 4, torch.float32)
    GradientEngine(module, mixed_loss).terms(x, y, random_gradient(module))
    assert not vars(x)


def test_labels_share_a_forward_pass():
    module, x, y = build(CASES["rms norm"], 5, torch.float64)
    labels, target = torch.stack([y, 1 - y], 1), random_gradient(module)
    found = GradientEngine(module, mixed_loss).terms_under(x, labels, target)
    for label in range(2):
        expected = truth(module, mixed_loss, x, labels[:, label], 5, target)
        one = type(found)(found.dot[:, label], found.squared_norm[:, label])
        assert worst_error(one, expected) < 1e-10


def test_a_parameter_that_meets_regrouped_rows_is_noticed():
    def forward(self, x):
        order = x[:, 0].argsort() if x.sum() > 0 else torch.arange(len(x))
        return self.norm(x[order])[order.argsort()]

    network = Lambda(forward, norm=Norm()).double()
    engine, target = GradientEngine(network, mixed_loss), random_gradient(network)
    for sign in (-1, 1, 1):
        x, y = sign * torch.rand(6, 4).double(), torch.rand(6).double()
        expected = truth(network, mixed_loss, x, y, 6, target)
        assert worst_error(engine.terms(x, y, target), expected) < 1e-10
    assert "rows are regrouped" in engine.report["norm.weight"]


def test_after_a_chain():
    def network():
        body = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))
        return Lambda(lambda self, x: self.norm(self.body(x) + x), body=body, norm=Norm())

    engine = check(Case(network, features(4)), 5, torch.float64)
    assert engine.report["body.0.weight"].endswith("in a chain")
    assert not general_names(engine)
