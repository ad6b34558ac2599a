"""The report page: its parts, and how they are put together."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime
from importlib.resources import files
from string import Template
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skdvgs._reporting.fit_rows import Reportable
from skdvgs._reporting.frames import value_columns
from skdvgs._reporting.report import html
from skdvgs._reporting.report.facts import FitSummary
from skdvgs._reporting.report.pictures import draw_pictures, thumbnails
from skdvgs._reporting.report.rows import Features, read_table, row_names
from skdvgs._utils.types import Index, Labels, Table
from skdvgs.exceptions import InvalidInputError

# The head and the cells of a column of the table of rows, in HTML.
Column: TypeAlias = tuple[str, list[str]]


def make_page(
    estimator: Reportable,
    X: Table | None,
    y: ArrayLike | None,
    *,
    images: ArrayLike | None,
    image_shape: tuple[int, ...] | None,
    n_rows: int,
    title: str | None,
) -> str:
    """Return the report of a fitted valuer, filter or sampler as HTML.

    The parameters are those of `report`.

    Raises
    ------
    InvalidInputError
        If the data are not those of fit.
    MissingDependencyError
        If matplotlib is not installed.
    """
    n = len(estimator.values_)
    columns = value_columns(estimator, _read_labels(y, n))
    facts = FitSummary(estimator, columns)
    rows = np.argsort(columns["value"], kind="stable")[:n_rows]
    if images is None and X is not None and np.ndim(cast("ArrayLike", X)) > 2:
        images, X = cast("ArrayLike", X), None
    given = estimator._given
    features = read_table(X, given, n, rows, getattr(estimator, "feature_names_in_", None))
    shown = None if images is None else thumbnails(images, n, image_shape, rows)
    table = [
        *_name_columns(columns, rows, row_names(given, rows), shown),
        *_value_columns(facts, columns, rows),
        *map(_text_column, features.names, features.columns),
    ]
    parts = {
        "title": html.text(title or "Values of training rows"),
        "pictures": "\n".join(map(html.figure, draw_pictures(facts, "report"))),
        "rows_title": f"The {len(rows):,} rows of lowest value" if len(rows) < n else "All rows",
        "rows_note": html.text(_note(features, X is not None or images is not None)),
        "table": _table(table),
        "date": f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
        **_parts_of(facts),
    }
    style, script = _read("page.css"), _read("page.js")
    return Template(_read("page.html")).substitute(
        parts, style=style, style_hash=_hash(style), script=script, script_hash=_hash(script)
    )


def _parts_of(facts: FitSummary) -> dict[str, str]:
    """Return the parts of the page that say what was found, as HTML."""
    return {
        "done": html.text(facts.what_was_done()),
        "cut": html.text(facts.cut()),
        "numbers": html.definitions(facts.numbers()),
        "labels": _labels(facts),
        "settings": _settings(facts),
        "versions": html.text(", ".join(f"{k} {v}" for k, v in facts.versions().items())),
    }


def _read_labels(y: ArrayLike | None, n: int) -> Labels | None:
    """Return labels to show beside n values, or None."""
    if y is None:
        return None
    labels = np.asarray(y)
    if len(labels) != n:
        raise InvalidInputError(
            f"y holds {len(labels)} labels but {n} rows were valued. They are shown beside the "
            "values. Pass one for each row, or leave y=None for the labels of fit."
        )
    return labels


def _name_columns(
    columns: dict[str, NDArray[Any]], rows: Index, names: list[object], images: list[str] | None
) -> Iterable[Column]:
    """Yield what says which row it is: its rank, its name and its image."""
    ranks = columns["rank"][rows].tolist()
    yield html.header("rank", number=True), [html.cell(rank) for rank in ranks]
    yield _text_column("row", names)
    if images is not None:
        cells = [
            f'<img class="thumb" src="{image}" alt="{html.text(f"image of row {name}")}">'
            for name, image in zip(names, images, strict=True)
        ]
        yield html.header("image", fixed=True), [html.raw_cell(cell) for cell in cells]


def _value_columns(
    facts: FitSummary, columns: dict[str, NDArray[Any]], rows: Index
) -> Iterable[Column]:
    """Yield what is known of each row: value, labels, and whether it is low."""
    for name in columns:
        if name.startswith("value") or name == "standard_error":
            head = html.header(name.replace("_", " "), number=True)
            yield head, [_number_cell(number) for number in columns[name][rows]]
    for name, column in columns.items():
        if name.startswith(("label", "target")):
            head = "given label" if name == "label" else name.replace("_", " ")
            yield _text_column(head, column[rows])
    if facts.suggested is not None:
        yield _suggested_column(facts, facts.suggested, rows)
    yield html.header("cut"), [html.raw_cell(_tag(facts.tag(row))) for row in rows]


def _suggested_column(facts: FitSummary, suggested: Labels, rows: Index) -> Column:
    """Return the suggested labels, marked where they differ from the given ones."""
    head, _ = _text_column("suggested label", suggested[rows])
    given = suggested if facts.label is None else facts.label
    differ = [str(given[row]) != str(suggested[row]) for row in rows]
    cells = [
        html.cell(suggested[row], "differs" if differs else "")
        for row, differs in zip(rows, differ, strict=True)
    ]
    return head, cells


def _text_column(name: str, entries: Any) -> Column:
    """Return a column of entries that may hold anything."""
    is_number = np.asarray(entries).dtype.kind in "biuf"
    return html.header(name, number=is_number), [html.cell(entry) for entry in entries]


def _table(columns: list[Column]) -> str:
    heads = [head for head, _ in columns]
    lines = zip(*(cells for _, cells in columns), strict=True)
    return html.table(heads, lines, ident="lowest")


def _number_cell(number: float) -> str:
    """Return a cell with three decimals; an empty one for NaN."""
    if np.isnan(number):
        return html.raw_cell("")
    return f'<td class="num" data-key="{float(number)!r}">{number:.3f}</td>'.replace(">-", ">−")


def _tag(word: str) -> str:
    return f'<span class="tag {word}">{word}</span>' if word else ""


def _note(features: Features, data_given: bool) -> str:
    """Say how to read the table of rows."""
    parts = ["Lowest first. Click on the name of a column to sort by it."]
    if features.n_left_out:
        left, shown = features.n_left_out, len(features.names)
        parts.append(f"The first {shown} of {left + shown:,} features are shown.")
    if not data_given:
        parts.append("Features are not shown: pass X to report for that.")
    return " ".join(parts)


def _labels(facts: FitSummary) -> str:
    """Return the section on labels, or nothing if there are none."""
    tables = []
    for name, found in (("By label", facts.classes()), ("Suggested labels", facts.changes())):
        if found is not None:
            tables.append(f"<div><h3>{name}</h3>{html.plain_table(*found)}</div>")
    if not tables:
        return ""
    inner = f'<div class="side">{"".join(tables)}</div>'
    return f'<section aria-labelledby="labels"><h2 id="labels">Labels</h2>{inner}</section>'


def _settings(facts: FitSummary) -> str:
    """Return the section on parameters and on the engine, folded."""
    parts = []
    for name, lines in facts.settings():
        rows = "".join(
            f'<tr{"" if value == default else " class=changed"}><th scope="row">{html.text(key)}'
            f"</th><td><code>{html.text(value)}</code></td><td><code>{html.text(default)}</code>"
            "</td></tr>"
            for key, value, default in lines
        )
        heads = "".join(map(html.header, ("parameter", "value", "default")))
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        parts.append(f"<details><summary>{html.text(name)}</summary>{table}</details>")
    if facts.engine():
        served = html.plain_table(["parameter", "served by"], list(facts.engine().items()))
        parts.append(f"<details><summary>Engine</summary>{served}</details>")
    return "\n".join(parts)


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return the hash by which the page's policy allows its own style and script, and no others."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
