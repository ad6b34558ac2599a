"""Chains are exact for every kind of layer that they run, on any input."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from skdvgs.gradients import GradientEngine
from skdvgs.gradients._chain_steps import STEPS

from .cases import Case, Lambda, features, frozen, mixed_loss
from .checks import build, chained, check, check_chained, general_names
from .reference import random_gradient, truth, worst_error


def _batch_norm(width, **options):
    """Batch norm whose running statistics are not those it starts with."""
    layer = nn.BatchNorm1d(width, **options)
    layer(torch.randn(20, width) * 2 + 1)
    return layer


# One maker or more for each kind of layer that has a step; width is 6.
MAKERS = {
    nn.Linear: [lambda: nn.Linear(6, 6), lambda: nn.Linear(6, 6, bias=False)],
    nn.LayerNorm: [
        lambda: nn.LayerNorm(6),
        lambda: nn.LayerNorm(6, bias=False, eps=1e-2),
        lambda: nn.LayerNorm(6, elementwise_affine=False),
    ],
    nn.BatchNorm1d: [lambda: _batch_norm(6), lambda: _batch_norm(6, affine=False, eps=1e-2)],
    nn.ReLU: [nn.ReLU, lambda: nn.ReLU(inplace=True)],
    nn.ReLU6: [nn.ReLU6],
    nn.Tanh: [nn.Tanh],
    nn.Sigmoid: [nn.Sigmoid],
    nn.Mish: [nn.Mish, lambda: nn.Mish(inplace=True)],
    nn.SiLU: [nn.SiLU],
    nn.GELU: [nn.GELU, lambda: nn.GELU("tanh")],
    nn.LeakyReLU: [nn.LeakyReLU, lambda: nn.LeakyReLU(0.3, inplace=True)],
    nn.ELU: [nn.ELU, lambda: nn.ELU(0.4)],
    nn.SELU: [nn.SELU],
    nn.Softplus: [nn.Softplus, lambda: nn.Softplus(3.0, 0.5)],
    nn.Hardtanh: [nn.Hardtanh, lambda: nn.Hardtanh(-0.2, 0.4)],
    nn.Softmax: [lambda: nn.Softmax(1), lambda: nn.Softmax(-1)],
    nn.LogSoftmax: [lambda: nn.LogSoftmax(dim=-1)],
    nn.Flatten: [nn.Flatten],
    nn.Unflatten: [lambda: nn.Sequential(nn.Unflatten(1, (2, 3)), nn.Flatten())],
    nn.Identity: [nn.Identity],
    nn.Dropout: [nn.Dropout],
    nn.Dropout1d: [nn.Dropout1d],
    nn.AlphaDropout: [nn.AlphaDropout],
}
ALL_MAKERS = [(kind.__name__, make) for kind, makers in MAKERS.items() for make in makers]


def test_every_step_is_tested():
    assert set(MAKERS) == set(STEPS)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("n", [1, 2, 7])
@pytest.mark.parametrize("make", [make for _, make in ALL_MAKERS], ids=[k for k, _ in ALL_MAKERS])
def test_each_kind_of_layer(make, n, dtype):
    case = Case(
        lambda: nn.Sequential(nn.Linear(4, 6), make(), nn.Linear(6, 6), make(), nn.Linear(6, 3)),
        features(4),
    )
    check_chained(case, n, dtype)


@st.composite
def chains(draw):
    """Layers of every kind, in any order, between Linear layers that may be frozen."""
    # In place, a layer may overwrite what the one before it needs: torch refuses the network.
    layers = [make for _, make in ALL_MAKERS if not getattr(make(), "inplace", False)]
    middle = [draw(st.sampled_from(layers)) for _ in range(draw(st.integers(0, 5)))]
    bias, freeze = draw(st.booleans()), draw(st.sampled_from([(), ("0.weight",), ("0.bias",)]))
    above = draw(st.booleans())  # whether layers before the chain need its input gradient

    def module():
        chain = nn.Sequential(
            nn.Linear(4, 6), *(make() for make in middle), nn.Linear(6, 2, bias=bias)
        )
        chain = frozen(chain, *freeze)
        if not above:
            return chain
        return Lambda(
            lambda self, x: self.chain(torch.sin(self.scale(x)) + x),
            chain=chain,
            scale=nn.Linear(4, 4),
        )

    return Case(module, features(4))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(case=chains(), n=st.integers(1, 5), dtype=st.sampled_from([torch.float32, torch.float64]))
def test_chains_of_any_layers(case, n, dtype):
    engine = check(case, n, dtype)
    assert not general_names(engine)
    assert chained(engine)


INPUTS = {
    "positions": lambda n: torch.randn(n, 3, 4),
    "as many positions as rows": lambda n: torch.randn(n, n, 4),
    "two dimensions of positions": lambda n: torch.randn(n, 2, 3, 4),
    "transposed": lambda n: torch.randn(4, n).t(),
    "every other column": lambda n: torch.randn(n, 8)[:, ::2],
    "one row repeated": lambda n: torch.randn(1, 4).expand(n, 4),
}


@pytest.mark.parametrize("x", INPUTS.values(), ids=INPUTS)
def test_shapes_of_inputs(x):
    network = lambda: nn.Sequential(nn.Linear(4, 5), nn.LayerNorm(5), nn.GELU(), nn.Linear(5, 2))  # noqa: E731
    check_chained(Case(network, x), 5, torch.float64)


def test_integer_input_is_refused():
    network = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    with pytest.raises(RuntimeError, match="dtype"):
        GradientEngine(network, mixed_loss).terms(torch.ones(3, 4).long(), torch.rand(3), {})


def test_rows_without_a_gradient():
    case = Case(
        lambda: nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)),
        features(4),
        lambda n: torch.arange(n) % 2 * 1.0,
        lambda output, y: mixed_loss(output, y) * y,
    )
    check_chained(case, 6, torch.float64)


def _three():
    return nn.Sequential(
        nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 5, bias=False), nn.Tanh(), nn.Linear(5, 2)
    )


@pytest.mark.parametrize("layers", ["last", "0", ["0.bias", "2"], "*.bias"])
def test_some_layers_alone(layers):
    module, x, y = build(Case(_three, features(4)), 5, torch.float64)
    engine = GradientEngine(module, mixed_loss, layers=layers)
    target = random_gradient(module)
    chosen = {name: target[name] for name in engine.parameter_names}
    expected = truth(module, mixed_loss, x, y, 5, chosen)
    assert worst_error(engine.terms(x, y, target), expected) < 1e-10
    assert chained(engine) == set(engine.parameter_names)


def test_missing_target_gradients_count_as_zero():
    module, x, y = build(Case(_three, features(4)), 5, torch.float64)
    target = random_gradient(module)
    zeroed = target | {name: torch.zeros_like(target[name]) for name in ("0.bias", "2.weight")}
    expected = truth(module, mixed_loss, x, y, 5, zeroed)
    del target["0.bias"], target["2.weight"]
    assert worst_error(GradientEngine(module, mixed_loss).terms(x, y, target), expected) < 1e-10


def test_batch_of_one_before_others():
    module, x, y = build(Case(_three, features(4)), 6, torch.float64)
    engine = GradientEngine(module, mixed_loss)
    target = random_gradient(module)
    engine.terms(x[:1], y[:1], target)
    for rows in (6, 2, 5):
        expected = truth(module, mixed_loss, x[:rows], y[:rows], rows, target)
        assert worst_error(engine.terms(x[:rows], y[:rows], target), expected) < 1e-10
