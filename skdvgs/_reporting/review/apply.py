"""apply_review: carry out a review on a dataframe."""

from __future__ import annotations

import os
from collections.abc import Hashable
from typing import Any

import numpy as np

from skdvgs._inputs.frame_columns import is_frame
from skdvgs._reporting.review.decisions import Review, read_review
from skdvgs._reporting.review.plan import ReviewPlan, plan_review
from skdvgs._utils.optional import import_optional
from skdvgs._utils.types import Mask
from skdvgs.exceptions import InvalidInputError


class ReviewedFrame:
    """A dataframe after a review. Printed, it says what was done.

    Attributes
    ----------
    frame : DataFrame
        The rows that stay, with their new labels.
    trusted : DataFrame
        Of these the ones that somebody has kept or relabelled: a target set.
    n_kept, n_relabelled, n_dropped : int
        How many rows of each decision.
    """

    def __init__(self, frame: Any, trusted: Any, plan: ReviewPlan) -> None:
        self.frame = frame
        self.trusted = trusted
        self.n_dropped = int((~plan.support).sum())
        self.n_relabelled = len(plan.new_labels)
        self.n_kept = int(plan.trusted.sum()) - self.n_relabelled
        self._words = plan.in_words()

    def __repr__(self) -> str:
        return self._words


def apply_review(
    frame: Any, review: str | os.PathLike[str], *, label: Hashable | None = None
) -> ReviewedFrame:
    """Carry out what was decided about rows, on the table that was reviewed.

    Parameters
    ----------
    frame : DataFrame
        Of pandas, whose rows are found by their index, or of polars, whose rows are found by
        their position. It is not changed.
    review : path-like
        The file that a report page has saved, or a CSV file with the columns `row`, `decision`
        ('keep', 'relabel' or 'drop') and `label`.
    label : hashable, default=None
        Column of the labels. None takes the one that the review names. It is needed to relabel
        rows. Where it is known, each row must still have the label that it was reviewed with.

    Returns
    -------
    reviewed : ReviewedFrame
        Printed, it says what was done. Its attributes are

        - `frame`: the rows that stay, with their new labels, of the kind that was given;
        - `trusted`: of these the rows that were kept or relabelled, which can be a target set;
        - `n_kept`, `n_relabelled`, `n_dropped`: how many rows of each decision.

    Raises
    ------
    InvalidInputError
        A ``ValueError``. If the file is no review, a row is not in the table or there twice, a
        label is not the one that was reviewed, or a new label does not fit the column.
    OSError
        If the file cannot be read.

    See Also
    --------
    DVGSValuer.report : Writes the page on which rows are reviewed.

    Examples
    --------
    >>> import pandas as pd
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from skdvgs import apply_review
    >>> frame = pd.DataFrame({"weight": [4.1, 30.5, 0.2], "kind": ["dog", "dog", "cat"]})
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "review.csv"
    ...     written = path.write_text("row,decision,label\\n0,relabel,cat\\n2,drop,\\n")
    ...     reviewed = apply_review(frame, path, label="kind")
    >>> reviewed
    1 row dropped, 1 relabelled, 0 kept as they are. 2 of 3 rows are left.
    >>> reviewed.frame["kind"].tolist()
    ['cat', 'dog']
    """
    if not is_frame(frame):
        raise InvalidInputError(
            f"frame is of type {type(frame).__name__}. A review is carried out on a dataframe of "
            "pandas or polars. Put labels and features into one."
        )
    read = read_review(review)
    column = _label_column(frame, read, label)
    is_pandas = hasattr(frame, "iloc")
    names = frame.index.tolist() if is_pandas else range(frame.shape[0])
    labels = None if column is None else frame[column].to_list()
    plan = plan_review(read, list(names), labels)
    if column is not None and plan.new_labels:
        frame = relabel(frame, column, plan, read.path)
    return ReviewedFrame(_taken(frame, plan.support), _taken(frame, plan.trusted), plan)


def _label_column(frame: Any, review: Review, asked: Hashable | None) -> Any:
    """Return the column of labels; None if it is not known and not needed."""
    column = asked if asked is not None else (review.label_column or None)
    if column is not None:
        if column not in list(frame.columns):
            raise InvalidInputError(
                f"frame has no column {column!r}; it has {list(frame.columns)[:10]}. Rows are "
                "relabelled there. Name the column of the labels by label=."
            )
        return column
    if any(decision.decision == "relabel" for decision in review.decisions.values()):
        raise InvalidInputError(
            f"{review.path} relabels rows and does not name the column of the labels. Name it by "
            "label=."
        )
    return None


def relabel(frame: Any, column: Any, plan: ReviewPlan, path: str) -> Any:
    """Return a copy of a dataframe with new labels, the column being of the type it was.

    Raises
    ------
    InvalidInputError
        If a label does not fit the column.
    """
    entries = frame[column].to_list()
    known = {str(entry): entry for entry in entries}
    for at, text in plan.new_labels.items():
        entries[at] = known[text] if text in known else _as_entry(text, frame[column], path)
    if not hasattr(frame, "iloc"):
        polars: Any = import_optional("polars", "apply_review", "polars")
        dtype = frame[column].dtype
        new = polars.Series(column, entries, dtype=None if dtype == polars.Categorical else dtype)
        return frame.with_columns(new.cast(dtype))
    import pandas

    dtype = frame[column].dtype
    if hasattr(dtype, "categories"):
        more = sorted({entries[at] for at in plan.new_labels} - set(dtype.categories), key=str)
        dtype = pandas.CategoricalDtype([*dtype.categories, *more], dtype.ordered)
    copied = frame.copy()
    copied[column] = pandas.Series(entries, index=frame.index, dtype=dtype)
    return copied


def _as_entry(text: str, column: Any, path: str) -> Any:
    """Return a label that the column does not hold yet, as an entry of its kind."""
    entries = [entry for entry in column.to_list() if entry is not None and entry == entry]
    if all(isinstance(entry, str) for entry in entries):
        return text
    is_truth = all(isinstance(entry, bool | np.bool_) for entry in entries)
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    is_whole = all(isinstance(entry, int | np.integer) for entry in entries)
    if is_truth or not np.isfinite(number) or (is_whole and number != int(number)):
        raise InvalidInputError(
            f"{path} relabels a row to {text!r}, but the column {column.name!r} holds entries such "
            f"as {entries[0]!r}. The new label must be of their kind. Mend the review."
        )
    return int(number) if is_whole else number


def _taken(frame: Any, mask: Mask) -> Any:
    return frame[mask] if hasattr(frame, "iloc") else frame.filter(mask)
