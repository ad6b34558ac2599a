"""Cost of several target sets through ``fit``, beside plain training and plain passes.

``python -m benchmarks.speed.targets_fit`` fits `DVGSValuer` to token numbers and masks in a dict,
with a tiny Llama whose attention and feed-forward layers have low-rank adapters (LoRA, the only
trained parameters), and 64 target rows in one, 4 or 16 sets. The plain loop does the same training
and one forward and backward pass over the source rows at each of its steps, in the same batches.
All ways take turns; the ratios are medians over the turns. It needs the package transformers.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from skorch import NeuralNetClassifier
from torch import Tensor, nn

from skdvgs import DVGSValuer

from .targets import llama
from .transformers import LENGTH, VOCABULARY

N_SOURCE, N_TARGET, BATCH, STEPS = 256, 64, 32, 4
COUNTS = (1, 4, 16)
Parts = dict[str, NDArray[np.int64]]


class Adapted(nn.Module):
    """The tiny Llama with adapters, of which the logits are returned."""

    def __init__(self) -> None:
        super().__init__()
        self.model = llama()[0]

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits of a batch."""
        logits: Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        return logits


def texts(n: int, rng: np.random.Generator) -> tuple[Parts, NDArray[np.int64]]:
    """Token numbers with padding, and labels."""
    mask = (np.arange(LENGTH) < rng.integers(LENGTH // 2, LENGTH + 1, n)[:, None]).astype(np.int64)
    ids = rng.integers(5, VOCABULARY, (n, LENGTH)) * mask
    return {"input_ids": ids, "attention_mask": mask}, np.arange(n) % 4


def taken(parts: Parts, rows: Any) -> Parts:
    """Some rows of each array."""
    return {name: part[rows] for name, part in parts.items()}


def plain(source: Any, target: Any) -> None:
    """Training on the target rows, and a pass over the source rows at each step."""
    module = Adapted()
    trained = [p for p in module.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=1e-3)
    for _ in range(STEPS):
        optimizer.zero_grad()
        _loss(module, *target, slice(None)).backward()
        module.eval()
        for start in range(0, N_SOURCE, BATCH):
            torch.autograd.grad(_loss(module, *source, slice(start, start + BATCH)), trained)
        module.train()
        optimizer.step()


def _loss(module: nn.Module, X: Parts, y: NDArray[np.int64], rows: slice) -> Tensor:
    batch = {name: torch.as_tensor(part) for name, part in taken(X, rows).items()}
    return nn.functional.cross_entropy(module(**batch), torch.as_tensor(y[rows]))


def fit(source: Any, target: Any, count: int) -> None:
    """The same, with the values of all source rows for each of several target sets."""
    net = NeuralNetClassifier(
        Adapted, criterion=nn.CrossEntropyLoss, optimizer=torch.optim.Adam, lr=1e-3,
        max_epochs=STEPS, batch_size=-1, verbose=0, train_split=None,
    )  # fmt: skip
    sets = np.array_split(np.arange(N_TARGET), count)
    X_val = {str(k): taken(target[0], rows) for k, rows in enumerate(sets)}
    y_val = {str(k): target[1][rows] for k, rows in enumerate(sets)}
    if count == 1:
        X_val, y_val = target
    valuer = DVGSValuer(net, source_batch_size=BATCH, random_state=0)
    valuer.fit(*source, X_val=X_val, y_val=y_val)


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.speed.targets_fit", description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    source, target = texts(N_SOURCE, rng), texts(N_TARGET, rng)
    ways: dict[str, Callable[[], None]] = {"plain": lambda: plain(source, target)}
    for count in COUNTS:
        ways[f"K = {count}"] = lambda count=count: fit(source, target, count)
    times: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(options.repeats + 1):
        for way, run in ways.items():
            start = time.process_time()
            run()
            if turn:  # the first one warms up
                times[way].append(time.process_time() - start)
    print(f"torch {torch.__version__}, {options.threads} threads, {options.repeats} repeats")
    print("targets,processor seconds,x plain")
    for way, met in times.items():
        ratio = statistics.median(a / b for a, b in zip(met, times["plain"], strict=True))
        print(f"{way},{statistics.median(met):.2f},{ratio:.2f}")


if __name__ == "__main__":
    main()
