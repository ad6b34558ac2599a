"""thread_limit: how many torch threads a computation uses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

# Multiply-adds of a source pass below which one thread is as fast as two.
_WORK_FOR_THREADS = 10**8


def threads_per_job(n_jobs: int, work: int) -> int:
    """Choose the torch threads of each of some jobs, whatever the number of workers.

    A single job may use every thread, if it is large enough to be worth waking them. Several jobs
    use one thread each: sums are then taken in the same order in any worker, and workers do not
    compete for the cores.

    Parameters
    ----------
    n_jobs : int
        Jobs that may run side by side.
    work : int
        Rows times parameters of one job.
    """
    return torch.get_num_threads() if n_jobs == 1 and work > _WORK_FOR_THREADS else 1


@contextmanager
def thread_limit(threads: int) -> Iterator[None]:
    """Compute with a number of torch threads, and set the former number afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
