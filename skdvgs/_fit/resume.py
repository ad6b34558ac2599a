"""open_fit_state: what a fit does with its `checkpoint_dir`, from opening it to its last file."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace

from skdvgs._fit.folds import Fold
from skdvgs._fit.parameters import ResolvedParameters
from skdvgs._fit.plan import Plan
from skdvgs._fit.runner import trajectory_name
from skdvgs._inputs.read import FitData
from skdvgs._storage.checkpoint_dir import FitState, open_checkpoint_dir
from skdvgs._storage.fit_fingerprint import fingerprint
from skdvgs._storage.recorded_checkpoints import StoredFit
from skdvgs._trajectory.result import TrajectoryResult
from skdvgs._utils.types import Folding


def open_fit_state(
    parameters: ResolvedParameters, data: FitData
) -> AbstractContextManager[FitState]:
    """Open the `checkpoint_dir`, and refuse it if it holds another fit.

    The same parameters and rows are the same fit: its finished trajectories are read instead of
    computed.
    """

    def describe_fit() -> dict[str, str]:
        rows = {"X": data.source.X, "y": data.source.y, "X_val": None, "y_val": None}
        if data.target is not None:
            rows |= {"X_val": data.target.X, "y_val": data.target.y}
        if data.targets is not None:
            rows["target sets"] = data.targets.codes
        return fingerprint(parameters.as_given, rows)

    return open_checkpoint_dir(parameters.checkpoint_dir, describe_fit)


def restore_folds(plan: Plan, state: FitState, cv: Folding) -> Plan:
    """Return the plan with the folds of the first run.

    A splitter without a seed draws other folds each time it is asked. A resumed fit must go on
    with those it was started with.

    Raises
    ------
    InvalidInputError
        If the user's own folds differ from those of the first run.
    """
    if plan.has_target_set:
        return plan
    may_vary = hasattr(cv, "split")
    folds = state.get_or_store_folds([(f.target, f.source) for f in plan.folds], may_vary)
    return replace(plan, folds=[Fold(*fold) for fold in folds])


def store_checkpoints(
    state: FitState, results: list[TrajectoryResult]
) -> tuple[StoredFit | None, list[TrajectoryResult]]:
    """Finish the files of the checkpoints, and let the results read their checkpoints from there.

    Returns
    -------
    stored : StoredFit or None
        Where the checkpoints are; None where they are in memory or not kept.
    results : list of TrajectoryResult
        The same results, whose recorded checkpoints are read when they are asked for.
    """
    in_files = {trajectory_name(i): r.digests for i, r in enumerate(results) if r.digests}
    stored = state.finish(in_files)
    if stored is None:
        return None, results
    return stored, [
        replace(result, recorded=stored.checkpoints(name))
        for name, result in zip(in_files, results, strict=True)
    ]
