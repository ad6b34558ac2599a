"""The general path by itself: vmap, single rows, and what happens when memory runs out."""

import warnings

import pytest
import torch
from torch import nn

from skdvgs.exceptions import SlowPathWarning
from skdvgs.gradients import GradientEngine, _general, _general_path

from .cases import Case, Lambda, features, mixed_loss
from .checks import build, check
from .reference import random_gradient

NETWORKS = {
    "mlp": (Case(lambda: nn.Sequential(nn.Linear(4, 3), nn.Tanh()), features(4)), "vmap"),
    "attention": (
        Case(lambda: nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), features(5, 4)),
        "vmap",
    ),
    "gru": (
        Case(
            lambda: Lambda(lambda self, x: self.r(x)[0], r=nn.GRU(3, 2, batch_first=True)),
            features(4, 3),
        ),
        "loop",
    ),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("name", ["mlp", "attention", "gru"])
def test_every_gradient_formed(name, dtype):
    case, mode = NETWORKS[name]
    engine = check(case, 5, dtype, engine="general", chunk_bytes=1)
    assert all(path.startswith(f"general path ({mode}") for path in engine.report.values())


def test_branches_on_values_take_single_rows():
    network = Lambda(
        lambda self, x: self.a(x) * (2.0 if x.abs().sum().item() > 0 else 1.0),
        a=nn.Linear(4, 2),
    )
    engine = check(Case(lambda: network, features(4)), 5, torch.float64, engine="general")
    assert all("loop, as vmap fails" in path for path in engine.report.values())


def _slow():
    network = Lambda(
        lambda self, x: torch.einsum("ni,io->no", self.a(x), self.mixing).abs() ** self.power,
        a=nn.Linear(4, 3),
    )
    network.mixing = nn.Parameter(torch.rand(3, 2))
    network.power = nn.Parameter(torch.tensor(2.0))
    return network


def test_single_numbers_on_the_general_path():
    check(Case(_slow, features(4), general=("mixing", "power")), 5, torch.float64)


def test_what_is_slow_is_named_once_with_its_cost(monkeypatch):
    monkeypatch.setattr(_general_path, "_NOTICED_SECONDS", 0.0)
    monkeypatch.setattr(_general_path, "_NOTICED_SHARE", 0.0)
    network = _slow()
    engine, target = GradientEngine(network, mixed_loss), random_gradient(network)
    with pytest.warns(SlowPathWarning, match=r"2 .* no exact rule \(mixing: .*einsum.* of .* s"):
        engine.terms(torch.randn(5, 4), torch.rand(5), target)
    engine.terms(torch.randn(5, 4), torch.rand(5), target)
    asked = GradientEngine(network, mixed_loss, engine="general")
    asked.terms(torch.randn(5, 4), torch.rand(5), target)


def test_report_before_the_first_batch():
    engine = GradientEngine(nn.Linear(3, 2), mixed_loss, engine="general")
    assert "not run yet" in engine.report["weight"]


def test_no_warning_leaves_the_general_path():
    case = NETWORKS["attention"][0]
    module, x, y = build(case, 3, torch.float32)
    with warnings.catch_warnings(record=True) as met:
        warnings.simplefilter("always")
        GradientEngine(module, case.loss, engine="general").terms(x, y, random_gradient(module))
    assert not met


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("full"), MemoryError()], ids=repr)
def test_chunks_shrink_when_memory_runs_out(monkeypatch, error):
    sizes = []
    form = _general._vmap_gradients

    def small(computation, x, y, names):
        sizes.append(len(x))
        if len(x) > 3:
            raise error
        return form(computation, x, y, names)

    monkeypatch.setattr(_general, "_vmap_gradients", small)
    check(NETWORKS["mlp"][0], 16, torch.float64, engine="general")
    assert sizes[1:] == [16, 8, 4, 2, 2, 2, 2, 2, 2, 2, 2]


def test_memory_that_holds_no_row_is_an_error(monkeypatch):
    engine = GradientEngine(nn.Linear(3, 2), mixed_loss, engine="general")
    target = random_gradient(engine.module)
    engine.terms(torch.randn(4, 3), torch.rand(4), target)

    def never(*args):
        raise torch.OutOfMemoryError("full")

    monkeypatch.setattr(_general, "_vmap_gradients", never)
    with pytest.raises(torch.OutOfMemoryError):
        engine.terms(torch.randn(4, 3), torch.rand(4), target)
