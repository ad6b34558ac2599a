"""Seconds of a run, on whatever device it works."""

import time
from collections.abc import Callable

import torch

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}


def _settle() -> None:
    """Wait until a GPU has done what it was asked; the calls themselves return at once."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()


def seconds(run: Callable[[], object], clock: str = "wall") -> float:
    """Time of one run."""
    _settle()
    start = CLOCKS[clock]()
    run()
    _settle()
    return CLOCKS[clock]() - start


def machine(device: str, threads: int) -> str:
    """What the figures were measured on, in words."""
    where = torch.cuda.get_device_name(device) if device.startswith("cuda") else device
    return f"torch {torch.__version__}, {where}, {threads} threads"
