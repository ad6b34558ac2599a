"""Do values foretell what retraining does? The linear datamodelling score of several methods.

Run ``python -m benchmarks.quality.faithfulness``; two tables and two networks take about two
minutes on one core. A network is trained again on each of many random halves of the source, and on
the target rows, as the network of ``similarity="influence"`` is. Then the loss of the target rows
is measured. The score is the rank correlation of that loss, negated, with
the sum of the values of the half (Park et al. 2023, arXiv:2303.14186). 1 is perfect, 0 is chance.
"""

from __future__ import annotations

import argparse
import time
import warnings
from dataclasses import dataclass

import numpy as np
import skorch
import torch
from scipy.stats import spearmanr
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional

from benchmarks.data import TABLES, stored
from benchmarks.rivals import forest_out_of_bag, own_label
from skdvgs import DVGSValuer
from skdvgs.exceptions import SkdvgsWarning

_EPOCHS, _RATE, _DECAY = 200, 0.02, 1e-3


@dataclass(frozen=True)
class Draw:
    """Clean source and target rows of a table with two classes."""

    X: np.ndarray
    y: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray


def draw(name: str, seed: int, n_source: int, n_target: int) -> Draw:
    """Rows of Adult, or of pol, whose numbers are taken for "zero" and "more"."""
    if name == "pol":
        arrays = stored("pmlb_pol")
        X, y = arrays["X"], (arrays["y"] > 0).astype(int)
    else:
        X, y = TABLES[name]()
    rows = np.random.default_rng(seed).permutation(len(X))[: n_source + n_target]
    X = StandardScaler().fit_transform(X[rows]).astype(np.float32)
    X = X[:, X.std(axis=0) > 0]
    y = y[rows]
    return Draw(X[:n_source], y[:n_source], X[n_source:], y[n_source:])


class Logistic(nn.Sequential):
    """Logistic regression."""

    def __init__(self, n_features: int, n_outputs: int) -> None:
        super().__init__(nn.Linear(n_features, n_outputs))


class Small(nn.Sequential):
    """One hidden layer."""

    def __init__(self, n_features: int, n_outputs: int) -> None:
        super().__init__(nn.Linear(n_features, 16), nn.Tanh(), nn.Linear(16, n_outputs))


NETWORKS = {"logistic": Logistic, "MLP": Small}


def own_net(kind: str, n_features: int) -> skorch.NeuralNet:
    """The network as a user would pass it: the training of :func:`losses_of_halves`."""
    return skorch.NeuralNet(
        NETWORKS[kind],
        module__n_features=n_features,
        module__n_outputs=2,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        optimizer__weight_decay=_DECAY,
        lr=_RATE,
        max_epochs=_EPOCHS,
        batch_size=-1,
        train_split=None,
        callbacks="disable",
        verbose=0,
    )


def losses_of_halves(kind: str, data: Draw, halves: np.ndarray, n_nets: int, seed: int):
    """Target loss after training on each half, the mean of several networks; all at once."""
    torch.manual_seed(seed)
    nets = [NETWORKS[kind](data.X.shape[1], 2) for _ in range(n_nets)]
    n_halves = len(halves)
    state = {
        name: torch.stack([dict(net.named_parameters())[name].detach() for net in nets])
        .repeat(n_halves, *([1] * p.dim()))
        .requires_grad_()
        for name, p in nets[0].named_parameters()
    }
    optimizer = torch.optim.Adam(state.values(), lr=_RATE, weight_decay=_DECAY)
    rows = torch.as_tensor(halves).repeat_interleave(n_nets, dim=0)
    X, y = torch.as_tensor(data.X), torch.as_tensor(data.y)
    X_val, y_val = torch.as_tensor(data.X_val), torch.as_tensor(data.y_val)
    X_val, y_val = X_val.expand(len(rows), -1, -1), y_val.expand(len(rows), -1)
    X_fit, y_fit = torch.cat([X[rows], X_val], dim=1), torch.cat([y[rows], y_val], dim=1)

    def output(x):
        weights = list(state.values())
        for at in range(0, len(weights), 2):
            x = torch.baddbmm(weights[at + 1].unsqueeze(1), x, weights[at].mT)
            x = torch.tanh(x) if at + 2 < len(weights) else x
        return x

    for _ in range(_EPOCHS):
        optimizer.zero_grad()
        loss = functional.cross_entropy(output(X_fit).flatten(0, 1), y_fit.flatten())
        (loss * len(rows)).backward()
        optimizer.step()
    with torch.no_grad():
        losses = functional.cross_entropy(output(X_val).mT, y_val, reduction="none").mean(1)
    return losses.view(n_halves, n_nets).mean(1).numpy()


def values(method: str, kind: str, data: Draw, seed: int) -> np.ndarray:
    """Values of the source rows by one method."""
    target = {"X_val": data.X_val, "y_val": data.y_val}
    if method == "default":
        return DVGSValuer(random_state=seed).fit(data.X, data.y, **target).values_
    if method == "Data-OOB":
        rows = (data.X, data.y, data.X_val, data.y_val)
        return own_label(forest_out_of_bag(*rows, leaf=2, seed=seed), data.y)
    options = {"compute_every": 4} if method in ("cosine", "dot") else {"n_restarts": 5}
    valuer = DVGSValuer(
        own_net(kind, data.X.shape[1]), similarity=method, random_state=seed, **options
    )
    return valuer.fit(data.X, data.y, **target).values_


METHODS = ("influence", "dot", "cosine", "default", "Data-OOB")


def scores(kind: str, name: str, options: argparse.Namespace, seed: int) -> dict[str, float]:
    """The linear datamodelling score of every method."""
    data = draw(name, seed, options.rows, options.rows * 2 // 5)
    rng = np.random.default_rng(seed)
    half = options.rows // 2
    halves = np.stack([rng.permutation(options.rows)[:half] for _ in range(options.fits)])
    losses = losses_of_halves(kind, data, halves, options.nets if kind == "MLP" else 1, seed)
    found = {}
    for method in METHODS:
        sums = values(method, kind, data, seed)[halves].sum(axis=1)
        found[method] = float(spearmanr(sums, -losses).statistic)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=500, help="source rows (default %(default)s)")
    parser.add_argument("--fits", type=int, default=150, help="halves (default %(default)s)")
    parser.add_argument("--nets", type=int, default=2, help="MLPs a half (default %(default)s)")
    parser.add_argument("--seeds", type=int, default=2, help="draws (default %(default)s)")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkdvgsWarning)
    print("network,table," + ",".join(METHODS))
    start = time.monotonic()
    for kind in NETWORKS:
        for name in ("adult", "pol"):
            draws = [scores(kind, name, options, seed) for seed in range(options.seeds)]
            means = [np.mean([found[method] for found in draws]) for method in METHODS]
            print(f"{kind},{name}," + ",".join(f"{mean:.2f}" for mean in means), flush=True)
    print(f"# {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
