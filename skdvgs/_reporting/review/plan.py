"""ReviewPlan: what a review does to each row of a table, once its rows are found there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skdvgs._inputs.frame_columns import is_missing
from skdvgs._reporting.review.decisions import Decision, Review
from skdvgs._utils.types import Mask
from skdvgs.exceptions import InvalidInputError

_MOST_NAMED = 5


@dataclass(frozen=True)
class ReviewPlan:
    """What is to be done with the rows of a table.

    Attributes
    ----------
    decisions : dict of int to Decision
        By the position of the row.
    n_rows : int
        Rows of the table.
    """

    decisions: dict[int, Decision]
    n_rows: int

    @property
    def support(self) -> Mask:
        """Rows that stay."""
        return ~self._mask("drop")

    @property
    def trusted(self) -> Mask:
        """Rows that somebody has looked at and kept or relabelled."""
        return self._mask("keep") | self._mask("relabel")

    @property
    def reviewed(self) -> Mask:
        """Rows with any decision."""
        return self.trusted | self._mask("drop")

    @property
    def new_labels(self) -> dict[int, str]:
        """Labels of the rows to relabel, by their positions."""
        relabelled = ((at, d) for at, d in self.decisions.items() if d.decision == "relabel")
        return {at: decision.label for at, decision in relabelled}

    def in_words(self) -> str:
        """Say what is done."""
        counts = Counter(decision.decision for decision in self.decisions.values())
        n_left = self.n_rows - counts["drop"]
        return (
            f"{_rows(counts['drop'])} dropped, {counts['relabel']:,} relabelled, "
            f"{counts['keep']:,} kept as they are. {n_left:,} of {_rows(self.n_rows)} are left."
        )

    def _mask(self, decision: str) -> Mask:
        mask = np.zeros(self.n_rows, dtype=bool)
        mask[[at for at, found in self.decisions.items() if found.decision == decision]] = True
        return mask


def plan_review(
    review: Review, names: Sequence[object], labels: Sequence[object] | None
) -> ReviewPlan:
    """Find the rows of a review in a table.

    Parameters
    ----------
    review : Review
        What is to be done.
    names : sequence of length n_rows
        Names of the rows.
    labels : sequence of length n_rows or None
        Their labels; None does not check them.

    Raises
    ------
    InvalidInputError
        If a row is not there, or there twice, or has another label than when it was reviewed.
    """
    texts = [str(name) for name in names]
    counts = Counter(texts)
    missing = [row for row in review.decisions if row not in counts]
    if missing:
        shown = ", ".join(map(repr, missing[:_MOST_NAMED]))
        raise InvalidInputError(
            f"{review.path} decides on rows that the table does not have: {shown}; its rows are "
            f"named {', '.join(map(repr, texts[:3]))} and so on. Rows are found by their names. "
            "Give the table that was reviewed, with its index or with the column that names rows."
        )
    twice = [row for row in review.decisions if counts[row] > 1]
    if twice:
        raise InvalidInputError(
            f"The table has {counts[twice[0]]} rows named {twice[0]!r}, on which {review.path} "
            "decides. Which one is meant cannot be told. Name rows by something unique."
        )
    place = {text: at for at, text in enumerate(texts) if text in review.decisions}
    found = {place[row]: decision for row, decision in review.decisions.items()}
    if labels is not None:
        for at, decision in found.items():
            _check_label(decision, labels[at], review.path)
    return ReviewPlan(found, len(texts))


def _check_label(decision: Decision, label: object, path: str) -> None:
    """Refuse a row whose label has changed since, unless it is the one that it is to have."""
    expected = [decision.given_label]
    if decision.decision == "relabel":
        expected.append(decision.label)
    if decision.given_label is None or any(_same(text, label) for text in expected):
        return
    raise InvalidInputError(
        f"Row {decision.row!r} has the label {str(label)!r}, and had {decision.given_label!r} when "
        f"it was reviewed in {path}. This is another table, or its rows are in another order. Give "
        "the table that was reviewed."
    )


def _same(text: str | None, label: object) -> bool:
    """Whether a text is a label: as it stands, or as the same number."""
    if text is None or is_missing(label):
        return not text and is_missing(label)
    if text == str(label):
        return True
    try:
        return float(text) == float(label)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def _rows(n: int) -> str:
    return f"{n:,} row{'' if n == 1 else 's'}"
