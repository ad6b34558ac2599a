"""Which text stands for a missing entry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Those that pandas takes for missing by default.
DEFAULT_NA = frozenset(
    ["#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>",
     "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"]
)  # fmt: skip


class MissingTexts:
    """Texts that are no entries.

    Parameters
    ----------
    asked : iterable of str
        Given by ``--na``.
    with_default : bool
        Whether NA, NaN, None and the like are missing too; empty entries always are.
    """

    def __init__(self, asked: Iterable[str], with_default: bool) -> None:
        self._texts = {"", *asked} | (DEFAULT_NA if with_default else frozenset())

    def mark(self, texts: NDArray[Any]) -> NDArray[np.bool_]:
        """Mark the entries that are missing: None, or such a text."""
        return np.array([text is None or text.strip() in self._texts for text in texts], dtype=bool)
