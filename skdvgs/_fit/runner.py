"""run_restarts: runs trajectories, or reads finished ones, until the ranking has converged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from joblib import delayed

from skdvgs._fit.parameters import ResolvedParameters
from skdvgs._fit.plan import Plan, make_jobs
from skdvgs._nets.build import n_parameters
from skdvgs._storage.checkpoint_dir import FitState
from skdvgs._storage.trajectory_files import TrajectoryFiles
from skdvgs._trajectory.job import TrajectoryJob, run_job
from skdvgs._trajectory.result import TrajectoryResult, read_result
from skdvgs._trajectory.shards import join, n_shards, shards_of
from skdvgs._utils.progress import Progress, ProgressParallel
from skdvgs._utils.threads import threads_per_job
from skdvgs._values.aggregate import AggregatedScores, aggregate


@dataclass(frozen=True)
class WorkItem:
    """What one worker does at a time: a trajectory, on all source rows or on a part of them.

    Attributes
    ----------
    number : int
        Work items of the fit before this one.
    trajectory : int
        Trajectories of the fit before this one.
    job : TrajectoryJob
        Trajectory to train, with the rows it scores.
    files : TrajectoryFiles or None
        Files of this item in the `checkpoint_dir`.
    """

    number: int
    trajectory: int
    job: TrajectoryJob
    files: TrajectoryFiles | None


def run_restarts(
    plan: Plan, parameters: ResolvedParameters, state: FitState, progress: Progress
) -> tuple[list[TrajectoryJob], list[TrajectoryResult], AggregatedScores]:
    """Run the restarts of a fit in waves, until more of them would not change the ranking.

    Parameters
    ----------
    plan : Plan
        Prepared rows, folds and seeds.
    parameters : ResolvedParameters
        Of the fit.
    state : FitState
        Where results are written, and read if an earlier run was stopped.
    progress : Progress
        Shown on the way.

    Returns
    -------
    jobs, results : lists
        One of each for every trajectory that was run.
    scores : AggregatedScores
        Means over the trajectories.
    """
    jobs: list[TrajectoryJob] = []
    results: list[TrajectoryResult] = []
    items_per_restart = sum(n_shards(len(f.source), parameters.tol) for f in plan.folds)
    most_items = items_per_restart * parameters.n_restarts
    progress.start_trajectories(most_items, len(plan.source.X), parameters.n_jobs)
    n_items, threads = 0, 1
    for restarts in plan.waves(parameters.n_restarts):
        new_jobs = make_jobs(plan, parameters, restarts)
        if not jobs:
            # Before any training: what is wrong with the network is found here.
            work = n_parameters(new_jobs[0].dry_run()) * len(plan.source.X)
            threads = state.get_or_store("threads", threads_per_job(most_items, work))
        items = _work_items(new_jobs, len(jobs), n_items, state, parameters.checkpoints_in_files)
        parts = _run_all(items, threads, parameters.n_jobs, progress, most_items)
        by_trajectory = groupby(zip(items, parts, strict=True), key=lambda pair: pair[0].trajectory)
        results += [join([part for _, part in pairs]) for _, pairs in by_trajectory]
        jobs += new_jobs
        n_items += len(items)
        scores = aggregate(
            [result.scores for result in results],
            [job.request.rows for job in jobs],
            len(plan.source.X),
        )
        if parameters.tol is not None and scores.has_converged(parameters.tol):
            break
    progress.finish(len(jobs), sum(len(result.losses) for result in results))
    return jobs, results, scores


def _work_items(
    jobs: list[TrajectoryJob],
    n_trajectories: int,
    n_items: int,
    state: FitState,
    checkpoints_in_files: bool,
) -> list[WorkItem]:
    """Cut each trajectory into parts of its rows, and number all of them."""
    items: list[WorkItem] = []
    for trajectory, job in enumerate(jobs, n_trajectories):
        for part, shard in enumerate(shards_of(job)):
            name = trajectory_name(trajectory) + (f"-part-{part:03d}" if part else "")
            # Every part trains the same network; one copy of its checkpoints is enough.
            files = state.files(name, checkpoints_in_files and part == 0)
            items.append(WorkItem(n_items + len(items), trajectory, shard, files))
    return items


def trajectory_name(number: int) -> str:
    """Name of a trajectory's files and folder in the `checkpoint_dir`."""
    return f"trajectory-{number:04d}"


def _run_all(
    items: list[WorkItem], threads: int, n_jobs: int | None, progress: Progress, most_items: int
) -> Sequence[TrajectoryResult]:
    """Results of the items, in their order: finished ones are read, the others run."""
    results = {item.number: read_result(item.files) for item in items}
    to_run = [item for item in items if results[item.number] is None]
    done = items[0].number + len(items) - len(to_run)
    parallel = ProgressParallel(progress, done, most_items, n_jobs=n_jobs, prefer="processes")
    found = parallel(
        delayed(run_job)(
            item.job, threads, item.files, progress.for_trajectory(number, item.job.name)
        )
        for number, item in enumerate(to_run, done)
    )
    results |= {item.number: result for item, result in zip(to_run, found, strict=True)}
    return [result for result in results.values() if result is not None]
