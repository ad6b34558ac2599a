"""ReviewNames: what the page needs to take decisions on rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from skdvgs._reporting.review.decisions import Review
from skdvgs._utils.types import Labels

_MOST_LABELS = 1000  # to choose from


@dataclass(frozen=True)
class ReviewNames:
    """What a review file says of the table it belongs to.

    Attributes
    ----------
    label_column, row_column : str
        Columns that hold the labels, and that name the rows; empty if there is none.
    given : array of shape (n_samples,) or None
        Labels as the table spells them; None for those that are shown.
    """

    label_column: str = ""
    row_column: str = ""
    given: Labels | None = None


def row_attributes(
    names: Sequence[object], given: Labels | None, suggested: Sequence[object] | None
) -> list[str]:
    """Return what the page knows of each row: its name, its label, and what to call it instead."""
    found = []
    for at, name in enumerate(names):
        about = {
            "name": str(name),
            "given": "" if given is None else _text(given[at]),
            "suggested": "" if suggested is None else _text(suggested[at]),
        }
        found.append(f' data-row="{_json(about)}"')
    return found


def review_attribute(table: str, kind: str, names: ReviewNames, earlier: Review | None) -> str:
    """Return what the page knows of the review: a key to remember it by, and earlier decisions.

    Parameters
    ----------
    table : str
        The table of rows. The same report has the same key.
    kind : {'class', 'number', ''}
        What labels are; empty if a row cannot be relabelled.
    names : ReviewNames
        Of the table.
    earlier : Review or None
        Decisions to start from.
    """
    records = [] if earlier is None else earlier.as_records()
    known = json.dumps([table, records], sort_keys=True).encode("utf-8")
    about = {
        "digest": hashlib.sha256(known).hexdigest()[:32],
        "kind": kind,
        "label_column": names.label_column,
        "row_column": names.row_column,
        "earlier": records,
    }
    return f' data-review="{_json(about)}"'


def known_labels(labels: Labels | None, kind: str) -> str:
    """Return the labels to choose from, as HTML."""
    if labels is None or kind != "class":
        return ""
    options = "".join(
        f'<option value="{escape(_text(label), quote=True)}"></option>'
        for label in np.unique(labels.astype(str))[:_MOST_LABELS]
    )
    return f'<datalist id="known-labels">{options}</datalist>'


def _text(label: object) -> str:
    """Return a label as the table holds it: all its digits, and nothing for a missing one."""
    if label is None or (isinstance(label, float | np.floating) and np.isnan(label)):
        return ""
    if isinstance(label, float | np.floating):
        return repr(float(label))
    return str(label)


def _json(about: dict[str, Any]) -> str:
    """Return JSON in ASCII, in which no character acts unseen, for an attribute."""
    return escape(json.dumps(about), quote=True)
