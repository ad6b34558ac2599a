"""Summary: a fit at a glance, in a terminal and in a notebook."""

from __future__ import annotations

import numpy as np

from skdvgs._reporting.fit_rows import Reportable
from skdvgs._reporting.frames import value_columns
from skdvgs._reporting.report import html
from skdvgs._reporting.report.facts import FitSummary
from skdvgs._reporting.report.pictures import draw_distribution
from skdvgs._reporting.report.rows import row_names, to_text
from skdvgs.exceptions import MissingDependencyError

_STYLE = """
.skdvgs-summary { max-width: 60rem; }
.skdvgs-summary dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .5rem 0; }
.skdvgs-summary dt { opacity: .7; font-size: .875em; }
.skdvgs-summary dd { margin: 0; }
.skdvgs-summary figure { margin: .5rem 0; }
.skdvgs-summary img { background: #fff; max-width: 36rem; width: 100%; }
.skdvgs-summary figcaption { opacity: .7; font-size: .875em; }
.skdvgs-summary .num { text-align: right; }
"""

_MOST_CLASSES = 20  # in a table to read


class Summary:
    """What was done, where the cut lies, how each class fares, and the rows of lowest value.

    Parameters
    ----------
    estimator : fitted valuer, filter or sampler
        The estimator to describe.
    n_rows : int
        How many rows of lowest value to show.
    """

    def __init__(self, estimator: Reportable, n_rows: int) -> None:
        self._columns = value_columns(estimator)
        self._facts = FitSummary(estimator, self._columns)
        self._rows = np.argsort(self._columns["value"], kind="stable")[:n_rows]
        self._names = row_names(estimator._given, self._rows)

    def __repr__(self) -> str:
        lines = [self._facts.what_was_done(), self._facts.cut(), ""]
        lines += [f"{name}: {entry}" for name, entry in self._facts.numbers().items()]
        lines += self._facts.health.hints()
        classes = self._facts.classes()
        if classes is not None and len(classes[1]) <= _MOST_CLASSES:
            lines += ["", *_aligned(*classes)]
        lines += ["", *_aligned(*self._lowest())]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the same for a notebook, with a picture if matplotlib is installed."""
        try:
            # A notebook's own theme decides what is dark, and its pictures do not know it.
            picture = html.figure(draw_distribution(self._facts, "summary"), dark=False)
        except MissingDependencyError:
            picture = ""
        classes = self._facts.classes()
        health = "".join(f"<p>{html.text(hint)}</p>" for hint in self._facts.health.hints())
        if classes is not None and len(classes[1]) <= _MOST_CLASSES:
            health += html.plain_table(*classes)
        return (
            f'<div class="skdvgs-summary"><style>{_STYLE}</style>'
            f"<p>{html.text(self._facts.what_was_done())} {html.text(self._facts.cut())}</p>"
            f"{html.definitions(self._facts.numbers())}{picture}{health}"
            f"{html.plain_table(*self._lowest())}</div>"
        )

    def _lowest(self) -> tuple[list[str], list[list[object]]]:
        """Return headers and lines of the table of the lowest rows."""
        hidden = ("rank", "dropped", "is_low")
        named = [name for name in self._columns if name not in hidden]
        headers = ["row", *(name.replace("_", " ") for name in named), "cut"]
        lines: list[list[object]] = []
        for row, name in zip(self._rows, self._names, strict=True):
            shown = [_rounded(self._columns[column][row]) for column in named]
            lines.append([name, *shown, self._facts.tag(row)])
        return headers, lines


def _aligned(headers: list[str], table: list[list[object]]) -> list[str]:
    """Return the lines of a table of text."""
    texts = [headers, *([to_text(entry) for entry in line] for line in table)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return [
        "  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True))
        for line in texts
    ]


def _rounded(entry: object) -> object:
    return float(f"{entry:.3g}") if isinstance(entry, float | np.floating) else entry
