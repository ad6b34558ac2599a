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
from skdvgs._storage.trajectory_files import Slot
from skdvgs._storage.trajectory_store import KeptCheckpoint, TrajectoryFolder
from skdvgs._values.row_scores import Answer


@dataclass(frozen=True)
class JobStorage:
    """Files that a trajectory writes.

    Attributes
    ----------
    slot : Slot or None
        How far it has come, and its result, to go on after a kill.
    folder : TrajectoryFolder or None
        Its checkpoints, to value further rows.
    """

    slot: Slot | None = None
    folder: TrajectoryFolder | None = None


@dataclass(frozen=True)
class TrajectoryResult:
    """What a trajectory sends back: arrays, so that a net defined in a notebook can run anywhere.

    Attributes
    ----------
    answer : Answer
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
    kept : sequence of KeptCheckpoint
        Every checkpoint, if they were to be kept in memory.
    stored : list of str
        The digest of each, if they were written to files instead.
    """

    answer: Answer
    losses: NDArray[np.float64]
    converged: bool
    report: dict[str, str]
    state: dict[str, NDArray[Any]]
    history: Any
    kept: Sequence[KeptCheckpoint] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)


def write_result(slot: Slot, result: TrajectoryResult) -> None:
    """Write a result as arrays and facts."""
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
    facts = {
        "converged": result.converged,
        "report": result.report,
        "history": list(result.history),
        "typical_norms": [kept.typical_norm for kept in result.kept],
        "stored": result.stored,
    }
    slot.write_finished(arrays, facts)


def read_result(storage: JobStorage) -> TrajectoryResult | None:
    """Read what :func:`write_result` wrote; None where there is nothing that can be used."""
    read = None if storage.slot is None else storage.slot.read_finished()
    if read is None:
        return None
    arrays, facts = read
    if storage.folder is not None and not storage.folder.holds(len(facts["stored"])):
        return None
    names = [part.name for part in dataclasses.fields(Answer)]
    answer: dict[str, Any] = {**dict.fromkeys(names), **within("answer", arrays)}
    return TrajectoryResult(
        answer=Answer(**answer),
        losses=arrays["losses"],
        converged=facts["converged"],
        report=facts["report"],
        state=within("state", arrays),
        history=History(facts["history"]),
        kept=_kept(arrays, facts["typical_norms"]),
        stored=facts["stored"],
    )


def _kept(arrays: Arrays, typical_norms: list[float]) -> list[KeptCheckpoint]:
    parts: list[dict[str, Arrays]] = [{"state": {}, "gradient": {}} for _ in typical_norms]
    for path, array in within("kept", arrays).items():
        number, part, name = path.split("/", 2)
        parts[int(number)][part][name] = array
    return [
        KeptCheckpoint(part["state"], part["gradient"], typical_norm)
        for part, typical_norm in zip(parts, typical_norms, strict=True)
    ]
