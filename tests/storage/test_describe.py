"""What tells parameters from others: equal in another process, other where they mean otherwise."""

import functools
import os
import subprocess
import sys

import numpy as np
import pytest
import skorch
import torch
from sklearn.model_selection import KFold
from torch import nn

from skdvgs._storage.describe import describe
from skdvgs._storage.digests import rows_digest
from tests.storage.cases import Small, momentum_net


def power(exponent):
    return lambda dot, norm, target_norm: dot**exponent


def in_a_set(dot, norm, target_norm):
    return dot if type(dot).__name__ in {"ndarray", "list", "tuple", "float"} else norm


LOOP: list = []
LOOP.append(LOOP)
VALUES = {
    "plain": {"b": [1, 2.5, "c"], "a": (None, True)},
    "numbers": [np.float64(1.5), np.int64(3), np.arange(5.0), np.array(["a", "b"], dtype=object)],
    "torch": [torch.ones(2), torch.float16, torch.device("cpu"), nn.CrossEntropyLoss()],
    "functions": [power(2), in_a_set, functools.partial(in_a_set, 1), np.mean, max],
    "classes": [Small, nn.Linear, KFold(3, shuffle=True, random_state=np.random.default_rng(0))],
    "nets": [
        momentum_net(),
        skorch.NeuralNetRegressor(Small, callbacks=[skorch.callbacks.Freezer]),
    ],
    "loops": LOOP,
}


def test_equal_in_another_process():
    # Hashes of this process have another seed.
    hash_seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    program = (
        "import sys; from tests.storage.test_describe import *; sys.stdout.write(text_of_all())"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )
    assert run.stdout == text_of_all(), run.stderr


def text_of_all():
    return "\n".join(f"{name}: {describe(value)}" for name, value in VALUES.items())


PAIRS = {
    "what a function closes over": (power(2), power(3)),
    "code": (lambda x: x + 1, lambda x: x + 2),
    "bound": (functools.partial(power, 1), functools.partial(power, 2)),
    "arrays": (np.zeros(3), np.zeros(3, dtype=np.float32)),
    "signs of zero": (np.zeros(3), -np.zeros(3)),
    "types": (1, "1"),
    "nets": (momentum_net(), momentum_net().set_params(optimizer__momentum=0.8)),
    "criteria": (nn.CrossEntropyLoss(), nn.CrossEntropyLoss(weight=torch.ones(3))),
    "splitters": (KFold(3), KFold(4)),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_other_values_are_told_apart(pair):
    first, second = PAIRS[pair]
    assert describe(first) != describe(second)


def test_a_fitted_net_is_the_net():
    net = momentum_net()
    before = describe(net)
    net.set_params(verbose=0, max_epochs=10).fit(np.ones((20, 4), np.float32), np.arange(20) % 3)
    assert describe(net) == before


class Sliced:
    """Rows that can be sliced and nothing else."""

    def __init__(self, rows):
        self.rows, self.shape, self.dtype = rows, rows.shape, rows.dtype
        self.longest = 0

    def __getitem__(self, part):
        assert isinstance(part, slice)
        self.longest = max(self.longest, part.stop - part.start)
        return self.rows[part]


def test_rows_are_read_in_blocks(monkeypatch):
    rows = np.random.default_rng(0).normal(size=(1000, 7))
    monkeypatch.setattr("skdvgs._storage.digests._BLOCK_BYTES", 7 * 8 * 64)
    sliced = Sliced(rows)
    assert rows_digest(sliced) == rows_digest(rows)
    assert sliced.longest == 64
    changed = rows.copy()
    changed[999, 6] = np.nextafter(changed[999, 6], 1)
    assert rows_digest(changed) != rows_digest(rows)
