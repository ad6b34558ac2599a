"""read_alike: the same rows each time, where a Dataset draws at random, as augmentation does."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch


def read_alike(read: Callable[[list[int]], Sequence[Any]], rows: list[int]) -> Sequence[Any]:
    """Read rows; if that draws random numbers, each row draws by its own seed, its number.

    So a row is the same at every checkpoint and in every fit, whatever the batches. Only the global
    states of torch, NumPy and Python can be seeded; they are afterwards as before.

    Parameters
    ----------
    read : callable
        Returns the items of some rows.
    rows : list of int
        Their numbers.
    """
    before = _states()
    items = read(rows)
    if _states() == before:
        return items
    try:
        found: list[Any] = []
        for row in rows:
            torch.manual_seed(row)
            np.random.seed(row % 2**32)  # noqa: NPY002
            random.seed(row)
            found += read([row])
        return found
    finally:
        _restore(before)


def _states() -> tuple[Any, ...]:
    of_numpy: Any = np.random.get_state()  # noqa: NPY002
    name, keys, *rest = of_numpy
    return torch.get_rng_state().numpy().tobytes(), (name, keys.tobytes(), *rest), random.getstate()


def _restore(states: tuple[Any, ...]) -> None:
    of_torch, (name, keys, *rest), of_python = states
    torch.set_rng_state(torch.frombuffer(bytearray(of_torch), dtype=torch.uint8))
    np.random.set_state((name, np.frombuffer(keys, dtype=np.uint32), *rest))  # noqa: NPY002
    random.setstate(of_python)
