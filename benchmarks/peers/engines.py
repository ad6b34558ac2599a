"""Gradient terms of a batch by every tool that has them, beside a plain training pass.

Each way is measured in turns with a plain forward and backward pass in the same process; times are
ratios. Memory is what a pass takes above the state before it. The networks are those of
:mod:`benchmarks.speed.networks`.
"""

import torch

from benchmarks.speed.engine import WAYS, batches, find_task, target_gradient
from benchmarks.speed.engine import measure as in_turns
from benchmarks.speed.memory import Peak, give_back
from benchmarks.speed.networks import TASKS

TITLE = "Gradients of each row"
BY_CASE = "times a plain pass"

_REPEATS, _QUICK_REPEATS = 7, 3


def cases(quick):
    """Networks, each with its batch."""
    return tuple(TASKS)[:1] if quick else tuple(TASKS)


def backpack(task):
    """Every per-sample gradient formed by BackPACK, then a cosine."""
    from backpack import backpack as extended
    from backpack import extend
    from backpack.extensions import BatchGrad

    target = torch.cat([grad.flatten() for grad in target_gradient(task).values()])
    module = extend(task.module)

    def run():
        for x, y in batches(task):
            module.zero_grad()
            with extended(BatchGrad()):
                task.loss(module(x), y).sum().backward()
            missing = [n for n, p in module.named_parameters() if not hasattr(p, "grad_batch")]
            if missing:
                raise NotImplementedError(f"BackPACK has no rule for {missing[0]}")
            flat = torch.cat([p.grad_batch.flatten(1) for p in module.parameters()], dim=1)
            torch.cosine_similarity(flat, target[None], dim=1)
            for p in module.parameters():
                del p.grad_batch

    return run


def loop(task):
    """A backward pass for each row, then a cosine."""
    target = torch.cat([grad.flatten() for grad in target_gradient(task).values()])

    def run():
        for x, y in batches(task):
            for row in range(len(x)):
                task.module.zero_grad()
                task.loss(task.module(x[row : row + 1]), y[row : row + 1]).sum().backward()
                flat = torch.cat([p.grad.flatten() for p in task.module.parameters()])
                torch.cosine_similarity(flat, target, dim=0)

    return run


_OURS = "GradientEngine"
_WAYS = {
    _OURS: WAYS["engine"],
    "vmap": WAYS["vmap"],
    "Opacus": WAYS["opacus"],
    "BackPACK": backpack,
    "loop": loop,
}
PEERS = tuple(_WAYS)
# What tools raise for layers that they have no rule for.
_REFUSALS = (
    AssertionError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)


def measure(peer, case, seed, quick):
    """Time and memory over a plain pass; what a tool cannot serve is said, and left out."""
    task = find_task(case)
    try:
        run = _WAYS[peer](task)
        run()
    except _REFUSALS as error:
        raise ImportError(f"not possible: {str(error).splitlines()[0]}") from error
    runs = {"plain": WAYS["plain"](find_task(case)), peer: run}
    runs["plain"]()
    times = in_turns(runs, _QUICK_REPEATS if quick else _REPEATS, "wall")
    ratios = [a / b for a, b in zip(times[peer], times["plain"], strict=False)]
    yield "one thread", "times a plain pass", sorted(ratios)[len(ratios) // 2]
    plain, own = (_peak(runs[way]) for way in ("plain", peer))
    yield "one thread", "MiB of a plain pass", plain
    yield "one thread", "MiB above a plain pass", own - plain


def _peak(run):
    give_back()
    watch = Peak()
    watch.start()
    run()
    return watch.stop()
