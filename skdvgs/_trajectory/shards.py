"""shards_of: a trajectory over very many rows, cut into parts that are scored side by side.

Each part trains the same network again, which costs little beside scoring so many rows, and scores
its own rows. The parts depend on the rows alone, so values do not depend on the number of workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from skdvgs._trajectory.job import TrajectoryJob
from skdvgs._trajectory.result import TrajectoryResult
from skdvgs._values.row_scores import RowScores

# Training on a batch of the target set is then less than a hundredth of the work.
SHARD_ROWS = 2**16


def n_shards(n_rows: int, tol: float | None) -> int:
    """Parts that so many rows are cut into; one where `tol` looks at all of them together."""
    return 1 if tol is not None else max(1, -(-n_rows // SHARD_ROWS))


def shards_of(job: TrajectoryJob) -> list[TrajectoryJob]:
    """Cut the source rows of a trajectory into parts.

    The first part also records the checkpoints.
    """
    rows = job.request.rows
    n = n_shards(len(rows), job.tol)
    if n == 1:
        return [job]
    jobs = []
    for number in range(n):
        part = rows[number * SHARD_ROWS : (number + 1) * SHARD_ROWS]
        request = replace(job.request, rows=part)
        name = f"{job.name}, part {number + 1} of {n}"
        records = job.records_checkpoints and number == 0
        jobs.append(replace(job, request=request, records_checkpoints=records, name=name))
    return jobs


def join(results: Sequence[TrajectoryResult]) -> TrajectoryResult:
    """Join the results of the parts of a trajectory."""
    if len(results) == 1:
        return results[0]
    scores = [result.scores for result in results]
    joined = RowScores(
        values=np.concatenate([part.values for part in scores]),
        label_values=_joined([part.label_values for part in scores]),
        by_target=_joined([part.by_target for part in scores]),
    )
    return replace(results[0], scores=joined)


def _joined(tables: list[NDArray[np.float64] | None]) -> NDArray[np.float64] | None:
    present = [table for table in tables if table is not None]
    return np.concatenate(present) if present else None
