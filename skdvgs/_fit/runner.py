"""The course of a fit: restarts in waves, each trajectory run or read, until it is enough."""

from __future__ import annotations

from itertools import islice
from typing import Any

from joblib import delayed

from skdvgs._fit.parameters import ResolvedParameters
from skdvgs._fit.plan import Plan, make_jobs
from skdvgs._storage.checkpoint_dir import NoCheckpointDir
from skdvgs._storage.trajectory_store import TrajectoryStore
from skdvgs._trajectory.job import TrajectoryJob, run_job, threads_a_job
from skdvgs._trajectory.result import TrajectoryOutput, TrajectoryResult, read_result
from skdvgs._trajectory.shards import join, n_shards, shards_of
from skdvgs._utils.progress import Progress, ShownParallel
from skdvgs._values.aggregate import AggregatedScores, aggregate


def run_restarts(
    valuer: Any,
    plan: Plan,
    settings: ResolvedParameters,
    progress: Progress,
    run: NoCheckpointDir,
    store: TrajectoryStore | None,
) -> tuple[list[TrajectoryJob], list[TrajectoryResult], AggregatedScores]:
    """Run restarts in waves until the ranking has settled.

    Parameters
    ----------
    valuer : DVGSValuer
        Whose fit it is.
    plan : Plan
        Of the data.
    settings : ResolvedParameters
        Of the fit.
    progress : Progress
        Shown on the way.
    run : NoCheckpointDir or CheckpointDir
        Where results are written and read.
    store : TrajectoryStore or None
        Where checkpoints are written.
    """
    jobs: list[TrajectoryJob] = []
    results: list[TrajectoryResult] = []
    threads, done = 0, 0
    shards_a_restart = sum(n_shards(len(fold.source), settings.tol) for fold in plan.folds)
    most = shards_a_restart * settings.n_restarts
    progress.start_trajectories(most, plan.n_source, valuer.n_jobs)
    for restarts in plan.waves(settings.n_restarts):
        wave = make_jobs(valuer, plan, settings, restarts)
        if not jobs:
            work = wave[0].check() * plan.n_source
            threads = run.get_or_store("threads", threads_a_job(most, work))
        parts = [shards_of(job) for job in wave]
        shards = [shard for part in parts for shard in part]
        # One folder for a trajectory, however many parts of its rows are valued.
        folders = [
            store.trajectory(number) if store is not None and position == 0 else None
            for number, part in enumerate(parts, len(jobs))
            for position in range(len(part))
        ]
        storages = [
            TrajectoryOutput(run.slot(number), folder)
            for number, folder in enumerate(folders, done)
        ]
        found = iter(_run_wave(valuer.n_jobs, progress, most, done, shards, storages, threads))
        results += [join(list(islice(found, len(part)))) for part in parts]
        done += len(shards)
        jobs += wave
        outcome = aggregate(
            [result.answer for result in results],
            [job.questions.rows for job in jobs],
            [job.questions.trusted - plan.n_source for job in jobs],
            plan.n_source,
        )
        if settings.tol is not None and outcome.has_converged(settings.tol):
            break
    progress.finish(len(jobs), sum(len(result.losses) for result in results))
    return jobs, results, outcome


def _run_wave(
    n_jobs: int | None,
    progress: Progress,
    most: int,
    before: int,
    wave: list[TrajectoryJob],
    storages: list[TrajectoryOutput],
    threads: int,
) -> list[TrajectoryResult]:
    """Results of some trajectories: those that are written already are read."""
    results = [read_result(storage) for storage in storages]
    left = [i for i, result in enumerate(results) if result is None]
    done = before + len(wave) - len(left)
    parallel = ShownParallel(progress, done, most, n_jobs=n_jobs, prefer="processes")
    found = parallel(
        delayed(run_job)(
            wave[i], threads, progress.for_trajectory(number, wave[i].name), storages[i]
        )
        for number, i in enumerate(left, done)
    )
    for i, result in zip(left, found, strict=True):
        results[i] = result
    return [result for result in results if result is not None]
