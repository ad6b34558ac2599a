"""What comes of a trajectory, and how it is written to a file."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skorch.history import History

from skdvgs._storage.npz import Arrays, prefixed, within
from skdvgs._storage.trajectory_files import TrajectoryFiles
from skdvgs._storage.trajectory_store import RecordedCheckpoint, TrajectoryFolder
from skdvgs._values.row_scores import RowScores


@dataclass(frozen=True)
class TrajectoryOutput:
    """Files that a trajectory writes.

    Attributes
    ----------
    slot : TrajectoryFiles or None
        How far it has come, and its result, to go on after a kill.
    folder : TrajectoryFolder or None
        Its checkpoints, to value further rows.
    """

    slot: TrajectoryFiles | None = None
    folder: TrajectoryFolder | None = None


@dataclass(frozen=True)
class TrajectoryResult:
    """What a trajectory sends back: arrays, so that a net defined in a notebook can run anywhere.

    Attributes
    ----------
    answer : RowScores
        Mean similarities.
    losses : array of shape (n_checkpoints,)
        Target loss at each checkpoint.
    converged : bool
        Whether the ranking had settled; False where nobody looked.
    report : dict of str to str
        The engine's path for each parameter.
    state : dict of str to array
        The trained weights.
    history : list of dict
        skorch's record of the training.
    kept : sequence of RecordedCheckpoint
        Every checkpoint, if they were to be kept in memory.
    stored : list of str
        The digest of each, if they were written to files instead.
    """

    answer: RowScores
    losses: NDArray[np.float64]
    converged: bool
    report: dict[str, str]
    state: dict[str, NDArray[Any]]
    history: Any
    kept: Sequence[RecordedCheckpoint] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)


def write_result(slot: TrajectoryFiles, result: TrajectoryResult) -> None:
    """Write a result as arrays and metadata."""
    answer = {
        part.name: array
        for part in dataclasses.fields(result.answer)
        if (array := getattr(result.answer, part.name)) is not None
    }
    arrays = prefixed("answer", answer) | prefixed("state", result.state)
    arrays["losses"] = result.losses
    for number, kept in enumerate(result.kept):
        arrays |= prefixed(f"kept/{number}/state", kept.state)
        arrays |= prefixed(f"kept/{number}/gradient", kept.gradient)
    metadata = {
        "converged": result.converged,
        "report": result.report,
        "history": list(result.history),
        "typical_norms": [kept.typical_norm for kept in result.kept],
        "stored": result.stored,
    }
    slot.write_finished(arrays, metadata)


def read_result(storage: TrajectoryOutput) -> TrajectoryResult | None:
    """Read what :func:`write_result` wrote; None where there is nothing that can be used."""
    read = None if storage.slot is None else storage.slot.read_finished()
    if read is None:
        return None
    arrays, metadata = read
    if storage.folder is not None and not storage.folder.holds(len(metadata["stored"])):
        return None
    names = [part.name for part in dataclasses.fields(RowScores)]
    answer: dict[str, Any] = {**dict.fromkeys(names), **within("answer", arrays)}
    return TrajectoryResult(
        answer=RowScores(**answer),
        losses=arrays["losses"],
        converged=metadata["converged"],
        report=metadata["report"],
        state=within("state", arrays),
        history=History(metadata["history"]),
        kept=_kept(arrays, metadata["typical_norms"]),
        stored=metadata["stored"],
    )


def _kept(arrays: Arrays, typical_norms: list[float]) -> list[RecordedCheckpoint]:
    parts: list[dict[str, Arrays]] = [{"state": {}, "gradient": {}} for _ in typical_norms]
    for path, array in within("kept", arrays).items():
        number, part, name = path.split("/", 2)
        parts[int(number)][part][name] = array
    return [
        RecordedCheckpoint(part["state"], part["gradient"], typical_norm)
        for part, typical_norm in zip(parts, typical_norms, strict=True)
    ]
