"""A fit at a glance, in a terminal and in a notebook."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdvgs._reporting.frames import value_columns
from skdvgs._reporting.report import html as html
from skdvgs._reporting.report.facts import FitSummary
from skdvgs._reporting.report.pictures import draw_pictures
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


class Summary:
    """What was done, the cut, and the rows of lowest value.

    Parameters
    ----------
    estimator : fitted valuer, filter or sampler
        What it is of.
    n_rows : int
        Rows of lowest value to show.
    """

    def __init__(self, estimator: Any, n_rows: int) -> None:
        self._columns = value_columns(estimator)
        self._facts = FitSummary(estimator, self._columns)
        self._rows = np.argsort(self._columns["value"], kind="stable")[:n_rows]
        self._names = row_names(estimator._given, self._rows)

    def __repr__(self) -> str:
        lines = [self._facts.what_was_done(), self._facts.cut(), ""]
        lines += [f"{name}: {entry}" for name, entry in self._facts.numbers().items()]
        headers, table = self._lowest()
        texts = [[to_text(entry) for entry in line] for line in [headers, *table]]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        lines.append("")
        for line in texts:
            padded = (text.rjust(width) for text, width in zip(line, widths, strict=True))
            lines.append("  ".join(padded))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the same for a notebook, with a picture where matplotlib is installed."""
        try:
            pictures = "".join(map(html.figure, draw_pictures(self._facts, "summary")[:1]))
        except MissingDependencyError:
            pictures = ""
        return (
            f'<div class="skdvgs-summary"><style>{_STYLE}</style>'
            f"<p>{html.text(self._facts.what_was_done())} {html.text(self._facts.cut())}</p>"
            f"{html.definitions(self._facts.numbers())}{pictures}"
            f"{html.plain_table(*self._lowest())}</div>"
        )

    def _lowest(self) -> tuple[list[str], list[list[Any]]]:
        named = [name for name in self._columns if name not in ("rank", "dropped")]
        headers = ["row", *(name.replace("_", " ") for name in named), "cut"]
        lines = []
        for row, name in zip(self._rows, self._names, strict=True):
            entries = [self._columns[column][row] for column in named]
            shown = [_rounded(entry) for entry in entries]
            lines.append([name, *shown, "dropped" if self._columns["dropped"][row] else "kept"])
        return headers, lines


def _rounded(entry: Any) -> Any:
    return float(f"{entry:.3g}") if isinstance(entry, float | np.floating) else entry
