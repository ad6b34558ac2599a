"""seeded and interrupts: global random states by one seed for a while, and Ctrl-C meanwhile."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from skdvgs._utils.types import Device

# torch's global generator is all that skorch draws from, so trajectories in threads take turns.
_GLOBAL_RANDOM_STATE = threading.RLock()


@contextmanager
def seeded(seed: int, device: Device) -> Iterator[None]:
    """Seed every global random state, and put each back afterwards."""
    on_cuda = torch.device(device or "cpu").type == "cuda"
    devices = range(torch.cuda.device_count()) if on_cuda else []
    with _GLOBAL_RANDOM_STATE, torch.random.fork_rng(devices=devices):
        # A user's callbacks and data sets may draw from numpy's and Python's own states.
        numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        random.seed(seed)
        try:
            yield
        finally:
            np.random.set_state(numpy_state)  # noqa: NPY002
            random.setstate(python_state)


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """A list that fills with signals when Ctrl-C is pressed, as skorch hides it."""
    caught: list[int] = []
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield caught
        return

    def note(number: int, frame: Any) -> None:
        caught.append(number)
        previous(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield caught
    finally:
        signal.signal(signal.SIGINT, previous)
