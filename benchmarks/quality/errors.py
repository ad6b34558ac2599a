"""How often nominal 95 % intervals cover the value that ever more restarts would give.

A valuer is fitted with many random states. The values and intervals of each fit are held against
the mean over the other fits, whose own error is allowed for. Rows share much of their error, so
that a single fit covers nearly all rows or few: means over many fits tell.
"""

from dataclasses import replace

import numpy as np
import skorch
import torch
from sklearn.base import clone
from torch import nn

from skdvgs import DVGSValuer

from .tables import CLASSES, NUMBERS
from .tasks import make_task

SETS = (*CLASSES, *NUMBERS)

_FITS = 8


class SmallNet(nn.Module):
    """A user's network: one hidden layer."""

    def __init__(self, n_features, n_outputs):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_features, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, n_outputs)
        )

    def forward(self, X):
        return self.layers(X)


def measure(name, seed, quick):
    """Share of rows covered, and the typical error in units of the spread of the values."""
    has_classes = name in CLASSES
    task = make_task(name, seed, "uniform" if has_classes else "targets")
    default = DVGSValuer(suggest_labels=False, random_state=seed)
    yield from _cover("default", default, task, True)
    if not quick:
        yield from _cover("default, no target set", default, task, False)
    if has_classes:
        yield from _cover("own net", _own_net(task), _scaled(task), True)


def _cover(text, valuer, task, given):
    """Coverage by each fit of the mean of the others."""
    target = task.target if given else {}
    fits = [
        clone(valuer)
        .set_params(random_state=1000 * task.seed + state)
        .fit(task.X, task.y, **target)
        for state in range(_FITS)
    ]
    values = np.array([fit.values_ for fit in fits])
    covered, errors = [], []
    for number, fit in enumerate(fits):
        others = np.delete(values, number, axis=0).mean(axis=0)
        low, high = fit.confidence_intervals(0.95).T
        wider = np.sqrt(1.0 + 1.0 / (_FITS - 1))
        off = np.abs(values[number] - others)
        covered.append(np.mean(off <= wider * (high - low) / 2.0))
        errors.append(np.mean(fit.standard_errors_) / np.std(values[number]))
    yield "coverage of 95 % intervals", text, np.mean(covered)
    yield "least coverage of a single fit", text, np.min(covered)
    yield "standard error", text, np.mean(errors)


def _scaled(task):
    X, _ = task.both
    middle, spread = X.mean(axis=0), np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
    return replace(task, X=(task.X - middle) / spread, X_val=(task.X_val - middle) / spread)


def _own_net(task):
    torch.set_num_threads(1)
    net = skorch.NeuralNetClassifier(
        SmallNet,
        module__n_features=task.X.shape[1],
        module__n_outputs=task.n_classes,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=0.003,
        batch_size=100,
        max_epochs=10,
        iterator_train__shuffle=True,
        train_split=None,
        verbose=0,
    )
    return DVGSValuer(net, n_restarts=4, random_state=task.seed)
