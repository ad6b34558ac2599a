"""What a fit does with its folders before any work: open them, and restore how it was begun."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from skdvgs._fit.folds import Fold
from skdvgs._fit.plan import Plan
from skdvgs._inputs.task import Rows
from skdvgs._storage.checkpoint_dir import NoCheckpointDir, draws_anew, open_dir
from skdvgs._storage.digests import rows_digest
from skdvgs._storage.fit_fingerprint import fingerprint
from skdvgs._storage.trajectory_store import StoredFit, TrajectoryStore
from skdvgs._trajectory.result import TrajectoryResult


def open_checkpoint_dir(
    valuer: Any, source: Rows, target: Rows | None
) -> AbstractContextManager[NoCheckpointDir]:
    """Open the `checkpoint_dir`, for a fit of these rows only."""

    def now() -> dict[str, str]:
        rows = {"X": source.X, "y": source.y, "X_val": None, "y_val": None}
        if target is not None:
            rows |= {"X_val": target.X, "y_val": target.y}
        return fingerprint(valuer.get_params(deep=False), rows)

    return open_dir(valuer.checkpoint_dir, now)


def open_trajectory_store(
    valuer: Any, run: NoCheckpointDir
) -> AbstractContextManager[TrajectoryStore | None]:
    """Open the folder that `store_trajectory` names, if it names one."""
    if not isinstance(valuer.store_trajectory, (str, os.PathLike)):
        return nullcontext()
    unfinished_stays = valuer.checkpoint_dir is not None
    name = run.get_or_store("store", TrajectoryStore.new_name())
    return TrajectoryStore(valuer.store_trajectory, name, unfinished_stays)


def restore_folds(plan: Plan, run: NoCheckpointDir, cv: Any) -> Plan:
    """The plan with the folds that the fit was begun with.

    Raises
    ------
    InvalidInputError
        If folds or prepared rows are others than then and may not be.
    """
    if plan.stage is not None:
        run.check_prepared(lambda: "; ".join(map(rows_digest, (plan.source.X, plan.target.X))))
    if plan.target is not plan.source:
        return plan
    folds = run.get_or_store_folds([(f.target, f.source) for f in plan.folds], draws_anew(cv))
    return replace(plan, folds=[Fold(*fold) for fold in folds])


def close_trajectory_store(
    store: TrajectoryStore | None, results: list[TrajectoryResult]
) -> tuple[StoredFit | None, list[TrajectoryResult]]:
    """Write the manifest, and have results read their checkpoints from the folder."""
    if store is None:
        return None, results
    stored = store.finish([result.stored for result in results])
    return stored, [
        replace(result, kept=stored.trajectory(number)) for number, result in enumerate(results)
    ]
