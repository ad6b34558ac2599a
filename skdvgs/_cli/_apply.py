"""run_apply: from a file and a review of it to a cleaned file."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from skdvgs._cli._files import Table, read_table
from skdvgs._reporting.review.decisions import Review, read_review
from skdvgs._reporting.review.plan import ReviewPlan, plan_review
from skdvgs._utils.atomic_write import atomic_write, check_writable
from skdvgs.exceptions import InvalidInputError


def run_apply(arguments: Namespace) -> str:
    """Carry out a review and write the cleaned file.

    Parameters
    ----------
    arguments : Namespace
        Checked.

    Returns
    -------
    str
        What was done and written.
    """
    check_writable(arguments.out)
    review = read_review(arguments.review)
    table = read_table(arguments.data, arguments)
    column = arguments.label or review.label_column or None
    plan = plan_of(review, table, arguments.id, column)
    with atomic_write(arguments.out) as file:
        table.write_kept(plan.support, arguments.out, file, plan.new_labels, column)
    return f"{plan.in_words()} Written: {arguments.out}"


def plan_of(review: Review, table: Table, id_column: str | None, label: str | None) -> ReviewPlan:
    """Find the rows of a review in a file.

    Parameters
    ----------
    review : Review
        What is to be done.
    table : Table
        The file.
    id_column : str or None
        Column that names the rows. None takes the one that the review names; where there is none
        rows are known by their positions.
    label : str or None
        Column of the labels.

    Raises
    ------
    InvalidInputError
        If a column or a row is not there, or the table is not the one that was reviewed.
    """
    id_column = id_column or review.row_column or None
    for name, option in ((id_column, "--id"), (label, "--label")):
        if name is not None and name not in table.frame.columns:
            raise InvalidInputError(
                f"{table.path} has no column {name!r}, which {review.path} names. Say by {option} "
                "which one it is."
            )
    relabels = any(found.decision == "relabel" for found in review.decisions.values())
    if label is None and relabels:
        raise InvalidInputError(
            f"{review.path} relabels rows and does not name the column of the labels. Name it by "
            "--label."
        )
    names: Sequence[object] = range(len(table.frame))
    if id_column is not None:
        names = table.frame[id_column].tolist()
    labels = None if label is None else table.frame[label].tolist()
    return plan_review(review, names, labels)
