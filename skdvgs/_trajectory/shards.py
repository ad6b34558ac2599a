"""A trajectory over very many rows, cut into parts that workers value side by side.

Each part trains the same network again, which costs little beside valuing so many rows, and values
its own. The parts depend on the rows alone, so values do not depend on the number of workers.
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
    """Cut the rows of a trajectory into parts; the first also values trusted rows and is kept."""
    rows = job.questions.rows
    n = n_shards(len(rows), job.tol)
    if n == 1:
        return [job]
    jobs = []
    for number in range(n):
        part = rows[number * SHARD_ROWS : (number + 1) * SHARD_ROWS]
        questions = replace(job.questions, rows=part)
        if number:
            questions = replace(questions, trusted=questions.trusted[:0])
        name = f"{job.name}, part {number + 1} of {n}"
        jobs.append(replace(job, questions=questions, keep=job.keep and not number, name=name))
    return jobs


def join(results: Sequence[TrajectoryResult]) -> TrajectoryResult:
    """The result of a trajectory from those of its parts."""
    if len(results) == 1:
        return results[0]
    answers = [result.answer for result in results]
    tables = [answer.label_values for answer in answers]
    answer = RowScores(
        values=np.concatenate([answer.values for answer in answers]),
        label_values=_joined([table for table in tables if table is not None]),
        held_out_target=answers[0].held_out_target,
        held_out_target_other_labels=answers[0].held_out_target_other_labels,
    )
    return replace(results[0], answer=answer)


def _joined(tables: list[NDArray[np.float64]]) -> NDArray[np.float64] | None:
    return np.concatenate(tables) if tables else None
