"""What a fit costs beside the least it could: plain training plus one plain pass a checkpoint.

The Adult case of the paper (1,000 source rows, 400 target rows, 108-100-100-2, 100 epochs,
every step) through the public API, against a bare torch loop that does the same training and
one forward and backward pass over the source rows at each step, in the same batches. Both run
in turns in one process; ratios are of medians. Run with ``python -m benchmarks.speed.fit_speed``.
"""

import argparse
from functools import partial

import numpy as np
import torch
from torch.nn import functional

from benchmarks.data import adult
from benchmarks.paper_net import PaperNet, paper_net
from benchmarks.speed.clock import machine, seconds
from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_labels


def plain_loop(X, y, X_val, y_val, epochs, device):
    """The same training, and the passes over the source, with nothing computed from them."""
    X, X_val, y, y_val = (torch.as_tensor(part).to(device) for part in (X, X_val, y, y_val))
    net = PaperNet(X.shape[1]).to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    parameters = list(net.parameters())
    for _ in range(epochs):
        order = torch.randperm(len(X_val), device=device)
        optimizer.zero_grad()
        functional.cross_entropy(net(X_val[order]), y_val[order]).backward()
        net.eval()
        for rows in torch.split(torch.arange(len(X), device=device), 8192):
            loss = functional.cross_entropy(net(X[rows]), y[rows])
            torch.autograd.grad(loss, parameters)
        net.train()
        optimizer.step()


def fit(X, y, X_val, y_val, epochs, device):
    net = paper_net(X.shape[1], iterator_train__shuffle=True, max_epochs=epochs)
    valuer = DVGSValuer(net, device=device, random_state=0)
    valuer.fit(X, y, X_val=X_val, y_val=y_val)


def compare(n_source, epochs, repeats, device):
    X, y = adult()
    rows = np.random.default_rng(0).permutation(len(X))[: n_source + 400]
    (X, X_val), (y, y_val) = (np.split(part[rows], [n_source]) for part in (X, y))
    y, _ = corrupt_labels(y, 0.2, random_state=0)
    ways = [partial(way, X, y, X_val, y_val, epochs, device) for way in (plain_loop, fit)]
    for way in ways:
        way()
    times = np.array([[seconds(way) for way in ways] for _ in range(repeats)])
    plain, ours = np.median(times, axis=0)
    ratios = times[:, 1] / times[:, 0]
    print(
        f"{n_source:6d} source rows, {epochs} steps: "
        f"plain {plain:.3f} s, fit {ours:.3f} s, ratio {ours / plain:.2f} "
        f"(pairs from {ratios.min():.2f} to {ratios.max():.2f}, {repeats} repeats)"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1000])
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="where to compute, e.g. cuda")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(machine(arguments.device, arguments.threads))
    for rows in arguments.rows:
        compare(rows, arguments.epochs, arguments.repeats, arguments.device)
