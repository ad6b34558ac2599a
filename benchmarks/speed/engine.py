"""Cost of the gradient terms of a batch, beside a plain training pass over the same rows.

``python -m benchmarks.speed.engine`` prints a table of times, each a median of interleaved repeats
with its quartiles. ``--help`` lists what can be chosen. The memory they take: `memory.py`.
"""

import argparse
import statistics
from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.func import functional_call, grad, vmap

from skdvgs.gradients import GradientEngine

from .clock import CLOCKS, machine, seconds
from .networks import TASKS, Task, classifier, mlp

Run = Callable[[], object]


def batches(task: Task) -> Iterator[tuple[Tensor, Tensor]]:
    """The task's rows, a batch at a time."""
    yield from zip(task.x.split(task.batch), task.y.split(task.batch), strict=True)


def backward(task: Task, x: Tensor, y: Tensor) -> None:
    """Forward and backward of the mean loss."""
    # The recurrent layers of cuDNN have no backward pass for an evaluated network.
    recurrent = any(isinstance(layer, torch.nn.RNNBase) for layer in task.module.modules())
    with torch.backends.cudnn.flags(enabled=not recurrent):
        task.module.zero_grad()
        task.loss(task.module(x), y).mean().backward()


def target_gradient(task: Task) -> dict[str, Tensor]:
    """Gradient of the mean loss of the first rows."""
    backward(task, task.x[:64], task.y[:64])
    return {name: p.grad.clone() for name, p in task.module.named_parameters()}


def plain(task: Task) -> Run:
    """Forward and backward, as training does."""

    def run() -> None:
        for x, y in batches(task):
            backward(task, x, y)

    return run


def engine(task: Task) -> Run:
    """This package."""
    target = target_gradient(task)
    served = GradientEngine(task.module, task.loss)
    served.terms(task.x[:4], task.y[:4], target)
    general = [name for name, path in served.report.items() if not path.startswith("rule")]
    assert not general, f"no rule serves {general}"

    def run() -> None:
        for x, y in batches(task):
            served.terms(x, y, target)

    return run


def vmap_grad(task: Task) -> Run:
    """Every per-sample gradient formed by torch.func, then a cosine."""
    target = torch.cat([grad.flatten() for grad in target_gradient(task).values()])
    parameters = {name: p.detach() for name, p in task.module.named_parameters()}

    def loss(values: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return task.loss(functional_call(task.module, values, (x[None],)), y[None])[0]

    gradients = vmap(grad(loss), in_dims=(None, 0, 0))

    def run() -> None:
        for x, y in batches(task):
            with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
                formed = gradients(parameters, x, y)
            flat = torch.cat([g.flatten(1) for g in formed.values()], dim=1)
            torch.cosine_similarity(flat, target[None], dim=1)

    return run


def opacus(task: Task) -> Run:
    """Every per-sample gradient formed by Opacus' hooks, then a cosine."""
    from opacus import GradSampleModule

    target = torch.cat([grad.flatten() for grad in target_gradient(task).values()])
    wrapped = GradSampleModule(task.module, strict=False).train()  # its hooks look away else

    def run() -> None:
        for x, y in batches(task):
            wrapped.zero_grad(set_to_none=True)
            task.loss(wrapped(x), y).sum().backward()
            flat = torch.cat([p.grad_sample.flatten(1) for p in task.module.parameters()], dim=1)
            torch.cosine_similarity(flat, target[None], dim=1)
        wrapped.zero_grad(set_to_none=True)

    return run


WAYS: dict[str, Callable[[Task], Run]] = {
    "plain": plain,
    "engine": engine,
    "vmap": vmap_grad,
    "opacus": opacus,
}


def find_task(name: str) -> Task:
    """A task by its name; ``hidden WIDTH`` for the memory of wider layers."""
    torch.manual_seed(0)
    if name.startswith("hidden "):
        width = int(name.split()[1])
        return classifier(mlp(16, *[width] * 3, 2), 4_096 * 64 // width, 2**30, 16, classes=2)
    task = TASKS[name]()
    # Batch norm on running statistics: what the engine values is an evaluated network.
    task.module.eval()
    return task


def prepare(name: str, ways: list[str], device: str) -> dict[str, Run]:
    """One run for each way that serves a task, each with a network of its own."""
    runs = {}
    for way in ways:
        try:
            run = WAYS[way](find_task(name).to(device))
            run()
        except (
            ImportError,
            RuntimeError,
            NotImplementedError,
            AttributeError,
            ValueError,
        ) as error:
            print(f"    {way}: not possible ({str(error).splitlines()[0][:90]})", flush=True)
        else:
            runs[way] = run
    return runs


def measure(runs: dict[str, Run], repeats: int, clock: str) -> dict[str, list[float]]:
    """Interleaved repeats; ways over ten times the plain pass are measured three times."""
    times: dict[str, list[float]] = {way: [] for way in runs}
    for repeat in range(repeats):
        for way, run in runs.items():
            slow = repeat >= 3 and times[way][0] > 10 * times["plain"][0]
            if not slow:
                times[way].append(seconds(run, clock))
    return times


def print_times(name: str, times: dict[str, list[float]]) -> None:
    """One line a way: milliseconds, and the ratio to the plain pass with its quartiles."""
    print(f"\n{name}")
    for way, met in times.items():
        ratios = [a / b for a, b in zip(met, times["plain"], strict=False)]
        low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
        print(
            f"    {way:8s} {statistics.median(met) * 1e3:9.1f} ms  fastest {min(met) * 1e3:9.1f} ms"
            f"  x plain: median {middle:8.2f}  quartiles {low:.2f} to {high:.2f}"
            f"  fastest {min(met) / min(times['plain']):.2f}",
            flush=True,
        )


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.engine", description=__doc__)
    parser.add_argument("--tasks", default="", help="only tasks whose name holds this text")
    parser.add_argument("--ways", default=",".join(WAYS), help="which of %(default)s")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    clocks = "time of the wall, or of this process alone: steady where others work too"
    parser.add_argument("--clock", choices=[*CLOCKS], default="wall", help=clocks)
    parser.add_argument("--device", default="cpu", help="where to compute, e.g. cuda")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    ways = options.ways.split(",")
    names = [name for name in TASKS if options.tasks in name]
    where = machine(options.device, options.threads)
    print(f"{where}, {options.repeats} repeats, {options.clock} clock")
    for name in names:
        print_times(
            name, measure(prepare(name, ways, options.device), options.repeats, options.clock)
        )


if __name__ == "__main__":
    main()
