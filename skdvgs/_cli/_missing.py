"""MissingTexts: which text stands for a missing entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._cli._numbers import number_of

# Those that pandas takes for missing by default.
DEFAULT_NA = frozenset(
    ["#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>",
     "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"]
)  # fmt: skip


class MissingTexts:
    """Texts that are no entries.

    Parameters
    ----------
    asked : sequence of str
        Given by ``--na``.
    with_default : bool
        Whether NA, NaN, None and the like are missing too; empty entries always are.
    """

    def __init__(self, asked: Sequence[str], with_default: bool) -> None:
        self._numbers = [number for text in asked for number in [number_of(text, ".")]]
        self._texts = {"", *asked} | (DEFAULT_NA if with_default else frozenset())

    def mark_numbers(self, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Mark the numbers of a typed file that stand for missing ones, such as -999."""
        return np.isnan(numbers) | np.isin(numbers, self._numbers)

    def mark(self, texts: NDArray[Any]) -> NDArray[np.bool_]:
        """Mark the entries that are missing: None, or such a text."""
        return np.array([text is None or text.strip() in self._texts for text in texts], dtype=bool)
