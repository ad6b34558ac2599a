"""TrajectoryResult: what a trajectory returns, and how it is written to a file."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skorch.history import History

from skdvgs._storage.npz import Arrays, prefixed, within
from skdvgs._storage.recorded_checkpoints import RecordedCheckpoint
from skdvgs._storage.trajectory_files import TrajectoryFiles
from skdvgs._values.row_scores import RowScores


@dataclass(frozen=True)
class TrajectoryResult:
    """What a trajectory sends back: arrays, so that a net defined in a notebook can run anywhere.

    Attributes
    ----------
    scores : RowScores
        Mean similarities.
    losses : array of shape (n_checkpoints,)
        Target loss at each checkpoint.
    converged : bool
        Whether the ranking had settled; False where nobody looked.
    report : dict of str to str
        How the engine served each parameter, by name.
    state : dict of str to array
        Weights at the end of training, by name; of a net with frozen ones those that are not what
        building it gives.
    history : list of dict
        skorch's record of the training.
    recorded : sequence of RecordedCheckpoint
        Every checkpoint, if checkpoints are recorded in memory.
    digests : list of str
        Digest of each checkpoint, if they are written to files instead.
    self_test : array of shape (n_rows, 2) or None
        Scores of some target rows under their own and under another label.
    untrained : dict of str to str
        Digests of the weights that `state` leaves out.
    """

    scores: RowScores
    losses: NDArray[np.float64]
    converged: bool
    report: dict[str, str]
    state: dict[str, NDArray[Any]]
    history: Any
    recorded: Sequence[RecordedCheckpoint] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    self_test: NDArray[np.float64] | None = None
    untrained: dict[str, str] = field(default_factory=dict)


def write_result(files: TrajectoryFiles, result: TrajectoryResult) -> None:
    """Write a result as arrays and metadata."""
    scores = {
        part.name: array
        for part in dataclasses.fields(result.scores)
        if (array := getattr(result.scores, part.name)) is not None
    }
    arrays = prefixed("scores", scores) | prefixed("state", result.state)
    arrays["losses"] = result.losses
    if result.self_test is not None:
        arrays["self_test"] = result.self_test
    for number, checkpoint in enumerate(result.recorded):
        arrays |= prefixed(f"recorded/{number}/state", checkpoint.state)
        arrays |= prefixed(f"recorded/{number}/gradient", checkpoint.gradient)
    metadata = {
        "converged": result.converged,
        "report": result.report,
        "history": list(result.history),
        "typical_norms": [checkpoint.typical_norm for checkpoint in result.recorded],
        "learning_rates": [checkpoint.learning_rate for checkpoint in result.recorded],
        "digests": result.digests,
        "untrained": result.untrained,
    }
    files.write_finished(arrays, metadata)


def read_result(files: TrajectoryFiles | None) -> TrajectoryResult | None:
    """Read what :func:`write_result` wrote; None where there is nothing that can be used."""
    read = None if files is None else files.read_finished()
    if files is None or read is None:
        return None
    arrays, metadata = read
    if not files.has_checkpoints(len(metadata["digests"])):
        return None
    names = [part.name for part in dataclasses.fields(RowScores)]
    scores: dict[str, Any] = {**dict.fromkeys(names), **within("scores", arrays)}
    return TrajectoryResult(
        scores=RowScores(**scores),
        losses=arrays["losses"],
        converged=metadata["converged"],
        report=metadata["report"],
        state=within("state", arrays),
        history=History(metadata["history"]),
        recorded=_recorded(arrays, metadata["typical_norms"], metadata["learning_rates"]),
        digests=metadata["digests"],
        self_test=arrays.get("self_test"),
        untrained=metadata["untrained"],
    )


def _recorded(
    arrays: Arrays, typical_norms: list[float], rates: list[float]
) -> list[RecordedCheckpoint]:
    parts: list[dict[str, Arrays]] = [{"state": {}, "gradient": {}} for _ in typical_norms]
    for path, array in within("recorded", arrays).items():
        number, part, name = path.split("/", 2)
        parts[int(number)][part][name] = array
    return [
        RecordedCheckpoint(part["state"], part["gradient"], typical_norm, rate)
        for part, typical_norm, rate in zip(parts, typical_norms, rates, strict=True)
    ]
