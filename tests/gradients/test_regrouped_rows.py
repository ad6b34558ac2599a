"""Rows regrouped within a network: every batch exact, or on the general path, or refused."""

import pytest
import torch
from torch import nn

from skdvgs.exceptions import UnsupportedModuleError
from skdvgs.gradients import GradientEngine
from skdvgs.gradients._verification import RowCheck

from .cases import NETWORKS as CASES
from .cases import Lambda, class_loss
from .checks import build, general_names
from .reference import in_double, random_gradient, truth, worst_error
from .regrouping import BLOCKS, POSITIONS, WIDTH, draw_network

NETWORKS, BLOCK_OF_SEEDS = 320, 32


def worst_of_batches(network, sizes=(5, 5, 3)):
    """The largest error over batches, the last of them smaller; and the engine."""
    target = random_gradient(network)
    engine = GradientEngine(network, class_loss)
    errors = []
    for n in sizes:
        x, y = torch.randn(n, POSITIONS, WIDTH).double(), torch.randint(2, (n,))
        found = engine.terms(x, y, target)
        errors.append(worst_error(found, truth(network, class_loss, x, y, n, target)))
    return max(errors), engine


@pytest.mark.parametrize("first", range(0, NETWORKS, BLOCK_OF_SEEDS))
def test_no_drawn_network_has_a_wrong_value(first):
    for seed in range(first, first + BLOCK_OF_SEEDS):
        network, names = draw_network(seed)
        worst, engine = worst_of_batches(network)
        assert worst < 1e-8, (seed, names, engine.report)


def test_without_the_check_many_would_be_wrong(monkeypatch):
    monkeypatch.setattr(RowCheck, "is_needed", lambda *args: False)
    wrong = sum(worst_of_batches(draw_network(seed)[0])[0] > 1e-6 for seed in range(40))
    assert wrong > 1


SERVED = {
    "_plain",
    "_functional_in_some_batches",
    "_masked",
    "_tokens_sorted_within_rows",
    "_turned",
}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_rules_serve_what_leaves_rows_in_place(block):
    torch.manual_seed(0)
    parts = {"body": nn.Linear(WIDTH, WIDTH), "other": nn.Linear(WIDTH, WIDTH)}
    if block.__name__.startswith("_functional"):
        parts = {"linear": nn.Linear(WIDTH, WIDTH)}
    network = Lambda(lambda self, x: self.block(x).mean(1), block=Lambda(block, **parts)).double()
    worst, engine = worst_of_batches(network)
    assert worst < 1e-8
    assert bool(general_names(engine)) is (block.__name__ not in SERVED)


MEASURED_ONCE = [
    "mlp",
    "batch norm",
    "own parameters",
    "weight norm",
    "tied weights",
    "sequence first",
    "rows flattened with positions",
    "dict output",
]


def _measurements(monkeypatch, network, loss, batches):
    """How often batches are measured, one number a batch."""
    counts, plain = [], RowCheck.wrong_layers

    def counted(*args, **kwargs):
        counts[-1] += 1
        return plain(*args, **kwargs)

    monkeypatch.setattr(RowCheck, "wrong_layers", counted)
    engine, target = GradientEngine(network, loss), random_gradient(network)
    for x, y in batches:
        counts.append(0)
        engine.terms(x, y, target)
    return counts


@pytest.mark.parametrize("name", MEASURED_ONCE)
def test_ordinary_networks_are_measured_once_for_each_size(monkeypatch, name):
    case = CASES[name]
    network, _, _ = build(case, 6, torch.float64)
    batches = [(in_double(case.x(n)), in_double(case.y(n))) for n in (6, 6, 6, 4, 4, 6)]
    assert _measurements(monkeypatch, network, case.loss, batches) == [1, 0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (
            nn.Sequential(nn.Conv2d(2, 3, 3), nn.MaxPool2d(2), nn.BatchNorm2d(3), nn.Flatten()),
            (2, 8, 8),
        ),
        (
            nn.Sequential(nn.TransformerEncoderLayer(6, 2, 8, batch_first=True), nn.Flatten()),
            (5, 6),
        ),
        (Lambda(lambda self, x: self.r(x)[0][:, -1], r=nn.LSTM(6, 4, batch_first=True)), (5, 6)),
        (
            Lambda(lambda self, x: self.a(x)[torch.arange(len(x)), -1], a=nn.Linear(6, 4)),
            (5, 6),
        ),
        (Lambda(lambda self, x: self.a(x).sort(1).values[:, 0], a=nn.Linear(6, 4)), (5, 6)),
    ],
    ids=["convolutions", "attention", "recurrent", "last position", "sorted within rows"],
)
def test_layers_of_every_kind_are_measured_once(monkeypatch, network, shape):
    batches = [(torch.randn(6, *shape), torch.randint(2, (6,))) for _ in range(3)]
    assert _measurements(monkeypatch, network, class_loss, batches) == [1, 0, 0]


def test_indices_are_measured_on_every_batch(monkeypatch):
    def forward(self, x):
        order = torch.arange(len(x))
        return self.a(x[order])[order.flip(0)].flip(0)

    network = Lambda(forward, a=nn.Linear(3, 2))
    batches = [(torch.randn(6, 3), torch.randint(2, (6,))) for _ in range(3)]
    assert _measurements(monkeypatch, network, class_loss, batches) == [1, 1, 1]


def test_a_gate_before_rows_that_were_moved_is_not_trusted(monkeypatch):
    def forward(self, x):
        h = self.a(x)
        return torch.where(self.gate, torch.cat([h[1:], h[:1]]), h)

    network = Lambda(forward, a=nn.Linear(3, 2))
    network.gate = torch.tensor(False)
    batches = [(torch.randn(6, 3), torch.randint(2, (6,))) for _ in range(3)]
    assert _measurements(monkeypatch, network, class_loss, batches) == [1, 1, 1]


def test_a_path_between_rows_that_a_zero_hides_is_not_trusted():
    network = Lambda(
        lambda self, x: self.a(x) + self.gate * self.a(x).roll(1, 0), a=nn.Linear(3, 2)
    )
    network.gate = torch.tensor(0.0)
    engine, target = GradientEngine(network, class_loss), random_gradient(network)
    x, y = torch.randn(6, 3), torch.randint(2, (6,))
    engine.terms(x, y, target)
    engine.terms(x, y, target)
    network.gate = torch.tensor(1.0)
    with pytest.raises(UnsupportedModuleError, match="changes with the other rows"):
        engine.terms(x, y, target)


def test_the_report_says_why():
    def forward(self, x):
        return self.a(x.roll(1, 0)).roll(-1, 0) if x.sum() > 0 else self.a(x)

    network = Lambda(forward, a=nn.Linear(3, 2))
    engine = GradientEngine(network, class_loss)
    x, y, target = torch.rand(9, 3), torch.randint(2, (9,)), random_gradient(network)
    engine.terms(-x, y, target)
    assert engine.report["a.weight"].startswith("rule")
    engine.terms(x, y, target)
    assert "rows are regrouped within the network" in engine.report["a.weight"]
