"""Progress: how far a fit has come: one bar on standard error, in a terminal or a notebook."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from joblib import Parallel, effective_n_jobs

_FORMAT = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
# A trajectory that goes on for longer than was expected stays just short of its end.
_ALMOST = 0.999


class TrajectoryProgress:
    """Progress of one trajectory that runs in this process.

    Parameters
    ----------
    progress : Progress
        Bar of the whole fit.
    number : int
        Trajectories before this one.
    name : str
        Name of the trajectory, shown beside the bar.
    """

    def __init__(self, progress: Progress, number: int, name: str) -> None:
        self._progress, self._number, self._name = progress, number, name
        self._expected = 1

    def expect(self, n_checkpoints: int) -> None:
        """Note how many checkpoints there are to be, at most."""
        self._expected = max(1, n_checkpoints)

    def scored(self, checkpoint: int, share: float) -> None:
        """Note which share of the source rows has been scored at a checkpoint, from 0 on."""
        done = min((checkpoint + share) / self._expected, _ALMOST)
        text = f"{self._name}, checkpoint {checkpoint + 1} of {self._expected}"
        self._progress.update(self._number + done, text)


class Progress:
    """A bar over all trajectories of a fit, as far as they are in units of one trajectory.

    Trajectories in this process move it with every batch of source rows; those in other
    processes when they are finished.

    Parameters
    ----------
    verbose : int
        0 shows nothing.
    """

    def __init__(self, verbose: int) -> None:
        self._shown = bool(verbose)
        self._bar: Any = None
        self._in_this_process = True

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def start_preparation(self, n_rows: int) -> None:
        """Show that the rows are being prepared."""
        if not self._shown:
            return
        from tqdm.auto import tqdm

        text = f"skdvgs: preparing {n_rows:,} rows"
        self._bar = tqdm(total=1, desc=text, bar_format=_FORMAT, dynamic_ncols=True)

    def start_trajectories(self, n_trajectories: int, n_rows: int, n_jobs: int | None) -> None:
        """Start the clock of the trajectories."""
        if self._bar is None:
            return
        self._in_this_process = effective_n_jobs(n_jobs) == 1
        self._bar.reset(total=n_trajectories)
        self._bar.set_description_str(f"skdvgs: valuing {n_rows:,} rows")

    def for_trajectory(self, number: int, name: str) -> TrajectoryProgress | None:
        """Return what follows a trajectory step by step, where that can be."""
        shown_here = self._bar is not None and self._in_this_process
        return TrajectoryProgress(self, number, name) if shown_here else None

    def update(self, done: float, text: str) -> None:
        """Show that so many trajectories are done, the fraction of a running one included."""
        if self._bar is not None:
            self._bar.set_postfix_str(text, refresh=False)
            self._bar.update(max(0.0, done - self._bar.n))

    def finish(self, n_trajectories: int, n_checkpoints: int) -> None:
        """Show the end, which the values may have reached with fewer restarts than allowed."""
        if self._bar is not None:
            self._bar.total = n_trajectories
            self._bar.n = n_trajectories
            text = f"{n_trajectories} trajectories, {n_checkpoints:,} checkpoints"
            self._bar.set_postfix_str(text, refresh=False)
            self._bar.refresh()


class ProgressParallel(Parallel):  # type: ignore[misc]
    """Joblib's Parallel, whose finished tasks move a bar.

    A generator of results would say the same, but the backend of Ray does not return one.

    Parameters
    ----------
    progress : Progress
        Bar of the whole fit.
    before, total : int
        Trajectories done before these, and all there may be.
    **settings : dict
        Parameters of ``joblib.Parallel``.
    """

    def __init__(self, progress: Progress, before: int, total: int, **settings: Any) -> None:
        super().__init__(**settings)
        self._progress, self._before, self._all = progress, before, total

    def print_progress(self) -> None:
        """Move the bar; joblib calls it in this process after each finished batch of tasks."""
        done = self._before + self.n_completed_tasks
        self._progress.update(done, f"{done} of {self._all} trajectories")
