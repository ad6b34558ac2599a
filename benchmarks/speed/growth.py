"""How the time of a fit grows with source rows, checkpoints and parameters.

Adult-shaped random tables through the public API; one quantity varies at a time. Prints the
exponent of each (slope of a line through the logarithms) and writes a picture. Run with
``python -m benchmarks.speed.growth [growth.png]``.
"""

import sys
import time

import matplotlib as mpl
import numpy as np
import skorch
import torch
from torch import nn

from skdvgs import DVGSValuer

mpl.use("Agg")
from matplotlib import pyplot as plt

BASE = {"rows": 20_000, "checkpoints": 20, "width": 256}
VARIED = {
    "rows": [5_000, 10_000, 20_000, 45_000],
    "checkpoints": [10, 20, 40, 80],
    "width": [64, 128, 256, 512],
}
REPEATS = 2


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(108, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, 2),
        )

    def forward(self, X):
        return self.layers(X)


def seconds(rows, checkpoints, width):
    """Shorter time of two fits, and the parameters of its network."""
    rng = np.random.default_rng(0)
    X = rng.random((rows + 400, 108), dtype=np.float32)
    y = rng.integers(0, 2, len(X))
    net = skorch.NeuralNetClassifier(
        Net,
        module__width=width,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        max_epochs=checkpoints,
        batch_size=-1,
        lr=1e-4,
        train_split=None,
    )
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        DVGSValuer(net, random_state=0).fit(X[:rows], y[:rows], X_val=X[rows:], y_val=y[rows:])
        times.append(time.perf_counter() - start)
    return min(times), sum(p.numel() for p in Net(width).parameters())


def main(path="growth.png"):
    seconds(1_000, 2, 64)  # imports and first calls
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), sharey=True, layout="constrained")
    for ax, (name, sizes) in zip(axes, VARIED.items(), strict=True):
        found = [seconds(**{**BASE, name: size}) for size in sizes]
        times = np.array([time for time, _ in found])
        x = np.array([n for _, n in found] if name == "width" else sizes, dtype=float)
        label = "parameters" if name == "width" else name
        exponent, offset = np.polyfit(np.log(x), np.log(times), 1)
        print(f"{label}: {dict(zip(x.astype(int).tolist(), times.round(2).tolist(), strict=True))}")
        print(f"{label}: exponent {exponent:.2f}")
        ax.loglog(x, times, "o", color="#0072B2")
        ax.loglog(
            x, np.exp(offset) * x**exponent, color="#D55E00", label=f"exponent {exponent:.2f}"
        )
        ax.set_xlabel(label)
        ax.legend()
    axes[0].set_ylabel("seconds a fit")
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main(*sys.argv[1:])
