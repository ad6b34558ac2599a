"""Put the page together and write it."""

from __future__ import annotations

import base64
import hashlib
import os
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._reporting.frames import value_columns
from skdvgs._reporting.report import html as html
from skdvgs._reporting.report.facts import FitSummary
from skdvgs._reporting.report.pictures import draw_pictures, thumbnails
from skdvgs._reporting.report.rows import Features, read_table, row_names
from skdvgs._utils.atomic_write import atomic_write, check_writable
from skdvgs.exceptions import InvalidInputError, StorageError


def write_report(
    estimator: Any,
    path: str | os.PathLike[str],
    X: Any,
    y: Any,
    *,
    images: Any,
    image_shape: tuple[int, ...] | None,
    n_rows: int,
    title: str | None,
) -> Path:
    """Write the report of a fitted valuer, filter or sampler.

    Raises
    ------
    InvalidInputError
        If the data are not those of fit, or the file cannot be written.
    MissingDependencyError
        If matplotlib is not installed.
    StorageError
        If writing it fails.
    """
    place = check_writable(path)
    page = make_page(
        estimator, X, y, images=images, image_shape=image_shape, n_rows=n_rows, title=title
    )
    try:
        with atomic_write(place, "w", encoding="utf-8", newline="\n") as file:
            file.write(page)
    except OSError as error:
        raise StorageError(
            f"{place} could not be written: {error.strerror or error}. The report is there whole "
            "or not at all. Make room, or give another path."
        ) from error
    return place


def make_page(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    images: Any,
    image_shape: tuple[int, ...] | None,
    n_rows: int,
    title: str | None,
) -> str:
    """Return the page as text."""
    n = len(estimator.values_)
    columns = value_columns(estimator, _read_labels(y, n))
    facts = FitSummary(estimator, columns)
    rows = np.argsort(columns["value"], kind="stable")[:n_rows]
    if images is None and np.ndim(X) > 2:
        images, X = X, None
    features = read_table(
        X, estimator._given, n, rows, getattr(estimator, "feature_names_in_", None)
    )
    shown = None if images is None else thumbnails(images, n, image_shape, rows)
    parts = {
        "title": html.text(title or "Values of training rows"),
        "done": html.text(facts.what_was_done()),
        "cut": html.text(facts.cut()),
        "numbers": html.definitions(facts.numbers()),
        "pictures": "\n".join(map(html.figure, draw_pictures(facts, "report"))),
        "labels": _labels(facts),
        "rows_title": f"The {len(rows):,} rows of lowest value" if len(rows) < n else "All rows",
        "rows_note": html.text(_note(features, X, images)),
        "table": _lowest(facts, columns, rows, row_names(estimator._given, rows), features, shown),
        "settings": _settings(facts),
        "versions": html.text(", ".join(f"{k} {v}" for k, v in facts.versions().items())),
        "date": f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
    }
    style, script = _read("page.css"), _read("page.js")
    return Template(_read("page.html")).substitute(
        parts, style=style, style_hash=_hash(style), script=script, script_hash=_hash(script)
    )


def _read_labels(y: Any, n: int) -> NDArray[Any] | None:
    if y is None:
        return None
    labels = np.asarray(y)
    if len(labels) != n:
        raise InvalidInputError(
            f"y holds {len(labels)} labels but {n} rows were valued. They are shown beside the "
            "values. Pass one for each row, or leave y=None for the labels of fit."
        )
    return labels


def _lowest(
    facts: FitSummary,
    columns: dict[str, NDArray[Any]],
    rows: NDArray[np.intp],
    names: list[Any],
    features: Features,
    images: list[str] | None,
) -> str:
    """Table of the lowest rows."""
    named = [name for name in columns if name.startswith(("label", "target"))]
    heads = [html.header("rank", number=True), html.header("row", number=_are_numbers(names))]
    if images is not None:
        heads.append(html.header("image", fixed=True))
    shown = [name for name in ("value", "standard_error") if name in columns]
    heads += [html.header(name.replace("_", " "), number=True) for name in shown]
    for name in [*named, *(["suggested_label"] if facts.suggested is not None else [])]:
        head = "given label" if name == "label" else name.replace("_", " ")
        heads.append(html.header(head, number=_are_numbers(columns[name][rows])))
    heads.append(html.header("cut"))
    heads += [
        html.header(name, number=_are_numbers(column))
        for name, column in zip(features.names, features.columns, strict=True)
    ]
    lines = []
    for place, (row, name) in enumerate(zip(rows, names, strict=True)):
        line = [html.cell(int(columns["rank"][row])), html.cell(name)]
        if images is not None:
            alt = html.text(f"image of row {name}")
            line.append(html.raw_cell(f'<img class="thumb" src="{images[place]}" alt="{alt}">'))
        line += [_number_cell(columns[column][row]) for column in shown]
        line += [html.cell(columns[column][row]) for column in named]
        if facts.suggested is not None:
            suggested = facts.suggested[row]
            differs = facts.label is not None and str(facts.label[row]) != str(suggested)
            line.append(html.cell(suggested, "differs" if differs else ""))
        line.append(html.raw_cell(_tag(bool(columns["dropped"][row]))))
        line += [html.cell(column[place]) for column in features.columns]
        lines.append(line)
    return html.table(heads, lines, ident="lowest")


def _number_cell(number: Any) -> str:
    if np.isnan(number):
        return html.raw_cell("")
    return f'<td class="num" data-key="{float(number)!r}">{number:.3f}</td>'.replace(">-", ">−")


def _are_numbers(column: Any) -> bool:
    return np.asarray(column).dtype.kind in "biuf"


def _tag(dropped: bool) -> str:
    name = "dropped" if dropped else "kept"
    return f'<span class="tag {name}">{name}</span>'


def _note(features: Features, X: Any, images: Any) -> str:
    parts = ["Lowest first. Click on the name of a column to sort by it."]
    if features.n_left_out:
        left, shown = features.n_left_out, len(features.names)
        parts.append(f"The first {shown} of {left + shown:,} features are shown.")
    if X is None and images is None:
        parts.append("Features are not shown: pass X to report for that.")
    return " ".join(parts)


def _labels(facts: FitSummary) -> str:
    """Section of the labels, where there are any."""
    tables = []
    for name, found in (("By label", facts.classes()), ("Suggested labels", facts.changes())):
        if found is not None:
            tables.append(f"<div><h3>{name}</h3>{html.plain_table(*found)}</div>")
    if not tables:
        return ""
    inner = f'<div class="side">{"".join(tables)}</div>'
    return f'<section aria-labelledby="labels"><h2 id="labels">Labels</h2>{inner}</section>'


def _settings(facts: FitSummary) -> str:
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
    """What the page's own policy knows its style and its script by: no other runs."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
