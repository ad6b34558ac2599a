"""make_page: the parts of the report page, and how they are put together."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from importlib.resources import files
from string import Template
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from skdvgs._inputs.annotated import is_anndata
from skdvgs._reporting.fit_rows import FitRows, Reportable
from skdvgs._reporting.frames import value_columns
from skdvgs._reporting.report import html
from skdvgs._reporting.report.facts import FitSummary
from skdvgs._reporting.report.pictures import draw_noise, draw_pictures, thumbnails
from skdvgs._reporting.report.reasons import ShownData, reasons_of_rows
from skdvgs._reporting.report.review_part import (
    ReviewNames,
    known_labels,
    review_attribute,
    row_attributes,
)
from skdvgs._reporting.report.rows import Features, read_table, row_names
from skdvgs._reporting.report.rows_table import name_columns, text_column, value_columns_of
from skdvgs._reporting.review.decisions import Review
from skdvgs._utils.types import Labels, Table
from skdvgs.exceptions import InvalidInputError


def make_page(
    estimator: Reportable,
    X: Table | None,
    y: ArrayLike | None,
    *,
    X_val: Table | None = None,
    images: ArrayLike | None,
    images_val: ArrayLike | None = None,
    image_shape: tuple[int, ...] | None,
    n_rows: int,
    title: str | None,
    review: Review | None = None,
    names: ReviewNames | None = None,
    explained: Table | None = None,
    drops: bool | None = None,
) -> str:
    """Return the report of a fitted valuer, filter or sampler as HTML.

    The parameters are those of `report`, and three more: `names`, what a review says of the table;
    `explained`, the features to explain rows by, where those to show are only text; and `drops`,
    whether low rows are dropped, where that is not the estimator's affair.

    Raises
    ------
    InvalidInputError
        If the data are not those of fit.
    MissingDependencyError
        If matplotlib is not installed.
    """
    n = len(estimator.values_)
    columns = value_columns(estimator, _read_labels(y, n))
    facts = FitSummary(estimator, columns, drops)
    rows = np.argsort(columns["value"], kind="stable")[:n_rows]
    is_array = X is not None and not is_anndata(X)
    if images is None and is_array and np.ndim(cast("ArrayLike", X)) > 2:
        images, X = cast("ArrayLike", X), None
    given = estimator._given
    features = read_table(X, given, n, rows, getattr(estimator, "feature_names_in_", None))
    shown = None if images is None else thumbnails(images, n, image_shape, rows)
    spoken = _shown_names(given, facts)
    names = names or ReviewNames()
    data = ShownData(
        X if explained is None else explained, X_val, images, images_val, image_shape, spoken
    )
    reasons = reasons_of_rows(estimator, rows, data)
    row_labels = row_names(given, rows)
    table = [
        *name_columns(columns, rows, row_labels, shown),
        *value_columns_of(facts, columns, rows, reasons),
        *map(text_column, features.names, features.columns),
    ]
    labels = columns.get("target" if facts.continuous else "label")
    kind = "" if labels is None else ("number" if facts.continuous else "class")
    spelt = labels if names.given is None else names.given
    about = row_attributes(
        row_labels, None if spelt is None else spelt[rows], _to_suggest(facts, rows, spoken)
    )
    heads, lines = [head for head, _ in table], zip(*(cells for _, cells in table), strict=True)
    body = html.table(heads, lines, ident="lowest", attributes=about)
    review_data = review_attribute(body, kind, names, review)
    parts = {
        "title": html.text(title or "Values of training rows"),
        "pictures": "\n".join(map(html.figure, draw_pictures(facts, "report"))),
        "rows_title": f"The {len(rows):,} rows of lowest value" if len(rows) < n else "All rows",
        "rows_note": html.text(_note(features, X is not None or images is not None)),
        "table": body.replace('<table id="lowest"', f'<table id="lowest"{review_data}', 1),
        "known_labels": known_labels(labels, kind),
        "date": f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
        **_parts_of(facts),
    }
    style, script = _read("page.css"), _read("page.js") + _read("page.review.js")
    return Template(_read("page.html")).substitute(
        parts, style=style, style_hash=_hash(style), script=script, script_hash=_hash(script)
    )


def _shown_names(given: FitRows, facts: FitSummary) -> dict[Any, Any]:
    """Return the shown label for each label of fit, where both are of one kind."""
    if facts.label is None or given.labels is None or given.labels.ndim != 1 or facts.continuous:
        return {}
    return dict(zip(given.labels.tolist(), facts.label.tolist(), strict=True))


def _to_suggest(facts: FitSummary, rows: Any, names: dict[Any, Any]) -> list[object] | None:
    """Return what to relabel each row to; nothing where the given label suits it best."""
    if facts.suggested is None or facts.label is None:
        return None
    suggested = [names.get(label, label) for label in facts.suggested[rows].tolist()]
    given = facts.label[rows].tolist()
    return [
        "" if str(other) == str(label) else other
        for other, label in zip(suggested, given, strict=True)
    ]


def _parts_of(facts: FitSummary) -> dict[str, str]:
    """Return the parts of the page that say what was found, as HTML."""
    return {
        "done": html.text(facts.what_was_done()),
        "cut": html.text(facts.cut()),
        "muted": " muted" if facts.near_chance else "",
        "meaning": html.text(facts.meaning()),
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
    """Return the section on labels, copies and outliers, or nothing if there is nothing to say."""
    tables = []
    for name, found in (("By label", facts.classes()), ("Suggested labels", facts.changes())):
        if found is not None:
            tables.append(f"<div><h3>{name}</h3>{html.plain_table(*found)}</div>")
    hints = "".join(f"<li>{html.text(hint)}</li>" for hint in facts.health.hints())
    if not tables and not hints:
        return ""
    noise = draw_noise(facts)
    tables += [] if noise is None else [f'<div class="noise">{html.figure(noise)}</div>']
    inner = f'<div class="side">{"".join(tables)}</div>'
    inner += f'<ul class="hints">{hints}</ul>' if hints else ""
    return f'<section aria-labelledby="health"><h2 id="health">Health</h2>{inner}</section>'


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
