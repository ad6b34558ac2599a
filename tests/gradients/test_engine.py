"""The engine as a whole: exact on every network, and no trace of it left behind."""

import copy

import pytest
import torch
from torch import nn

from skdvgs.exceptions import InvalidInputError, UnsupportedModuleError
from skdvgs.gradients import GradientEngine

from .cases import NETWORKS, Lambda, mixed_loss
from .checks import build, check, general_names
from .reference import random_gradient, truth, worst_error


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("n", [1, 2, 7])
@pytest.mark.parametrize("case", NETWORKS.values(), ids=NETWORKS)
def test_terms_are_exact(case, n, dtype):
    check(case, n, dtype)


@pytest.mark.parametrize("case", NETWORKS.values(), ids=NETWORKS)
def test_report_says_which_path_serves_a_parameter(case):
    module, x, y = build(case, 4, torch.float32)
    engine = GradientEngine(module, case.loss)
    engine.terms(x, y, random_gradient(module))
    assert general_names(engine) == set(case.general)
    assert list(engine.report) == engine.parameter_names


@pytest.mark.parametrize("case", NETWORKS.values(), ids=NETWORKS)
def test_module_is_left_as_it_was_found(case):
    module, x, y = build(case, 4, torch.float32)
    module.train()
    next(iter(module.modules())).training = True
    list(module.modules())[-1].eval()
    modes = [layer.training for layer in module.modules()]
    state = copy.deepcopy(module.state_dict())
    kept = list(module.parameters())
    kept[0].grad = torch.ones_like(kept[0])
    hooks = [len(layer._forward_hooks) for layer in module.modules()]
    before = torch.get_rng_state()
    GradientEngine(module, case.loss).terms(x, y, random_gradient(module))
    assert [layer.training for layer in module.modules()] == modes
    assert all(map(torch.equal, state.values(), module.state_dict().values()))
    assert all(new is old for new, old in zip(module.parameters(), kept, strict=True))
    assert torch.equal(kept[0].grad, torch.ones_like(kept[0]))
    assert all(p.grad is None for p in kept[1:])
    assert [len(layer._forward_hooks) for layer in module.modules()] == hooks
    assert torch.equal(torch.get_rng_state(), before)


def _dot_only(engine, module, x, y):
    return engine.terms(x, y, random_gradient(module), norms=False)


@pytest.mark.parametrize("name", ["own parameters", "tied weights", "weight norm"])
def test_dots_alone_by_forward_mode(name):
    case = NETWORKS[name]
    module, x, y = build(case, 6, torch.float64)
    engine = GradientEngine(module, case.loss)
    expected = truth(module, case.loss, x, y, 6, random_gradient(module))
    dot, squared_norm = _dot_only(engine, module, x, y)
    torch.testing.assert_close(dot, expected.dot, rtol=1e-10, atol=1e-10)
    assert squared_norm.isnan().all()
    assert not dot.requires_grad


def test_general_engine_agrees_with_the_rules():
    case = NETWORKS["mlp"]
    engine = check(case, 5, torch.float64, engine="general")
    assert all("asked for" in path for path in engine.report.values())


def test_missing_target_gradients_count_as_zero():
    case = NETWORKS["mlp"]
    module, x, y = build(case, 5, torch.float64)
    target = random_gradient(module)
    expected = truth(module, case.loss, x, y, 5, target | {"0.bias": torch.zeros(6)})
    del target["0.bias"]
    dot, squared_norm = GradientEngine(module, case.loss).terms(x, y, target)
    torch.testing.assert_close(dot, expected.dot)
    torch.testing.assert_close(squared_norm.sqrt(), expected.norm)


def test_rows_are_found_again_after_a_batch_of_one():
    case = NETWORKS["sequence first"]
    module, x, y = build(case, 6, torch.float64)
    target = random_gradient(module)
    engine = GradientEngine(module, case.loss)
    engine.terms(x[:1], y[:1], target)
    terms = engine.terms(x, y, target)
    assert worst_error(terms, truth(module, case.loss, x, y, 6, target)) < 1e-10


def test_positions_as_many_as_rows_after_the_probe():
    case = NETWORKS["sequence first"]
    module, x, y = build(case, 5, torch.float64)
    target = random_gradient(module)
    terms = GradientEngine(module, case.loss).terms(x, y, target)
    assert x.shape[0] == x.shape[1]
    assert worst_error(terms, truth(module, case.loss, x, y, 5, target)) < 1e-10


def test_training_code_under_autocast():
    case = NETWORKS["mlp"]
    module, x, y = build(case, 8, torch.float32)
    target = random_gradient(module)
    expected = truth(module, case.loss, x, y, 8, target)
    with torch.autocast("cpu", torch.bfloat16):
        engine = GradientEngine(module, case.loss)
        terms = engine.terms(x, y, target)
    assert all(path.startswith("rule") for path in engine.report.values())
    assert worst_error(terms, expected) < 0.05


def test_random_forward_goes_to_the_general_path():
    network = Lambda(lambda self, x: self.a(x) + torch.rand_like(x[:, :2]), a=nn.Linear(4, 2))
    engine = GradientEngine(network, mixed_loss)
    terms = engine.terms(torch.randn(5, 4), torch.rand(5), random_gradient(network))
    assert torch.isfinite(terms.dot).all()
    assert all("random in evaluation mode" in path for path in engine.report.values())


COUPLED = {
    "centred outputs": Lambda(lambda self, x: self.a(x) - self.a(x).mean(0), a=nn.Linear(4, 2)),
    "softmax over rows": Lambda(lambda self, x: self.a(x).softmax(0), a=nn.Linear(4, 2)),
    "attention over rows": Lambda(
        lambda self, x: self.a(x[None], x[None], x[None])[0][0],
        a=nn.MultiheadAttention(4, 2, batch_first=True),
    ),
}


@pytest.mark.parametrize("network", COUPLED.values(), ids=COUPLED)
def test_rows_that_see_each_other_are_refused(network):
    with pytest.raises(UnsupportedModuleError, match="changes with the other rows"):
        GradientEngine(network, mixed_loss).terms(torch.randn(5, 4), torch.rand(5), {})


REFUSED = {
    "lazy": (nn.Sequential(nn.LazyLinear(3)), "no parameters before its first call"),
    "batch statistics": (
        nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2, track_running_stats=False)),
        "statistics of the batch",
    ),
    "frozen": (nn.Linear(3, 2).requires_grad_(False), "no trainable parameter"),
}


@pytest.mark.parametrize(("network", "message"), REFUSED.values(), ids=REFUSED)
def test_networks_without_gradients_of_rows_are_refused(network, message):
    with pytest.raises(UnsupportedModuleError, match=message):
        GradientEngine(network, mixed_loss)


def test_wrong_shapes_and_names_are_named():
    module = nn.Linear(3, 2)
    with pytest.raises(InvalidInputError, match=r"engine must be 'auto' or 'general'. Got 'fast'"):
        GradientEngine(module, mixed_loss, engine="fast")
    with pytest.raises(InvalidInputError, match=r"'weight' has shape \(3, 2\)"):
        GradientEngine(module, mixed_loss).terms(
            torch.randn(4, 3), torch.rand(4), {"weight": torch.zeros(3, 2)}
        )
    with pytest.raises(ValueError, match=r"one loss a row. Return a tensor of shape \(\d,\)"):
        GradientEngine(module, lambda output, y: output.mean()).terms(
            torch.randn(4, 3), torch.rand(4), {}
        )
