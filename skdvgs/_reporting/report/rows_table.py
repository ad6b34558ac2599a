"""value_columns_of: the columns of the table of the lowest rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skdvgs._reporting.report import html
from skdvgs._reporting.report.facts import FitSummary
from skdvgs._utils.types import Floats, Index, Labels

# The head and the cells of a column of the table of rows, in HTML.
Column: TypeAlias = tuple[str, list[str]]


def name_columns(
    columns: dict[str, NDArray[Any]], rows: Index, names: list[object], images: list[str] | None
) -> Iterable[Column]:
    """Yield what says which row it is: its rank, its name and its image."""
    ranks = columns["rank"][rows].tolist()
    yield html.header("rank", number=True), [html.cell(rank) for rank in ranks]
    yield text_column("row", names)
    if images is not None:
        cells = [
            f'<img class="thumb" src="{image}" alt="{html.text(f"image of row {name}")}">'
            for name, image in zip(names, images, strict=True)
        ]
        yield html.header("image", fixed=True), [html.raw_cell(cell) for cell in cells]


def value_columns_of(
    facts: FitSummary, columns: dict[str, NDArray[Any]], rows: Index, reasons: list[str] | None
) -> Iterable[Column]:
    """Yield what is known of each row: value, labels, whether it is low, and why."""
    for name in columns:
        if name.startswith("value"):
            yield _number_column(name.replace("_", " "), columns[name][rows])
    for name, column in columns.items():
        if name.startswith(("label", "target")):
            head = "given label" if name == "label" else name.replace("_", " ")
            yield text_column(head, column[rows])
    if facts.suggested is not None:
        yield _suggested_column(facts, facts.suggested, rows)
    yield html.header("cut"), [html.raw_cell(_tag(facts.tag(row))) for row in rows]
    yield (
        '<th scope="col" class="decide" data-fixed>decision</th>',
        ['<td class="decide"></td>' for _ in rows],
    )
    if reasons is not None:
        cells = [f'<td class="reason">{reason}</td>' for reason in reasons]
        yield html.header("why", fixed=True), cells
    if "standard_error" in columns:
        yield _number_column("standard error", columns["standard_error"][rows])


def _number_column(name: str, numbers: Floats) -> Column:
    return html.header(name, number=True), [_number_cell(number) for number in numbers]


def _suggested_column(facts: FitSummary, suggested: Labels, rows: Index) -> Column:
    """Return the suggested labels, marked where they differ from the given ones."""
    head, _ = text_column("suggested label", suggested[rows])
    given = suggested if facts.label is None else facts.label
    differ = [str(given[row]) != str(suggested[row]) for row in rows]
    cells = [
        html.cell(suggested[row], "differs" if differs else "")
        for row, differs in zip(rows, differ, strict=True)
    ]
    return head, cells


def text_column(name: str, entries: Any) -> Column:
    """Return a column of entries that may hold anything."""
    is_number = np.asarray(entries).dtype.kind in "biuf"
    return html.header(name, number=is_number), [html.cell(entry) for entry in entries]


def _number_cell(number: float) -> str:
    """Return a cell with three decimals; an empty one for NaN."""
    if np.isnan(number):
        return html.raw_cell("")
    return f'<td class="num" data-key="{float(number)!r}">{number:.3f}</td>'.replace(">-", ">−")


def _tag(word: str) -> str:
    return f'<span class="tag {word}">{word}</span>' if word else ""
