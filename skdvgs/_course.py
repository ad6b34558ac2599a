"""The course of a fit: restarts in waves, each trajectory run or read, until it is enough."""

from __future__ import annotations

from typing import Any

from joblib import delayed

from ._job import TrajectoryJob, run_job, threads_a_job
from ._outcome import Outcome, combine
from ._plan import Plan, make_jobs
from ._progress import Progress, ShownParallel
from ._result import JobStorage, TrajectoryResult, read_result
from ._settings import Settings
from ._storage import TrajectoryStore, Unsaved


def run_trajectories(
    valuer: Any,
    plan: Plan,
    settings: Settings,
    progress: Progress,
    run: Unsaved,
    store: TrajectoryStore | None,
) -> tuple[list[TrajectoryJob], list[TrajectoryResult], Outcome]:
    """Run restarts in waves until the ranking has settled.

    Parameters
    ----------
    valuer : DVGSValuer
        Whose fit it is.
    plan : Plan
        Of the data.
    settings : Settings
        Of the fit.
    progress : Progress
        Shown on the way.
    run : Unsaved or RunFolder
        Where results are written and read.
    store : TrajectoryStore or None
        Where checkpoints are written.
    """
    jobs: list[TrajectoryJob] = []
    results: list[TrajectoryResult] = []
    threads, most = 0, plan.seeds.size
    progress.start(most, plan.n_source, valuer.n_jobs)
    for restarts in plan.waves(settings.n_restarts):
        wave = make_jobs(valuer, plan, settings, restarts)
        if not jobs:
            work = wave[0].check() * plan.n_source
            threads = run.recall("threads", threads_a_job(most, work))
        storages = [_storage(number, run, store) for number, _ in enumerate(wave, len(jobs))]
        results += _run_wave(valuer.n_jobs, progress, most, len(jobs), wave, storages, threads)
        jobs += wave
        outcome = combine(jobs, results, plan.n_source)
        if settings.tol is not None and outcome.settled(settings.tol):
            break
    progress.finish(len(jobs), sum(len(result.losses) for result in results))
    return jobs, results, outcome


def _storage(number: int, run: Unsaved, store: TrajectoryStore | None) -> JobStorage:
    return JobStorage(run.slot(number), None if store is None else store.trajectory(number))


def _run_wave(
    n_jobs: int | None,
    progress: Progress,
    most: int,
    before: int,
    wave: list[TrajectoryJob],
    storages: list[JobStorage],
    threads: int,
) -> list[TrajectoryResult]:
    """Results of some trajectories: those that are written already are read."""
    results = [read_result(storage) for storage in storages]
    left = [i for i, result in enumerate(results) if result is None]
    done = before + len(wave) - len(left)
    parallel = ShownParallel(progress, done, most, n_jobs=n_jobs, prefer="processes")
    found = parallel(
        delayed(run_job)(wave[i], threads, progress.watch(number, wave[i].name), storages[i])
        for number, i in enumerate(left, done)
    )
    for i, result in zip(left, found, strict=True):
        results[i] = result
    return [result for result in results if result is not None]
