"""How often nominal 95 % intervals cover the value that ever more trajectories would give.

The long run is that of the same settings on the same target sets or folds, early ending of
trajectories included: restarts alone are many. So this reaches below the public surface, where
the number of restarts may end early too.
"""

from dataclasses import replace

import numpy as np
import skorch
import torch
from sklearn.utils import check_random_state
from torch import nn

from skdvgs import DVGSValuer
from skdvgs._job import run_job
from skdvgs._outcome import combine
from skdvgs._plan import make_jobs, make_plan
from skdvgs._settings import decide

from .tables import CLASSES, NUMBERS
from .tasks import make_task

SETS = (*CLASSES, *NUMBERS)

_LONG_RUN, _QUICK_LONG_RUN = 100, 40
# Seeds that the fit may have drawn, for eight restarts or for five folds of two.
_OF_THE_FIT = 10


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
    n_restarts = _QUICK_LONG_RUN if quick else _LONG_RUN
    default = DVGSValuer(suggest_labels=False, random_state=seed)
    yield from _compare("default", default, task, True, n_restarts)
    yield from _compare("default, no target set", default, task, False, n_restarts)
    if has_classes:
        yield from _compare("own net", _own_net(task), _scaled(task), True, n_restarts)


def _compare(text, valuer, task, given, n_restarts):
    valuer.fit(task.X, task.y, **(task.target if given else {}))
    low, high = valuer.confidence_intervals(0.95).T
    long_run = _long_run(valuer, task, given, n_restarts)
    yield "coverage of 95 % intervals", text, np.mean((low <= long_run) & (long_run <= high))
    yield "standard error", text, np.mean(valuer.standard_errors_) / np.std(valuer.values_)
    yield "restarts", text, len(valuer.target_loss_)


def _long_run(valuer, task, given, n_restarts):
    source, target = valuer._read(
        task.X, task.y, *(task.target.values() if given else (None, None))
    )
    settings = decide(valuer, source.kind, given, task.n_classes)
    n_restarts = n_restarts if given else n_restarts // 5
    settings = replace(settings, n_restarts=n_restarts + _OF_THE_FIT, keep=False)
    plan = make_plan(valuer, source, target, settings, check_random_state(valuer.random_state))
    jobs = make_jobs(valuer, plan, settings, range(_OF_THE_FIT, settings.n_restarts))
    return combine(jobs, [run_job(job, 1, False) for job in jobs], plan.n_source).values


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
