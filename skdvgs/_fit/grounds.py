"""find_grounds: which rows and scorers speak for the labels of some rows, and which against."""

from __future__ import annotations

from collections.abc import Sequence

from skdvgs._default_net.restart import LabelledRestart
from skdvgs._fit.neighbours import FittedRows, find_neighbours, references_of
from skdvgs._fit.votes import votes_on
from skdvgs._inputs.task import Task
from skdvgs._reporting.explanation.grounds import Grounds
from skdvgs._utils.types import Floats, Floats32, Index


def find_grounds(
    restarts: Sequence[LabelledRestart],
    evidence: Sequence[Floats32],
    fitted: FittedRows,
    task: Task,
    values: Floats,
    rows: Index,
    n: int,
) -> Grounds:
    """Find what speaks for and against the labels of some source rows.

    Parameters
    ----------
    restarts : sequence of restarts
        Fitted.
    evidence : sequence of arrays of shape (n_rows, ...)
        Of the rows, by each restart.
    fitted : FittedRows
        All rows.
    task : Task
        What was learnt.
    values : array of shape (n_source,)
        Values of all source rows.
    rows : int array of shape (n_rows,)
        Positions of the rows.
    n : int
        Neighbours to find on each side.
    """
    y = fitted.source.y[rows]
    references = references_of(fitted, values)
    votes, rival, names = votes_on(restarts, evidence, task, y)
    agree, oppose, nearest = find_neighbours(restarts, fitted, references, rows, rival, n)
    return Grounds(
        kind=task.kind,  # type: ignore[arg-type]
        rows=rows,
        trusted=references.trusted,
        references=(fitted.source if fitted.target is None else fitted.target).y,
        agree=agree,
        oppose=oppose,
        nearest=nearest,
        scorers=names,
        votes=votes,
        rival=rival,
        features=fitted.source.X,
    )
