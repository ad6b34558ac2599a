"""TrajectoryFiles: what a worker writes to a `checkpoint_dir` about its trajectory."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from skdvgs._storage.npz import Arrays, prefixed, read_npz, storing, write_npz
from skdvgs._storage.recorded_checkpoints import RecordedCheckpoint, checkpoint_file
from skdvgs.exceptions import DamagedFileWarning, StorageError

_ADVICE = (
    "What was written before is good. Make room, and fit again with the same checkpoint_dir: it "
    "goes on from there."
)

_AGAIN = "What it held is computed again."


@dataclass(frozen=True)
class TrajectoryFiles:
    """Where a worker writes its progress, its result and its checkpoints.

    Attributes
    ----------
    folder : Path
        Folder of the fit, `checkpoint_dir`.
    name : str
        Name of the trajectory's files, e.g. 'trajectory-0003'.
    run : str
        Identifies the fit. Files that a worker of an earlier fit left behind are not read.
    seconds : float
        Shortest time from one writing of the progress to the next, in seconds.
    holds_checkpoints : bool
        Whether the trajectory's checkpoints are written to files.
    """

    folder: Path
    name: str
    run: str
    seconds: float
    holds_checkpoints: bool

    @property
    def finished(self) -> Path:
        """File with the result of the trajectory."""
        return self.folder / f"{self.name}.npz"

    @property
    def unfinished(self) -> Path:
        """File with the progress of a trajectory that still runs."""
        return self.folder / f"{self.name}-unfinished.npz"

    def write_finished(self, arrays: Mapping[str, NDArray[Any]], metadata: Any) -> None:
        """Write the result of the trajectory, and remove its progress.

        Raises
        ------
        StorageError
            If it cannot be written.
        """
        write_npz(self.finished, arrays, {"run": self.run, "metadata": metadata}, _ADVICE)
        self.unfinished.unlink(missing_ok=True)

    def write_unfinished(self, arrays: Mapping[str, NDArray[Any]], metadata: Any) -> None:
        """Write the progress of the trajectory.

        Raises
        ------
        StorageError
            If it cannot be written.
        """
        write_npz(self.unfinished, arrays, {"run": self.run, "metadata": metadata}, _ADVICE)

    def read_finished(self) -> tuple[Arrays, Any] | None:
        """Read the result of the trajectory; None if there is none that can be used.

        Warns
        -----
        DamagedFileWarning
            If the file is damaged.
        """
        return self._read(self.finished)

    def read_unfinished(self) -> tuple[Arrays, Any] | None:
        """Read the progress of the trajectory; None if there is none that can be used.

        Warns
        -----
        DamagedFileWarning
            If the file is damaged.
        """
        return self._read(self.unfinished)

    def write_checkpoint(self, number: int, checkpoint: RecordedCheckpoint) -> str:
        """Write one checkpoint to a file of its own.

        Returns
        -------
        str
            Digest of its content.

        Raises
        ------
        StorageError
            If it cannot be written.
        """
        path = checkpoint_file(self.folder / self.name, number)
        with storing(path.parent, _ADVICE):
            path.parent.mkdir(parents=True, exist_ok=True)
        arrays = prefixed("state", checkpoint.state) | prefixed("gradient", checkpoint.gradient)
        metadata = {
            "typical_norm": checkpoint.typical_norm,
            "learning_rate": checkpoint.learning_rate,
        }
        return write_npz(path, arrays, metadata, _ADVICE)

    def has_checkpoints(self, n_checkpoints: int) -> bool:
        """Whether the files of so many checkpoints are all there."""
        folder = self.folder / self.name
        return all(checkpoint_file(folder, number).is_file() for number in range(n_checkpoints))

    def _read(self, path: Path) -> tuple[Arrays, Any] | None:
        if not path.exists():
            return None
        try:
            arrays, metadata = read_npz(path, _AGAIN)
        except StorageError as error:
            warnings.warn(str(error), DamagedFileWarning, stacklevel=2)
            return None
        return (arrays, metadata["metadata"]) if metadata["run"] == self.run else None
