"""Trajectories in a folder: one file for each checkpoint, and a manifest with their digests.

::

    <store_trajectory>/fit-1a2b3c4d5e6f/manifest.json
    <store_trajectory>/fit-1a2b3c4d5e6f/trajectory-0000/checkpoint-000000.npz

Each fit has a folder of its own, so that none spoils what another one needs.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from numpy.typing import NDArray

from skdvgs._storage.folders import make_folder, remove_parts
from skdvgs._storage.npz import prefixed, read_npz, storing, within, write_npz
from skdvgs._utils.atomic_write import atomic_write
from skdvgs._version import __version__
from skdvgs.exceptions import StorageError

_MANIFEST = "manifest.json"


_FORMAT = "skdvgs trajectories, version 1"


_WRITING = "The trajectory is kept there as store_trajectory says. Make room or choose another path"


_READING = "score_samples and label_values need it. Bring it back as it was, or fit again."


@dataclass(frozen=True)
class RecordedCheckpoint:
    """A checkpoint to score more rows with, later.

    Attributes
    ----------
    state, gradient : dict of str to array
        Weights and buffers, and the target gradient, by name.
    typical_norm : float
        See :class:`skdvgs._scoring.similarity.Reference`.
    """

    state: dict[str, NDArray[Any]]
    gradient: dict[str, NDArray[Any]]
    typical_norm: float


@dataclass(frozen=True)
class TrajectoryFolder:
    """Where a worker writes the checkpoints of its trajectory as they come."""

    path: Path

    def write(self, number: int, kept: RecordedCheckpoint) -> str:
        """Write one checkpoint and return its digest.

        Raises
        ------
        StorageError
            If it cannot be written.
        """
        with storing(self.path, f"{_WRITING}, and fit again."):
            self.path.mkdir(parents=True, exist_ok=True)
        arrays = prefixed("state", kept.state) | prefixed("gradient", kept.gradient)
        metadata = {"typical_norm": kept.typical_norm}
        return write_npz(_file(self.path, number), arrays, metadata, f"{_WRITING}, and fit again.")

    def holds(self, n_checkpoints: int) -> bool:
        """Whether the files of a finished trajectory are all there."""
        return all(_file(self.path, number).is_file() for number in range(n_checkpoints))


def _file(folder: Path, number: int) -> Path:
    return folder / f"checkpoint-{number:06d}.npz"


class TrajectoryStore:
    """The folder of one fit while it is being filled.

    Parameters
    ----------
    path : path-like
        What ``store_trajectory`` says.
    name : str
        Of the fit's own folder in it.
    keep_unfinished : bool
        Whether a fit that fails leaves its checkpoints for the next one to go on with.
    """

    def __init__(self, path: str | os.PathLike[str], name: str, keep_unfinished: bool) -> None:
        self._path = make_folder(path, "store_trajectory") / name
        self._keep_unfinished = keep_unfinished

    @staticmethod
    def new_name() -> str:
        """Draw a name that no other fit has."""
        return f"fit-{secrets.token_hex(6)}"

    def __enter__(self) -> TrajectoryStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and not self._keep_unfinished:
            shutil.rmtree(self._path, ignore_errors=True)

    def trajectory(self, number: int) -> TrajectoryFolder:
        """The folder of one trajectory."""
        return TrajectoryFolder(self._path / _name(number))

    def finish(self, digests: Sequence[Sequence[str]]) -> StoredFit:
        """Write the manifest: digests of the checkpoints of each trajectory.

        Raises
        ------
        StorageError
            If it cannot be written.
        """
        named = {_name(number): list(found) for number, found in enumerate(digests)}
        metadata = {"format": _FORMAT, "skdvgs": __version__, "trajectories": named}
        text = json.dumps(metadata, indent=1).encode()
        path = self._path / _MANIFEST
        remove_parts(path.parent)
        with storing(path, f"{_WRITING}, and fit again."), atomic_write(path) as file:
            file.write(text)
        return StoredFit(self._path, hashlib.sha256(text).hexdigest())


def _name(number: int) -> str:
    return f"trajectory-{number:04d}"


@dataclass
class StoredFit:
    """The folder of a fit that is done: all that a pickled valuer holds of its checkpoints.

    Attributes
    ----------
    path : Path
        Where it was written.
    digest : str
        Of its manifest.
    elsewhere : Path or None
        Where to look for it next.
    """

    path: Path
    digest: str
    elsewhere: Path | None = None
    _found: tuple[Path, dict[str, list[str]]] | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_found": None}

    def look_in(self, place: Any) -> None:
        """Note a folder that it may have been moved to, and look for it anew."""
        self.elsewhere = self._found = None
        if isinstance(place, (str, os.PathLike)):
            self.elsewhere = Path(os.path.abspath(place))

    def find(self) -> tuple[Path, dict[str, list[str]]]:
        """Return the folder, and the digests in its manifest by trajectory.

        Raises
        ------
        StorageError
            If it is not found, or the manifest is another one.
        """
        if self._found is not None:
            return self._found
        other = None
        places = [self.path]
        if self.elsewhere is not None:
            places += [self.elsewhere / self.path.name, self.elsewhere]
        for place in places:
            try:
                text = (place / _MANIFEST).read_bytes()
            except OSError:
                continue
            if hashlib.sha256(text).hexdigest() == self.digest:
                self._found = place, json.loads(text)["trajectories"]
                return self._found
            other = place / _MANIFEST
        if other is not None:
            raise StorageError(f"{other} is damaged or belongs to another fit. {_READING}")
        raise StorageError(
            f"{self.path} is missing. It holds the trajectories that score_samples and "
            "label_values need. If it was moved, say where to: set_params(store_trajectory="
            f"'the folder that holds {self.path.name}') on the valuer; else fit again."
        )

    def trajectory(self, number: int) -> StoredCheckpoints:
        """The checkpoints of one trajectory."""
        name = _name(number)
        return StoredCheckpoints(self, name, len(self.find()[1][name]))

    def read(self, name: str, number: int) -> RecordedCheckpoint:
        """Read one checkpoint.

        Raises
        ------
        StorageError
            If its file is missing, damaged or another one.
        """
        place, digests = self.find()
        path = _file(place / name, number)
        arrays, metadata = read_npz(path, _READING, digests[name][number])
        return RecordedCheckpoint(
            within("state", arrays), within("gradient", arrays), metadata["typical_norm"]
        )


@dataclass(frozen=True)
class StoredCheckpoints(Sequence[RecordedCheckpoint]):
    """Checkpoints that are read one by one when they are asked for."""

    fit: StoredFit
    name: str
    n_checkpoints: int

    def __len__(self) -> int:
        return self.n_checkpoints

    @overload
    def __getitem__(self, number: int) -> RecordedCheckpoint: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[RecordedCheckpoint]: ...

    def __getitem__(self, number: int | slice) -> RecordedCheckpoint | Sequence[RecordedCheckpoint]:
        """Read a checkpoint, or some of them."""
        if isinstance(number, slice):
            return [self[i] for i in range(len(self))[number]]
        return self.fit.read(self.name, range(len(self))[number])
