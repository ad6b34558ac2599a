"""Review and Decision: what people decided about rows, as the report page saves it."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from skdvgs.exceptions import InvalidInputError

COLUMNS = ("row", "decision", "label", "note", "given_label", "label_column", "row_column")
# Without one of these a file is no review.
_NEEDED = COLUMNS[:3]
DECISIONS = ("keep", "relabel", "drop")


@dataclass(frozen=True)
class Decision:
    """What is to be done with a row.

    Attributes
    ----------
    row : str
        Its name: an entry of the index, of a column that names rows, or its position from 0.
    decision : {'keep', 'relabel', 'drop'}
        What to do.
    label : str
        The right label, if it is to be relabelled.
    note : str
        Anything.
    given_label : str or None
        The label that it had when it was reviewed; None if the file does not say.
    """

    row: str
    decision: str
    label: str = ""
    note: str = ""
    given_label: str | None = None


@dataclass(frozen=True)
class Review:
    """Decisions on rows.

    Attributes
    ----------
    path : str
        The file that they are from.
    decisions : dict of str to Decision
        By the name of the row.
    label_column : str
        Column that holds the labels; empty if it is not known.
    row_column : str
        Column that names the rows; empty if an index or their positions do.
    """

    path: str
    decisions: dict[str, Decision]
    label_column: str = ""
    row_column: str = ""

    def as_records(self) -> list[dict[str, str | None]]:
        """Return the decisions as the report page takes them."""
        return [asdict(decision) for decision in self.decisions.values()]


def is_review(path: str | os.PathLike[str]) -> bool:
    """Tell a review file from a table of rows, by its header."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            head = file.readline(10_000)
    except (OSError, UnicodeDecodeError):
        return False
    names = next(csv.reader([head], delimiter=_mark_of(head)), [])
    return tuple(names[:3]) == _NEEDED and set(names) <= set(COLUMNS)


def read_review(path: str | os.PathLike[str]) -> Review:
    """Read a review file.

    Raises
    ------
    InvalidInputError
        Naming the line, if it is no review file or a decision cannot be meant.
    """
    name = os.fspath(path)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"{name} is not in UTF-8. The report page saves reviews in it. Save the file again as "
            "CSV in UTF-8."
        ) from error
    lines = csv.DictReader(io.StringIO(text), delimiter=_mark_of(text.partition("\n")[0]))
    lacking = [column for column in _NEEDED if column not in (lines.fieldnames or [])]
    if lacking:
        raise InvalidInputError(
            f"{name} has no column {lacking[0]!r}. A review is the file that a report page saves, "
            f"with the columns {', '.join(COLUMNS)}. Give such a file."
        )
    decisions: dict[str, Decision] = {}
    columns: dict[str, set[str]] = {"label_column": set(), "row_column": set()}
    for line in lines:
        where = f"{name}, line {lines.line_num}"
        decision = _read_line(line, where)
        if decision.row in decisions:
            raise InvalidInputError(
                f"{where} decides on row {decision.row!r} for the second time. Each row has one "
                "decision. Leave one of them out."
            )
        decisions[decision.row] = decision
        for column, found in columns.items():
            found.add(line.get(column) or "")
    return Review(
        name, decisions, **{key: _one(key, found, name) for key, found in columns.items()}
    )


def _mark_of(head: str) -> str:
    """What stands between entries: spreadsheets of some countries write semicolons."""
    return next((mark for mark in (",", ";", "\t") if head.count(mark) >= 2), ",")


def _read_line(line: dict[str, str | None], where: str) -> Decision:
    row, decision, label = ((line.get(column) or "") for column in _NEEDED)
    if decision not in DECISIONS:
        raise InvalidInputError(
            f"{where} holds the decision {decision!r}. Known are {', '.join(DECISIONS)}. Write one "
            "of these, or leave the line out."
        )
    if decision == "relabel" and not label:
        raise InvalidInputError(
            f"{where} relabels row {row!r} and does not say how. Write the right label."
        )
    return Decision(row, decision, label, line.get("note") or "", line.get("given_label") or None)


def _one(column: str, found: Iterable[str], name: str) -> str:
    texts = sorted(set(found) - {""})
    if len(texts) > 1:
        raise InvalidInputError(
            f"{name} names several columns as its {column}: {', '.join(texts)}. A review is of one "
            "table. Split it."
        )
    return texts[0] if texts else ""
