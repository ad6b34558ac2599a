"""Rows regrouped within a network: every batch exact, or on the general path, or refused."""

import pytest
import torch
from torch import nn

from skdvgs.gradients import GradientEngine
from skdvgs.gradients._verification import RowCheck

from .cases import Lambda, class_loss
from .checks import general_names
from .reference import random_gradient, truth, worst_error
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
