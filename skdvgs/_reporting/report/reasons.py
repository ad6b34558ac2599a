"""reasons_of_rows: the explanation of each listed row, as a part of the page that unfolds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from skdvgs._reporting.explanation.explanation import Explanation, Neighbour, quoted
from skdvgs._reporting.explanation.shown_rows import ShownRows
from skdvgs._reporting.fit_rows import Reportable, says_of_each_row, valuer_of
from skdvgs._reporting.issues import can_explain
from skdvgs._reporting.report import html
from skdvgs._reporting.report.pictures import thumbnails
from skdvgs._reporting.report.rows import Features, read_table
from skdvgs._utils.types import Index, Labels, Table

# Similar rows shown on each side, and columns shown of them.
_NEIGHBOURS, _MOST_COLUMNS = 3, 8


@dataclass(frozen=True)
class ShownData:
    """What a user passed to be shown beside the values.

    Attributes
    ----------
    X, X_val : table or None
        Features of the rows, and of the target rows.
    images, images_val : array or None
        Images of the rows, and of the target rows.
    image_shape : tuple of int or None
        Shape of one image, if they are flat.
    names : dict
        Shown names of labels, by the label of fit.
    """

    X: Table | None
    X_val: Table | None
    images: ArrayLike | None
    images_val: ArrayLike | None
    image_shape: tuple[int, ...] | None
    names: dict[Any, Any]


def reasons_of_rows(estimator: Reportable, rows: Index, shown: ShownData) -> list[str] | None:
    """Return what unfolds for each listed row, as HTML; None where nothing can be explained."""
    valuer: Any = valuer_of(estimator)
    if not (says_of_each_row(estimator) and can_explain(valuer)):
        return None
    entries = list(
        valuer.explain(rows, _NEIGHBOURS, X=_table_of(shown.X), X_val=_table_of(shown.X_val))
    )
    return [
        _details(entry, table)
        for entry, table in zip(entries, _neighbours(estimator, entries, shown), strict=True)
    ]


def _table_of(X: Table | None) -> Any:
    return None if X is None or len(getattr(X, "shape", (0, 0))) > 2 else X


def _details(entry: Explanation, table: str) -> str:
    """Return the sentence, with neighbours and scorers below it."""
    parts = [f'<div class="wide">{table}</div>', _scorers(entry)]
    if entry.unusual:
        listed = "".join(f"<li>{html.text(part)}</li>" for part in entry.unusual)
        parts.append(f"<p>Unusual entries</p><ul>{listed}</ul>")
    return (
        f'<details class="why"><summary>{html.text(entry.reason)}</summary>'
        f"{''.join(parts)}</details>"
    )


def _scorers(entry: Explanation) -> str:
    """Return what each scorer says, as a table."""
    if entry.kind == "regression":
        lines: list[list[object]] = [[name, number] for name, number in entry.scorers.items()]
        return html.plain_table(["scorer", "predicts"], lines)
    lines = [[name, float(f"{vote:.2f}")] for name, vote in entry.scorers.items()]
    lines.append(["together", float(f"{sum(entry.scorers.values()):.2f}")])
    return html.plain_table(["scorer", f"log-odds for {quoted(entry.label)}"], lines)


def _neighbours(
    estimator: Reportable, entries: Sequence[Explanation], shown: ShownData
) -> list[str]:
    """Return the similar rows of each listed one: as thumbnails, or as a table."""
    trusted = bool(entries) and entries[0].trusted
    every = sorted({other.position for entry in entries for other in _others(entry)})
    place = {position: at for at, position in enumerate(every)}
    positions = np.array(every, dtype=np.intp)
    images = shown.images_val if trusted else shown.images
    n = int(estimator._given.n_target or 0) if trusted else len(estimator.values_)
    if images is not None and every:
        pictures = thumbnails(images, n, shown.image_shape, positions)
        return [_strip(entry, pictures, place, shown.names) for entry in entries]
    features = _features(estimator, positions, shown, trusted, n)
    rows = np.array([entry.position for entry in entries], dtype=np.intp)
    own = _features(estimator, rows, shown, False, len(estimator.values_))
    lines = _own_lines(entries, own, len(features.names), shown.names)
    return [
        _table(entry, line, features, place, shown.names)
        for entry, line in zip(entries, lines, strict=True)
    ]


def _own_lines(
    entries: Sequence[Explanation], own: Features, n_columns: int, names: dict[Any, Any]
) -> list[list[object]]:
    """Return the line of each explained row itself, to compare the others with."""
    shown = range(min(n_columns, len(own.names), _MOST_COLUMNS))
    return [
        ["this row", str(entry.name), _name(entry.label, names), ""]
        + [_rounded(own.columns[column][at]) for column in shown]
        for at, entry in enumerate(entries)
    ]


def _features(
    estimator: Reportable, positions: Index, shown: ShownData, trusted: bool, n: int
) -> Features:
    names = getattr(estimator, "feature_names_in_", None)
    if not trusted:
        return read_table(_table_of(shown.X), estimator._given, n, positions, names)
    if shown.X_val is None:
        return Features([], [], 0)
    checked = ShownRows(shown.X_val, cast("Labels | None", names), n, "X_val")
    return checked.features(positions)


def _others(entry: Explanation) -> list[Neighbour]:
    return [*entry.agreeing, *entry.opposing]


def _rounded(entry: object) -> object:
    """Round a number, as rows are to be compared at a glance."""
    is_number = isinstance(entry, float | np.floating) and np.isfinite(entry)
    return float(f"{entry:.4g}") if is_number else entry


def _name(label: object, names: dict[Any, Any]) -> str:
    try:
        return str(names.get(label, label))
    except TypeError:  # several labels
        return str(label)


def _strip(
    entry: Explanation, pictures: list[str], place: dict[int, int], names: dict[Any, Any]
) -> str:
    """Return thumbnails side by side, those that agree first."""
    parts = []
    for title, others in (("Agree", entry.agreeing), ("Oppose", entry.opposing)):
        images = "".join(
            f'<figure><img class="thumb" src="{pictures[place[other.position]]}" '
            f'alt="{html.text(f"image of row {other.name}")}">'
            f"<figcaption>{html.text(_name(other.label, names))}</figcaption></figure>"
            for other in others
        )
        parts.append(f'<div><p>{title}</p><div class="strip">{images or "none"}</div></div>')
    return f'<div class="strips">{"".join(parts)}</div>'


def _table(
    entry: Explanation,
    own: list[object],
    features: Features,
    place: dict[int, int],
    names: dict[Any, Any],
) -> str:
    """Return a table of the row and of those similar to it, with their features."""
    shown = range(min(len(features.names), _MOST_COLUMNS))
    what = "trusted row" if entry.trusted else "row"
    headers = ["", what, "label", "similarity", *(features.names[at] for at in shown)]
    lines: list[list[object]] = [own]
    for other in _others(entry):
        line = ["agrees" if other.agrees else "opposes", str(other.name)]
        cells = [_rounded(features.columns[at][place[other.position]]) for at in shown]
        similarity = float(f"{other.similarity:.2f}")
        lines.append([*line, _name(other.label, names), similarity, *cells])
    if len(lines) == 1:
        return "<p>There are no rows to compare it with.</p>"
    return html.plain_table(headers, lines)
