"""Chains within networks: where there is one, where it is disbanded, and why."""

import weakref

import pytest
import torch
from torch import nn

from skdvgs.gradients import GradientEngine, _chain, _chain_steps

from .cases import Case, Lambda, features, mixed_loss, tied
from .checks import build, chained, check, check_chained, general_names
from .reference import random_gradient, truth, worst_error


def _three():
    return nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 4))


def _upon(forward, **parts):
    """A network with a layer of its own below a chain named body."""
    return Lambda(forward, up=nn.Linear(4, 4), body=_three(), **parts)


def _without_gradient_first(self, x):
    with torch.no_grad():
        fixed = self.body(x)
    return self.body(x) - fixed.square()


SERVED = {
    "nested": lambda: nn.Sequential(_three(), nn.Sequential(nn.Mish(), nn.Sequential(_three()))),
    "two chains and a shortcut": lambda: Lambda(
        lambda self, x: self.b(self.a(x) + x) + x, a=_three(), b=_three()
    ),
    "shared activation": lambda: (
        lambda act: nn.Sequential(nn.Linear(4, 4), act, nn.Linear(4, 4), act, nn.Linear(4, 1))
    )(nn.ReLU(inplace=True)),
    "called without a gradient too": lambda: Lambda(_without_gradient_first, body=_three()),
    "output kept by others": lambda: Lambda(
        lambda self, x: self.b(self.a(x)) * self.a[2].bias.detach(), a=_three(), b=_three()
    ),
    "unused": lambda: Lambda(lambda self, x: self.a(x), a=_three(), b=_three()),
    "result not used": lambda: Lambda(
        lambda self, x: self.a(x) + 0.0 * self.b(x).detach(), a=_three(), b=_three()
    ),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("network", SERVED.values(), ids=SERVED)
def test_every_layer_is_in_a_chain(network, dtype):
    check_chained(Case(network, features(4)), 5, dtype)


PARTLY = {
    "around a layer without a step": lambda: nn.Sequential(
        nn.Linear(4, 5), nn.SiLU(), nn.PReLU(), nn.Linear(5, 5), nn.Sigmoid(), nn.Linear(5, 2)
    ),
    "in place on the chain's own input": lambda: nn.Sequential(
        nn.Linear(4, 4), nn.PReLU(), nn.Flatten(), nn.ReLU(inplace=True), nn.Linear(4, 4), nn.SiLU()
    ),
    "in place on an input that others read": lambda: Lambda(
        lambda self, x: (lambda h: self.body(h) + h)(self.up(x) * 1.0),
        up=nn.Linear(4, 4),
        body=nn.Sequential(nn.Dropout(), nn.ELU(inplace=True), nn.Linear(4, 4), nn.Sigmoid()),
    ),
    "below and above": lambda: _upon(lambda self, x: self.body(torch.sin(self.up(x)) + x) + x),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("network", PARTLY.values(), ids=PARTLY)
def test_chains_beside_other_layers(network, dtype):
    engine = check(Case(network, features(4)), 5, dtype)
    assert chained(engine)
    assert not general_names(engine)


class Doubled(nn.Linear):
    """A Linear with a forward of its own, that the rule does not serve."""

    def forward(self, x):
        return 2.0 * super().forward(x)


class Backwards(nn.Sequential):
    """A Sequential with a forward of its own."""

    def forward(self, x):
        for layer in reversed(self):
            x = layer(x)
        return x


def _doubling(register):
    layer = nn.Tanh()
    getattr(layer, register)(lambda layer, *seen: (2.0 * seen[-1][0],))
    return layer


def _hooked():
    layer = nn.Tanh()
    layer.register_forward_hook(lambda layer, args, output: 2.0 * output)
    return layer


def _patched():
    layer = nn.Tanh()
    layer.forward = torch.sin
    return layer


def _between(make):
    return lambda: nn.Sequential(nn.Linear(4, 4), make(), nn.Linear(4, 4))


NEVER = {
    "hook": _between(_hooked),
    "pre-hook": _between(lambda: _doubling("register_forward_pre_hook")),
    "patched forward": _between(_patched),
    "no step": _between(nn.Tanhshrink),
    "own Sequential": lambda: Backwards(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)),
    "one layer": lambda: nn.Sequential(nn.Linear(4, 4)),
}


@pytest.mark.parametrize("network", NEVER.values(), ids=NEVER)
def test_layers_never_taken_for_a_chain(network):
    engine = check(Case(network, features(4)), 5, torch.float64)
    assert all(path.startswith("rule for Linear") for path in engine.report.values())
    assert not any("chain" in path for path in engine.report.values())


def test_subclasses_and_tied_weights_pass_a_chain_by():
    network = nn.Sequential(
        nn.Linear(4, 4), nn.Tanh(), Doubled(4, 4), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)
    )
    engine = check(Case(lambda: tied(network, "0", "3"), features(4)), 5, torch.float64)
    assert not general_names(engine)
    assert chained(engine) == {"5.weight", "5.bias"}


def _inner_gradient(self, x):
    with torch.enable_grad():
        hidden = torch.sin(self.up(x))
        inner = torch.autograd.grad(self.body(hidden).sum(), hidden, create_graph=True)[0]
        return inner + hidden


def _in_two_parts(self, x):
    return self.body(x) + self.body[2](self.body[1](self.body[0](2.0 * x)))


def _hook_in_forward(self, x):
    handle = self.body[1].register_forward_hook(lambda layer, args, output: output * 3.0)
    try:
        return self.body(x)
    finally:
        handle.remove()


def _written_to(self, x):
    output = self.body(self.up(x))
    return output.detach().add_(1.0) + output


def _training_layer(self, x):
    self.body[1].train()
    return self.body(x)


DISBANDED = {
    "called twice": (lambda self, x: self.body(self.body(x)), "called more than once"),
    "a layer called by itself": (_in_two_parts, "one of its layers is called by itself"),
    "layers called one by one": (
        lambda self, x: self.body[2](self.body[1](self.body[0](x))),
        "one of its layers is called by itself",
    ),
    "rows in the second dimension": (
        lambda self, x: self.body(x.unsqueeze(0)).squeeze(0),
        "rows are not the first dimension of its input",
    ),
    "hook of the moment": (_hook_in_forward, "'body.1' has hooks or is being trained"),
    "training": (_training_layer, "'body.1' has hooks or is being trained"),
    "output written to": (_written_to, "its input or output was changed in place"),
}


@pytest.mark.parametrize(("forward", "reason"), DISBANDED.values(), ids=DISBANDED)
def test_uses_that_disband_a_chain(forward, reason):
    check_disbanded(lambda: _upon(forward), reason)


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("forward", [forward for forward, _ in DISBANDED.values()], ids=DISBANDED)
def test_few_rows(forward, n):
    check(Case(lambda: _upon(forward), features(4)), n, torch.float64)


def check_disbanded(network, reason):
    """Compare, and make sure that the rules served the chain's layers, and why."""
    engine = check(Case(network, features(4)), 5, torch.float64)
    body = {path for name, path in engine.report.items() if name.startswith("body")}
    assert body == {f"rule for Linear, not in a chain: {reason}"}


def test_networks_that_differentiate_through_a_chain():
    def forward(self, x):
        with torch.enable_grad():
            hidden = torch.sin(self.up(x))
            inner = torch.autograd.grad(self.body(hidden).sum(), hidden, create_graph=True)[0]
            return inner + hidden

    engine = check(Case(lambda: _upon(forward), features(4)), 5, torch.float64)
    assert not chained(engine)


def test_input_that_is_written_to():
    def network():
        module = _upon(lambda self, x: (lambda h: self.body(h) + h.mul_(2.0))(x.clone()))
        module.body[0].weight.requires_grad_(False)
        return module

    engine = check(Case(network, features(4)), 5, torch.float64)
    assert not chained(engine)


DISAGREES = "its rule disagrees with autograd on the first rows"


@pytest.mark.parametrize("below", [False, True])
def test_wrong_step_is_found_by_the_probe(monkeypatch, below):
    wrong = _chain_steps.STEPS[nn.Tanh]._replace(back=lambda layer, kept, grad: grad)
    monkeypatch.setitem(_chain_steps.STEPS, nn.Tanh, wrong)
    forward = (lambda self, x: self.body(self.up(x))) if below else (lambda self, x: self.body(x))
    check_disbanded(lambda: _upon(forward), DISAGREES)


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize("part", ["run", "back"])
def test_step_that_fails(monkeypatch, below, part):
    def fail(*args):
        raise RuntimeError("no such kernel")

    failing = _chain_steps.STEPS[nn.Tanh]._replace(**{part: fail})
    monkeypatch.setitem(_chain_steps.STEPS, nn.Tanh, failing)
    forward = (lambda self, x: self.body(self.up(x))) if below else (lambda self, x: self.body(x))
    check_disbanded(lambda: _upon(forward), "it fails: no such kernel")


def test_memory_that_runs_out_is_no_reason_to_disband(monkeypatch):
    module, x, y = build(Case(_three, features(4)), 5, torch.float64)
    engine = GradientEngine(module, mixed_loss)
    target = random_gradient(module)
    expected = engine.terms(x, y, target)

    def full(*args):
        raise torch.OutOfMemoryError("full")

    with monkeypatch.context() as patch:
        patch.setattr(_chain.Chain, "check", full)
        with pytest.raises(torch.OutOfMemoryError):
            engine.terms(x, y, target)
    assert "forward" not in vars(module)
    assert not any("forward" in vars(layer) for layer in module)
    torch.testing.assert_close(engine.terms(x, y, target), expected)
    assert chained(engine) == set(engine.parameter_names)


CHANGES = {
    "hook": lambda module: module[1].register_forward_hook(lambda *seen: seen[-1] * 2.0),
    "layer exchanged": lambda module: module.__setitem__(1, nn.Sigmoid()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_changes_after_the_first_batch(change):
    module, x, y = build(Case(_three, features(4)), 5, torch.float64)
    engine = GradientEngine(module, mixed_loss)
    target = random_gradient(module)
    engine.terms(x, y, target)
    change(module)
    expected = truth(module, mixed_loss, x, y, 5, target)
    assert worst_error(engine.terms(x, y, target), expected) < 1e-10
    assert not chained(engine)


def test_mixed_precision():
    module, x, y = build(Case(_three, features(4)), 8, torch.float32)
    target = random_gradient(module)
    expected = truth(module, mixed_loss, x, y, 8, target)
    with torch.autocast("cpu", torch.bfloat16):
        engine = GradientEngine(module, mixed_loss)
        terms = engine.terms(x, y, target)
    assert set(engine.report.values()) == {
        "rule for Linear, not in a chain: it runs in mixed precision"
    }
    assert worst_error(terms, expected) < 0.05


def test_activations_are_freed_where_no_way_back_is_taken():
    hidden = []

    def forward(self, x):
        output = self.body(self.up(x))
        hidden.append(weakref.ref(output))
        return output.detach()

    module, x, y = build(Case(lambda: _upon(forward), features(4)), 5, torch.float64)
    engine = GradientEngine(module, mixed_loss)
    terms = engine.terms(x, y, random_gradient(module))
    assert not terms.dot.any()
    assert all(reference() is None for reference in hidden)
