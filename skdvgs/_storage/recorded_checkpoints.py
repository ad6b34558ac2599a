"""RecordedCheckpoint, and the checkpoints of a finished fit in its `checkpoint_dir`.

::

    <checkpoint_dir>/manifest.json
    <checkpoint_dir>/trajectory-0000/checkpoint-000000.npz
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from numpy.typing import NDArray

from skdvgs._storage.folders import remove_parts
from skdvgs._storage.npz import read_npz, storing, within
from skdvgs._utils.atomic_write import atomic_write
from skdvgs._version import __version__
from skdvgs.exceptions import StorageError

_MANIFEST = "manifest.json"
_FORMAT = "skdvgs trajectories, version 2"
_WRITING = "Make room, and fit again with the same checkpoint_dir: it goes on from there."
_READING = "score_samples and label_values need it. Bring it back as it was, or fit again."


@dataclass(frozen=True)
class RecordedCheckpoint:
    """A checkpoint that is kept to score more rows later.

    Attributes
    ----------
    state : dict of str to array
        Weights that were trained up to here, and buffers, by name. Others are as they were drawn.
    gradient : dict of str to array
        Target gradient by name, of the parameters that were trained at this checkpoint.
    typical_norm : float
        Median norm of the target rows' own gradients; NaN where no similarity needs it.
    learning_rate : float
        Of the optimiser's step that followed; NaN where parameters had several.
    """

    state: dict[str, NDArray[Any]]
    gradient: dict[str, NDArray[Any]]
    typical_norm: float
    learning_rate: float = float("nan")


def checkpoint_file(folder: Path, number: int) -> Path:
    """File of one checkpoint in the folder of its trajectory."""
    return folder / f"checkpoint-{number:06d}.npz"


def write_manifest(folder: Path, digests: Mapping[str, Sequence[str]]) -> StoredFit:
    """Write which checkpoints a finished fit has.

    Parameters
    ----------
    folder : Path
        Folder of the fit, `checkpoint_dir`.
    digests : mapping of str to sequence of str
        Digests of the checkpoints of each trajectory.

    Raises
    ------
    StorageError
        If it cannot be written.
    """
    trajectories = {name: list(found) for name, found in digests.items()}
    manifest = {"format": _FORMAT, "skdvgs": __version__, "trajectories": trajectories}
    text = json.dumps(manifest, indent=1).encode()
    path = folder / _MANIFEST
    remove_parts(folder)
    with storing(path, _WRITING), atomic_write(path) as file:
        file.write(text)
    return StoredFit(folder, hashlib.sha256(text).hexdigest())


@dataclass
class StoredFit:
    """Where the checkpoints of a finished fit are. A pickled valuer holds this, not them.

    Attributes
    ----------
    path : Path
        The `checkpoint_dir` they were written to.
    digest : str
        Digest of the manifest.
    elsewhere : Path or None
        A second place to look for them.
    """

    path: Path
    digest: str
    elsewhere: Path | None = None
    _found: tuple[Path, dict[str, list[str]]] | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_found": None}

    def look_in(self, place: str | os.PathLike[str] | None) -> None:
        """Set a folder that the checkpoints may have been moved to."""
        self._found = None
        self.elsewhere = None if place is None else Path(os.path.abspath(place))

    def find(self) -> tuple[Path, dict[str, list[str]]]:
        """Return the folder, and the digests in its manifest by trajectory.

        Raises
        ------
        StorageError
            If the folder is missing or its manifest is not the one of this fit.
        """
        if self._found is not None:
            return self._found
        other = None
        for place in filter(None, (self.path, self.elsewhere)):
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
            "label_values need. If it was moved, say where to: "
            "set_params(checkpoint_dir='its new place') on the valuer; else fit again."
        )

    def checkpoints(self, name: str) -> StoredCheckpoints:
        """The checkpoints of one trajectory."""
        return StoredCheckpoints(self, name, len(self.find()[1][name]))

    def read(self, name: str, number: int) -> RecordedCheckpoint:
        """Read one checkpoint of a trajectory.

        Raises
        ------
        StorageError
            If its file is missing, damaged or not the one of this fit.
        """
        place, digests = self.find()
        path = checkpoint_file(place / name, number)
        arrays, metadata = read_npz(path, _READING, digests[name][number])
        return RecordedCheckpoint(
            within("state", arrays),
            within("gradient", arrays),
            metadata["typical_norm"],
            metadata["learning_rate"],
        )


@dataclass(frozen=True)
class StoredCheckpoints(Sequence[RecordedCheckpoint]):
    """Checkpoints of one trajectory; each is read from its file when it is asked for."""

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
