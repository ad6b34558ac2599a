"""The files of one trajectory in a `checkpoint_dir`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from skdvgs._storage.npz import Arrays, read_npz, write_npz
from skdvgs.exceptions import DamagedFileWarning, StorageError

_ADVICE = (
    "What was written before is good. Make room, and fit again with the same checkpoint_dir: it "
    "goes on from there."
)


_AGAIN = "What it held is computed again."


@dataclass(frozen=True)
class TrajectoryFiles:
    """Where a worker writes how far its trajectory has come, and what came of it.

    Attributes
    ----------
    folder : Path
        The `checkpoint_dir`.
    number : int
        Of the trajectory.
    run : str
        Which fit writes; files that a worker of an earlier one left are not read.
    seconds : float
        From one writing of an unfinished trajectory to the next, at least.
    """

    folder: Path
    number: int
    run: str
    seconds: float

    @property
    def finished(self) -> Path:
        """File of what came of the trajectory."""
        return self.folder / f"trajectory-{self.number:04d}.npz"

    @property
    def unfinished(self) -> Path:
        """File of how far it has come."""
        return self.folder / f"trajectory-{self.number:04d}-unfinished.npz"

    def write_finished(self, arrays: Mapping[str, NDArray[Any]], metadata: Any) -> None:
        """Write what came of the trajectory; how far it had come is of no use then.

        Raises
        ------
        StorageError
            If it cannot be written.
        """
        write_npz(self.finished, arrays, {"run": self.run, "metadata": metadata}, _ADVICE)
        self.unfinished.unlink(missing_ok=True)

    def write_unfinished(self, arrays: Mapping[str, NDArray[Any]], metadata: Any) -> None:
        """Write how far the trajectory has come.

        Raises
        ------
        StorageError
            If it cannot be written.
        """
        write_npz(self.unfinished, arrays, {"run": self.run, "metadata": metadata}, _ADVICE)

    def read_finished(self) -> tuple[Arrays, Any] | None:
        """What came of the trajectory; None where that is not known.

        Warns
        -----
        DamagedFileWarning
            If the file is damaged.
        """
        return self._read(self.finished)

    def read_unfinished(self) -> tuple[Arrays, Any] | None:
        """How far the trajectory had come; None where that is not known."""
        return self._read(self.unfinished)

    def _read(self, path: Path) -> tuple[Arrays, Any] | None:
        if not path.exists():
            return None
        try:
            arrays, metadata = read_npz(path, _AGAIN)
        except StorageError as error:
            warnings.warn(str(error), DamagedFileWarning, stacklevel=2)
            return None
        return (arrays, metadata["metadata"]) if metadata["run"] == self.run else None
