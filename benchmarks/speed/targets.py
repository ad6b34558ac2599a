"""Cost of several target gradients in one pass, in units of a plain training pass.

``python -m benchmarks.speed.targets`` measures a tiny Llama whose attention and feed-forward
layers have low-rank adapters (LoRA, the only trained parameters), and an MLP: medians of one
run, in which all ways take turns. It needs the package transformers for the former.
"""

import argparse
import statistics
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map

from skdvgs.gradients import GradientEngine

from .clock import machine, seconds
from .transformers import LENGTH, ROWS, VOCABULARY

Loss = Callable[[Any, Tensor], Tensor]
COUNTS = (1, 4, 16, 64)
RANK = 8


class LowRank(nn.Module):
    """A frozen Linear and a trained product of two narrow matrices beside it."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.down = nn.Linear(base.in_features, RANK, bias=False)
        self.up = nn.Linear(RANK, base.out_features, bias=False)
        nn.init.normal_(self.up.weight, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        """The layer's output with its adapter's added."""
        return self.base(x) + self.up(self.down(x)) * 2.0


def _adapt(module: nn.Module) -> nn.Module:
    """Freeze a network and give every Linear within its blocks an adapter."""
    module.requires_grad_(False)
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Linear) and name.endswith("_proj"):
                setattr(parent, name, LowRank(child))
    return module


def _logit_losses(output: Any, y: Tensor) -> Tensor:
    return nn.functional.cross_entropy(output.logits, y, reduction="none")


def llama() -> tuple[nn.Module, Any, Tensor, Loss]:
    """A tiny Llama with adapters."""
    from transformers import LlamaConfig, LlamaForSequenceClassification

    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=128, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=512, num_labels=4, pad_token_id=0,
    )  # fmt: skip
    x = {"input_ids": torch.randint(5, VOCABULARY, (ROWS, LENGTH))}
    module = _adapt(LlamaForSequenceClassification(config))
    return module, x, torch.randint(4, (ROWS,)), _logit_losses


def mlp() -> tuple[nn.Module, Any, Tensor, Loss]:
    """An MLP of width 256."""
    module = nn.Sequential(
        nn.Linear(100, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)
    )

    def loss(output: Tensor, y: Tensor) -> Tensor:
        return nn.functional.cross_entropy(output, y, reduction="none")

    return module, torch.randn(512, 100), torch.randint(10, (512,)), loss


def prepare(
    build: Callable[[], tuple[nn.Module, Any, Tensor, Loss]], device: str
) -> dict[str, Any]:
    """A plain pass, and a pass of the engine for each number of targets."""
    torch.manual_seed(0)
    module, x, y, loss = build()
    module.eval().to(device)
    x, y = tree_map(lambda part: part.to(device), (x, y))
    trained = {name: p for name, p in module.named_parameters() if p.requires_grad}

    def plain() -> None:
        module.zero_grad()
        output = module(**x) if isinstance(x, dict) else module(x)
        loss(output, y).mean().backward()

    targets = [{k: torch.randn_like(p) for k, p in trained.items()} for _ in range(max(COUNTS))]
    engine = GradientEngine(module, loss)
    runs: dict[str, Any] = {"plain": plain}
    for count in COUNTS:
        some = targets[:count]
        runs[f"K = {count}"] = lambda some=some: engine.terms(x, y, some)
    runs["one target"] = lambda: engine.terms(x, y, targets[0])
    return runs


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.targets", description=__doc__)
    parser.add_argument("--repeats", type=int, default=31)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="where to compute, e.g. cuda")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.simplefilter("ignore")
    print(f"{machine(options.device, options.threads)}, {options.repeats} repeats")
    for name, build in {"Llama with LoRA": llama, "MLP of width 256": mlp}.items():
        runs = prepare(build, options.device)
        times: dict[str, list[float]] = {way: [] for way in runs}
        for run in runs.values():
            run()
        for _ in range(options.repeats):
            for way, run in runs.items():
                times[way].append(seconds(run))
        ratios = {
            way: statistics.median(a / b for a, b in zip(met, times["plain"], strict=True))
            for way, met in times.items()
        }
        shown = "  ".join(f"{way}: {ratio:.2f}" for way, ratio in ratios.items())
        print(f"{name}, plain {statistics.median(times['plain']) * 1e3:.1f} ms, x plain: {shown}")


if __name__ == "__main__":
    main()
