"""From checked data to trajectories: input stage, folds, restarts, and what each is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._default_net.features import FeatureExtractor, make_feature_extractor
from skdvgs._default_net.modules import default_module, default_settings
from skdvgs._default_net.prepare import prepare
from skdvgs._fit.folds import Fold, cross_fit, given_target, resample
from skdvgs._fit.parameters import ResolvedParameters
from skdvgs._inputs.task import Rows, make_task
from skdvgs._nets.factory import NetFactory, class_weights
from skdvgs._scoring.pairs import ScoringRequest
from skdvgs._trajectory.job import TrajectoryJob
from skdvgs._utils.progress import Progress

# Restarts before the first look at how well they agree.
_FIRST_WAVE = 4


@dataclass(frozen=True)
class Plan:
    """The data as networks read it, and who values whom.

    Attributes
    ----------
    source : Rows
        Source rows; where the target set is trusted to show what right rows look like, its
        rows follow them.
    target : Rows
        What the folds' target rows are rows of.
    n_source : int
        Source rows.
    folds : list of Fold
        Target sets and the rows each values.
    seeds : int array of shape (n_folds, n_restarts)
        One for each trajectory.
    stage : FeatureExtractor or None
        The default network's, fitted.
    """

    source: Rows
    target: Rows
    n_source: int
    folds: list[Fold]
    seeds: NDArray[np.integer]
    stage: FeatureExtractor | None

    def waves(self, n_restarts: int) -> Iterator[range]:
        """Restarts in waves, each doubling their number."""
        done, upto = 0, _FIRST_WAVE
        while done < n_restarts:
            yield range(done, min(upto, n_restarts))
            done, upto = upto, 2 * upto


def make_plan(
    valuer: Any,
    source: Rows,
    target: Rows | None,
    settings: ResolvedParameters,
    random_state: Any,
    progress: Progress,
) -> Plan:
    """Prepare the data and draw all that is random.

    Parameters
    ----------
    valuer : DVGSValuer
        With ``net`` and ``cv``.
    source, target : Rows
        As read from the user; no target for cross-fitting.
    settings : ResolvedParameters
        Decided for them.
    random_state : RandomState
        Drawn from in a fixed order.
    progress : Progress
        Told how many rows are prepared.
    """
    input_seed, fold_seed = random_state.randint(2**31 - 1, size=2).tolist()
    n = len(source.X)
    if target is None:
        folds = cross_fit(source.X, source.y, source.kind, valuer.cv, fold_seed)
    else:
        folds = given_target(n, len(target.X))
    seeds = random_state.randint(2**31 - 1, size=(len(folds), settings.n_restarts))
    stage = None
    if valuer.net is None:
        stage = make_feature_extractor(
            make_task(source, source if target is None else target), input_seed
        )
        source, target = prepare(stage, source, target, input_seed, valuer.n_jobs, progress)
        if target is not None and settings.uses_linear_head and settings.n_restarts > 1:
            source = source.joined(target)
    return Plan(source, source if target is None else target, n, folds, seeds, stage)


def make_jobs(
    valuer: Any, plan: Plan, settings: ResolvedParameters, restarts: range
) -> list[TrajectoryJob]:
    """Trajectories of some restarts, fold by fold.

    Raises
    ------
    InvalidInputError
        If class weights do not fit the target set.
    """
    return [
        _job(valuer, plan, settings, fold, int(plan.seeds[number, restart]), name)
        for number, fold in enumerate(plan.folds)
        for restart in restarts
        for name in [_name(restart, number, settings.n_restarts, len(plan.folds))]
    ]


def _name(restart: int, fold: int, n_restarts: int, n_folds: int) -> str:
    """Name a trajectory for people, who count from 1."""
    name = f"restart {restart + 1} of {n_restarts}"
    return name if n_folds == 1 else f"{name}, fold {fold + 1} of {n_folds}"


def _job(
    valuer: Any, plan: Plan, settings: ResolvedParameters, fold: Fold, seed: int, name: str
) -> TrajectoryJob:
    drawn, trusted = fold.target, np.empty(0, dtype=np.intp)
    if settings.uses_linear_head and settings.n_restarts > 1:
        drawn, left_out = resample(fold.target, plan.target.y[fold.target], plan.source.kind, seed)
        if len(plan.source.X) > plan.n_source:
            trusted = plan.n_source + left_out
    target = plan.target.take(drawn)
    task = make_task(plan.source, plan.target.take(fold.target))
    net, training = valuer.net, {}
    if net is None:
        net, optimizer = default_module(task)
        training = default_settings(task, target.X[:]) | {"optimizer": optimizer}
    given = {key: getattr(valuer, key) for key in ("lr", "max_epochs", "batch_size", "device")}
    training |= {key: value for key, value in given.items() if value is not None}
    recipe = NetFactory(
        net=net,
        task=task,
        n_features=int(np.prod(plan.source.X.shape[1:])),
        settings=training,
        class_weight=class_weights(valuer.class_weight, task, target),
        seed=seed,
    )
    return TrajectoryJob(
        recipe=recipe,
        target=target,
        questions=ScoringRequest(
            pool=plan.source,
            rows=fold.source,
            trusted=trusted,
            classes=task.classes if settings.every_label else None,
            seed=seed,
        ),
        options=settings.options,
        compute_every=valuer.compute_every,
        tol=settings.tol,
        keep=settings.keep,
        name=name,
    )
