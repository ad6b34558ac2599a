"""Plan: the data as the network reads it, and which target rows score which source rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skdvgs._fit.folds import Fold, cross_fit, given_target
from skdvgs._fit.parameters import ResolvedParameters
from skdvgs._inputs.named_arrays import numbers_of_row
from skdvgs._inputs.named_targets import NamedTargets
from skdvgs._inputs.read import FitData
from skdvgs._inputs.task import Rows, Task, make_task
from skdvgs._nets.factory import NetFactory, class_weights
from skdvgs._scoring.pairs import ScoringRequest
from skdvgs._trajectory.job import TrajectoryJob

# Restarts before it is first asked how well they agree.
_FIRST_WAVE = 4


@dataclass(frozen=True)
class Plan:
    """All that is known of a fit before its first trajectory.

    Attributes
    ----------
    source : Rows
        Source rows, as the network reads them.
    target : Rows
        Target rows, as the network reads them. The source itself for cross-fitting.
    folds : list of Fold
        Target sets, and the source rows that each one scores.
    seeds : int array of shape (n_folds, n_restarts)
        One seed for each trajectory. They are drawn here, before any work is handed out, so
        that values do not depend on the number of workers.
    targets : NamedTargets or None
        Several target sets; None for a single one.
    """

    source: Rows
    target: Rows
    folds: list[Fold]
    seeds: NDArray[np.integer]
    targets: NamedTargets | None = None

    @property
    def has_target_set(self) -> bool:
        """Whether the user gave a target set."""
        return self.target is not self.source

    def waves(self, n_restarts: int) -> Iterator[range]:
        """Restarts in waves: after each one the number of restarts has doubled."""
        done, upto = 0, _FIRST_WAVE
        while done < n_restarts:
            yield range(done, min(upto, n_restarts))
            done, upto = upto, 2 * upto


def make_plan(
    parameters: ResolvedParameters, data: FitData, random_state: np.random.RandomState
) -> Plan:
    """Prepare the data and draw all that is random.

    Parameters
    ----------
    parameters : ResolvedParameters
        Of the fit.
    data : FitData
        As read from the user.
    random_state : RandomState
        Drawn from in a fixed order.
    """
    source, target = data.source, data.target
    # The first one is spare: so folds and seeds of a random state stay what they were.
    _, fold_seed = random_state.randint(2**31 - 1, size=2).tolist()
    if target is None:
        folds = cross_fit(source.X, source.y, source.kind, parameters.cv, fold_seed, data.groups)
    else:
        folds = given_target(len(source.X), len(target.X))
    seeds = random_state.randint(2**31 - 1, size=(len(folds), parameters.n_restarts))
    target = source if target is None else target
    return Plan(source, target, folds, seeds, data.targets)


def make_jobs(plan: Plan, parameters: ResolvedParameters, restarts: range) -> list[TrajectoryJob]:
    """Jobs of some restarts, fold by fold.

    Raises
    ------
    InvalidInputError
        If class weights do not fit the target set.
    """
    return [
        _make_job(plan, parameters, number, restart)
        for number in range(len(plan.folds))
        for restart in restarts
    ]


def _make_job(
    plan: Plan, parameters: ResolvedParameters, number: int, restart: int
) -> TrajectoryJob:
    fold, seed = plan.folds[number], int(plan.seeds[number, restart])
    target = plan.target.take(fold.target)
    task = make_task(plan.source, target)
    return TrajectoryJob(
        factory=_make_factory(parameters, plan, task, target, seed),
        target=target,
        request=ScoringRequest(
            source=plan.source,
            rows=fold.source,
            classes=task.classes if parameters.every_label else None,
        ),
        scoring=parameters.scoring,
        compute_every=parameters.compute_every,
        tol=parameters.tol,
        records_checkpoints=parameters.records_checkpoints,
        name=_name(restart, number, parameters.n_restarts, len(plan.folds)),
        trained=plan.source.take(fold.source).joined(target) if parameters.by_influence else None,
        target_codes=None if plan.targets is None else plan.targets.of_rows(fold.target),
    )


def _make_factory(
    parameters: ResolvedParameters, plan: Plan, task: Task, target: Rows, seed: int
) -> NetFactory:
    return NetFactory(
        net=parameters.net,
        task=task,
        n_features=numbers_of_row(plan.source.X),
        settings=parameters.training,
        class_weight=class_weights(parameters.class_weight, task, target),
        seed=seed,
    )


def _name(restart: int, fold: int, n_restarts: int, n_folds: int) -> str:
    """Name a trajectory for people, who count from 1."""
    name = f"restart {restart + 1} of {n_restarts}"
    return name if n_folds == 1 else f"{name}, fold {fold + 1} of {n_folds}"
