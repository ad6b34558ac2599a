"""Networks the engine must serve exactly, as a table of lambdas.

``general`` names the parameters that the general path serves; all others must have a rule.
Networks with a layer of one kind each stand beside the tests of that layer's rule.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrizations


def mixed_loss(output, y):
    """A loss of any output: curved, and different for each row; y has shape (n,)."""
    flat = output.flatten(1)
    return flat.square().mean(1) + (flat.cumsum(1) * 0.3).sin().sum(1) * y


class Case(NamedTuple):
    """A network, its batch of n rows, and what its engine must report."""

    module: Callable[[], nn.Module]
    x: Callable[[int], Any]
    y: Callable[[int], Any] = torch.rand
    loss: Callable[[Any, Any], torch.Tensor] = mixed_loss
    general: tuple[str, ...] = ()


class Lambda(nn.Module):
    """A network whose forward is ``function(self, *inputs)``."""

    def __init__(self, function, **parts):
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *args, **kwargs):
        return self.function(self, *args, **kwargs)


def features(*shape):
    """A batch of standard normal inputs."""
    return lambda n: torch.randn(n, *shape)


def tokens(vocabulary, *shape):
    """A batch of token ids."""
    return lambda n: torch.randint(vocabulary, (n, *shape))


def labels(classes):
    """A batch of class labels."""
    return lambda n: torch.randint(classes, (n,))


def class_loss(output, y):
    """Cross entropy, one loss a row."""
    return functional.cross_entropy(output, y, reduction="none")


def frozen(module, *names):
    """The same module with some parameters frozen."""
    for name in names:
        module.get_parameter(name).requires_grad_(False)
    return module


def tied(network, source, sink):
    """The same network with one layer's weight used as another's."""
    network.get_submodule(sink).weight = network.get_submodule(source).weight
    return network


def _tied_under_zeros():
    network = tied(
        nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2)),
        "0",
        "2",
    )
    nn.init.zeros_(network[4].weight)
    return network


def _hooked():
    network = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2))
    network[0].register_forward_hook(lambda layer, args, output: 3.0 * output + 1.0)
    return network


def _batch_norm_net():
    network = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 2))
    network(torch.randn(50, 4) * 3 + 1)
    return network


def _positions_elsewhere(positions):
    """Rows in the second dimension within the network, as sequence-first code has them."""

    def forward(self, x):
        x = self.up(x.transpose(0, 1))
        return self.down(torch.tanh(self.norm(x))).transpose(0, 1)

    return Lambda(forward, up=nn.Linear(3, 4), norm=nn.LayerNorm(4), down=nn.Linear(4, 2))


def _dict_output_loss(output, y):
    return mixed_loss(output["logits"], y) + output["penalty"]


NETWORKS = {
    "mlp": Case(
        lambda: nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3)),
        features(4),
        labels(3),
        class_loss,
    ),
    "no bias": Case(lambda: nn.Linear(4, 2, bias=False), features(4)),
    "dropout": Case(
        lambda: nn.Sequential(nn.Linear(4, 6), nn.Dropout(0.5), nn.Linear(6, 2)), features(4)
    ),
    "batch norm": Case(_batch_norm_net, features(4)),
    "in-place relu": Case(
        lambda: nn.Sequential(nn.Linear(4, 6), nn.ReLU(inplace=True), nn.Linear(6, 2)), features(4)
    ),
    "frozen parameters": Case(
        lambda: frozen(
            nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.LayerNorm(6), nn.Linear(6, 2)),
            "0.weight",
            "2.bias",
            "3.bias",
        ),
        features(4),
    ),
    "forward hook that changes the output": Case(_hooked, features(4)),
    "weight norm": Case(
        lambda: nn.Sequential(parametrizations.weight_norm(nn.Linear(4, 5)), nn.Linear(5, 2)),
        features(4),
    ),
    "spectral norm": Case(
        lambda: nn.Sequential(parametrizations.spectral_norm(nn.Linear(4, 5)), nn.Linear(5, 2)),
        features(4),
    ),
    "own parameters": Case(
        lambda: Lambda(
            lambda self, x: torch.tanh(self.inner(x)) * self.scale["a"] + self.scale["b"],
            inner=nn.Linear(4, 3),
            scale=nn.ParameterDict({"a": torch.rand(3), "b": torch.rand(3)}),
        ),
        features(4),
    ),
    "dict input": Case(
        lambda: Lambda(
            lambda self, wide, deep: self.a(wide) + self.b(torch.tanh(deep)),
            a=nn.Linear(3, 2),
            b=nn.Linear(5, 2),
        ),
        lambda n: {"wide": torch.randn(n, 3), "deep": torch.randn(n, 5)},
    ),
    "tuple input": Case(
        lambda: Lambda(lambda self, x: torch.tanh(self.a(x[0])) + x[1], a=nn.Linear(3, 2)),
        lambda n: (torch.randn(n, 3), torch.randn(n, 2)),
    ),
    "tuple output": Case(
        lambda: Lambda(
            lambda self, x: (self.decode(torch.tanh(self.encode(x))), self.encode.weight),
            encode=nn.Linear(4, 2),
            decode=nn.Linear(2, 4),
        ),
        features(4),
        loss=lambda output, y: mixed_loss(output[0], y),
    ),
    "dict output": Case(
        lambda: Lambda(
            lambda self, x: {"logits": self.a(x), "penalty": self.b(x).square().sum(1)},
            a=nn.Linear(4, 3),
            b=nn.Linear(4, 2),
        ),
        features(4),
        loss=_dict_output_loss,
    ),
    "rows without a gradient": Case(
        lambda: nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)),
        features(4),
        lambda n: torch.arange(n) % 2 * 1.0,
        lambda output, y: mixed_loss(output, y) * y,
    ),
    "zero last layer under a tied weight": Case(_tied_under_zeros, features(4)),
    "weight used by a functional call elsewhere": Case(
        lambda: Lambda(
            lambda self, x: functional.linear(self.a(x), self.a.weight.t()), a=nn.Linear(4, 3)
        ),
        features(4),
    ),
    "input changed in place": Case(
        lambda: Lambda(
            lambda self, x: self.b(torch.tanh(self.a(x)) + x.mul_(2.0)),
            a=frozen(nn.Linear(3, 3), "weight"),
            b=nn.Linear(3, 2),
        ),
        features(3),
    ),
    "unused layer": Case(
        lambda: Lambda(lambda self, x: self.a(x), a=nn.Linear(4, 2), b=nn.Linear(3, 1)),
        features(4),
    ),
    "sequence first": Case(lambda: _positions_elsewhere(5), features(5, 3)),
    "sequence first, as many positions as probed rows": Case(
        lambda: _positions_elsewhere(3), features(3, 3)
    ),
    "tied weights": Case(
        lambda: tied(nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)), "0", "2"),
        features(4),
    ),
    "rows flattened with positions": Case(
        lambda: Lambda(
            lambda self, x: self.b(torch.tanh(self.a(x.flatten(0, 1)))).reshape(len(x), -1),
            a=nn.Linear(3, 4),
            b=nn.Linear(4, 2),
        ),
        features(5, 3),
    ),
    "positions flattened with rows": Case(
        lambda: Lambda(
            lambda self, x: self.a(x.transpose(0, 1).flatten(0, 1)).reshape(5, len(x), 2).sum(0),
            a=nn.Linear(3, 2),
        ),
        features(5, 3),
    ),
    "module under two names": Case(
        lambda: (lambda a: nn.Sequential(a, nn.Tanh(), a))(nn.Linear(4, 4)), features(4)
    ),
    "module called twice": Case(
        lambda: Lambda(lambda self, x: self.a(torch.tanh(self.a(x))), a=nn.Linear(4, 4)),
        features(4),
    ),
}
