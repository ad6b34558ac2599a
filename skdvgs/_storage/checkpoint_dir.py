"""CheckpointDir: the folder that a fit writes to, so that it can be resumed and scored again.

::

    <checkpoint_dir>/fit.lock                           held while a fit runs
    <checkpoint_dir>/fit.json                           parameters, data and draws of the fit
    <checkpoint_dir>/folds.npz                          where no target set was given
    <checkpoint_dir>/trajectory-0000.npz                result of a finished trajectory
    <checkpoint_dir>/trajectory-0001-unfinished.npz     progress of one that still runs
    <checkpoint_dir>/trajectory-0000/checkpoint-*.npz   with store_trajectory=True
    <checkpoint_dir>/manifest.json                      digests of these checkpoints
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from skdvgs._storage.fit_fingerprint import Fingerprint, differences
from skdvgs._storage.folders import make_folder, remove_parts
from skdvgs._storage.npz import read_npz, storing, write_npz
from skdvgs._storage.recorded_checkpoints import StoredFit, write_manifest
from skdvgs._storage.trajectory_files import TrajectoryFiles
from skdvgs._utils.atomic_write import atomic_write
from skdvgs.exceptions import InvalidInputError, SkdvgsError, StorageError

# From one writing of an unfinished trajectory to the next: what a kill costs at most, beside
# training up to there.
SECONDS = 30.0
_FORMAT = "skdvgs fit, version 1"
_RECORD, _LOCK, _FOLDS = "fit.json", "fit.lock", "folds.npz"
_ADVICE = "Make room, and fit again with the same checkpoint_dir: it goes on from there."

Folds = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


class FitState(Protocol):
    """What a fit that is resumed takes from its first run; see :class:`CheckpointDir`."""

    def random_state(self, given: np.random.RandomState) -> np.random.RandomState:
        """Return the generator that the fit draws from."""

    def get_or_store(self, name: str, value: Any) -> Any:
        """Return what was stored under a name by an earlier run, or store a value there."""

    def get_or_store_folds(self, folds: Folds, may_vary: bool) -> Folds:
        """Return the folds of an earlier run, or store these."""

    def files(self, name: str, holds_checkpoints: bool) -> TrajectoryFiles | None:
        """Return the files of a trajectory, if it has any."""

    def finish(self, digests: Mapping[str, Sequence[str]]) -> StoredFit | None:
        """Store which checkpoints the fit has; None where none are in files."""


class NoCheckpointDir:
    """A fit without a `checkpoint_dir`: nothing is stored and nothing is restored."""

    def random_state(self, given: np.random.RandomState) -> np.random.RandomState:
        """Return the given generator."""
        return given

    def get_or_store(self, name: str, value: Any) -> Any:
        """Return the value."""
        return value

    def get_or_store_folds(self, folds: Folds, may_vary: bool) -> Folds:
        """Return the folds."""
        return folds

    def files(self, name: str, holds_checkpoints: bool) -> None:
        """Return None: a trajectory has no files."""

    def finish(self, digests: Mapping[str, Sequence[str]]) -> None:
        """Return None: no checkpoints are in files."""


class CheckpointDir:
    """The folder of a fit that can be resumed.

    Parameters
    ----------
    path : Path
        An existing folder, locked.
    now : dict of str to str
        Fingerprint of the fit that is asked for.

    Raises
    ------
    InvalidInputError
        If it holds another fit or other files.
    """

    def __init__(self, path: Path, now: Fingerprint) -> None:
        self._path = path
        self._record = self._read_record()
        if self._record is None:
            self._check_empty()
            self._record = {"format": _FORMAT, "run": secrets.token_hex(8), "begun_with": now}
            self._write_record()
            return
        changed = differences(self._record["begun_with"], now)
        if changed:
            raise InvalidInputError(
                f"checkpoint_dir={str(path)!r} holds a fit that was begun otherwise: "
                f"{'; '.join(changed)}. A fit is gone on with as it was begun, or values would "
                "mix. Fit as then, or give each fit a checkpoint_dir of its own (in a grid search "
                "or cross-validation: None), or remove the folder."
            )
        remove_parts(path)

    def random_state(self, given: np.random.RandomState) -> np.random.RandomState:
        """What to draw from: a random state as it was when the fit was begun."""
        now = _as_lists(given.get_state(legacy=False))
        before = self.get_or_store("random_state", now)
        if before == now:
            return given
        drawn = np.random.RandomState()
        drawn.set_state(before)
        return drawn

    def get_or_store(self, name: str, value: Any) -> Any:
        """A fact as it was when the fit was begun."""
        if name not in self._record:
            self._record[name] = value
            self._write_record()
        return self._record[name]

    def get_or_store_folds(self, folds: Folds, may_vary: bool) -> Folds:
        """Folds as they were when the fit was begun.

        Parameters
        ----------
        folds : list of (target, source)
            Row numbers of this run's folds.
        may_vary : bool
            Whether a splitter drew them anew; those of the user's own are refused.

        Raises
        ------
        InvalidInputError
            If they are others and may not be.
        """
        path = self._path / _FOLDS
        now = {
            f"{number}/{name}": rows
            for number, fold in enumerate(folds)
            for name, rows in zip(("target", "source"), fold, strict=True)
        }
        if not path.exists():
            write_npz(path, now, None, _ADVICE)
            return folds
        before, _ = read_npz(path, "Remove the folder and fit again.")
        same = before.keys() == now.keys() and all(np.array_equal(before[k], now[k]) for k in now)
        if same:
            return folds
        if not may_vary or before.keys() != now.keys():
            raise InvalidInputError(
                f"cv yields other folds than when the fit in checkpoint_dir={str(self._path)!r} "
                "was begun. A fit is gone on with as it was begun. Give the same folds, or "
                "another checkpoint_dir."
            )
        return [(before[f"{i}/target"], before[f"{i}/source"]) for i in range(len(folds))]

    def files(self, name: str, holds_checkpoints: bool) -> TrajectoryFiles:
        """Return the files of a trajectory.

        Parameters
        ----------
        name : str
            Name of the trajectory's files.
        holds_checkpoints : bool
            Whether its checkpoints are written to files.
        """
        return TrajectoryFiles(self._path, name, self._record["run"], SECONDS, holds_checkpoints)

    def finish(self, digests: Mapping[str, Sequence[str]]) -> StoredFit | None:
        """Write the manifest of the checkpoints; None where none are in files.

        Parameters
        ----------
        digests : mapping of str to sequence of str
            Digests of the checkpoints of each trajectory that has them in files.
        """
        return write_manifest(self._path, digests) if digests else None

    def after(self, error: BaseException) -> None:
        """Empty the folder after an error that would come again, if nothing is lost by it."""
        hopeless = isinstance(error, SkdvgsError) and not isinstance(error, StorageError)
        unfinished = list(self._path.glob("trajectory-*-unfinished.npz"))
        finished = set(self._path.glob("trajectory-*.npz")) - set(unfinished)
        if finished or (unfinished and not hopeless) or not isinstance(error, Exception):
            return
        for path in (*unfinished, self._path / _FOLDS, self._path / _RECORD):
            path.unlink(missing_ok=True)
        for folder in filter(Path.is_dir, self._path.glob("trajectory-*")):
            shutil.rmtree(folder, ignore_errors=True)

    def _read_record(self) -> Any:
        path = self._path / _RECORD
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["format"] == _FORMAT and {"run", "begun_with"} <= record.keys():
                return record
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError):
            pass
        except OSError as error:
            raise InvalidInputError(
                f"{path} cannot be read: {error.strerror}. It says which fit is gone on with. "
                "Make it readable, or give another checkpoint_dir."
            ) from error
        raise InvalidInputError(
            f"{path} is damaged or of another version of skdvgs. It says which fit is gone on "
            "with. Bring it back as it was, or give an empty checkpoint_dir."
        )

    def _check_empty(self) -> None:
        strange = [p.name for p in self._path.iterdir() if p.name != _LOCK and p.suffix != ".part"]
        if strange:
            raise InvalidInputError(
                f"checkpoint_dir={str(self._path)!r} holds files that are not of a fit: "
                f"{sorted(strange)[:5]}. They might be written over. Give an empty folder, or one "
                "that need not exist yet."
            )

    def _write_record(self) -> None:
        path = self._path / _RECORD
        with storing(path, _ADVICE), atomic_write(path, "w", encoding="utf-8") as file:
            json.dump(self._record, file, indent=1)


def _as_lists(state: Any) -> Any:
    """A random state as JSON knows it; numpy reads lists as well."""
    if isinstance(state, dict):
        return {name: _as_lists(value) for name, value in state.items()}
    return state.tolist() if isinstance(state, (np.ndarray, np.generic)) else state


@contextmanager
def open_checkpoint_dir(
    path: str | os.PathLike[str] | None, now: Callable[[], Fingerprint]
) -> Iterator[FitState]:
    """Lock a `checkpoint_dir` and find out what has been done in it.

    Parameters
    ----------
    path : path-like or None
        None is a fit that is not to be gone on with.
    now : callable
        Returns the fingerprint of the fit that is asked for.

    Yields
    ------
    FitState

    Raises
    ------
    InvalidInputError
        If the folder cannot be used, is used by another fit, or holds another one.
    """
    if path is None:
        yield NoCheckpointDir()
        return
    place = make_folder(path)
    lock = FileLock(place / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise InvalidInputError(
            f"checkpoint_dir={str(place)!r} is being used by another fit. Two would write over "
            "each other. Wait for its end, or give each fit a folder of its own."
        ) from error
    except OSError as error:
        raise InvalidInputError(
            f"checkpoint_dir={str(place)!r} cannot be locked: {error.strerror}. Two fits in one "
            "folder would write over each other. Give a folder that can be written to."
        ) from error
    try:
        state = CheckpointDir(place, now())
        try:
            yield state
        except BaseException as error:
            state.after(error)
            raise
    finally:
        lock.release()
