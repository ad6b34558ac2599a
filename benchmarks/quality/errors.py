"""How often nominal 95 % intervals cover the value that ever more trajectories would give.

Many restarts on the same target sets or folds, with the settings of a fit. Some of them, as many
as a fit has, make values and intervals; the others, the long run, whose own error is allowed for.
Rows share much of their error, so a single fit covers nearly all rows or few: means over many
choices of restarts tell. This reaches below the public surface, to choose.
"""

from dataclasses import replace

import numpy as np
import skorch
import torch
from sklearn.utils import check_random_state
from torch import nn

from skdvgs import DVGSValuer
from skdvgs._fit.parameters import resolve_parameters
from skdvgs._fit.plan import make_jobs, make_plan
from skdvgs._inputs.read import read_fit_data
from skdvgs._trajectory.job import run_job
from skdvgs._utils.progress import Progress
from skdvgs._values.aggregate import aggregate

from .tables import CLASSES, NUMBERS
from .tasks import make_task

SETS = (*CLASSES, *NUMBERS)

_RESTARTS, _CHOICES = 24, 24


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
    yield from _cover("default", default, task, True, 4)
    if not quick:
        yield from _cover("default, no target set", default, task, False, 2)
    if has_classes:
        yield from _cover("own net", _own_net(task), _scaled(task), True, 4)


def _cover(text, valuer, task, given, n_restarts):
    """Mean over choices of restarts, so many for each target set."""
    jobs, results, n_folds = _trajectories(valuer, task, given)
    rng = np.random.default_rng(task.seed)
    covered, errors = [], []
    for _ in range(_CHOICES):
        order = rng.permutation(len(jobs) // n_folds)
        found, long_run = (
            _combine(jobs, results, n_folds, restarts, len(task.y))
            for restarts in np.split(order, [n_restarts])
        )
        low, high = found.uncertainty.intervals(found.values, 0.95).T
        wider = np.sqrt(1.0 + n_restarts / (len(order) - n_restarts))
        off = np.abs(found.values - long_run.values)
        covered.append(np.mean(off <= wider * (high - low) / 2.0))
        errors.append(np.mean(found.uncertainty.standard_errors) / np.std(found.values))
    yield "coverage of 95 % intervals", text, np.mean(covered)
    yield "least coverage of a single choice", text, np.min(covered)
    yield "standard error", text, np.mean(errors)


def _trajectories(valuer, task, given):
    target = task.target.values() if given else (None, None)
    data = read_fit_data(valuer, task.X, task.y, *target, valuer.task)
    n_restarts = _RESTARTS if given else _RESTARTS // 3
    parameters = replace(
        resolve_parameters(valuer, data), n_restarts=n_restarts, records_checkpoints=False
    )
    random_state = check_random_state(valuer.random_state)
    plan = make_plan(parameters, data, random_state, Progress(verbose=0))
    jobs = make_jobs(plan, parameters, range(n_restarts))
    return jobs, [run_job(job) for job in jobs], len(plan.folds)


def _combine(jobs, results, n_folds, restarts, n_source):
    per_fold = len(jobs) // n_folds
    chosen = [fold * per_fold + restart for fold in range(n_folds) for restart in restarts]
    return aggregate(
        [results[i].scores for i in chosen],
        [jobs[i].request.rows for i in chosen],
        [jobs[i].request.held_out for i in chosen],
        n_source,
    )


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
