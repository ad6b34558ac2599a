"""rows_and_labels: what a chunk of a stream of rows holds."""

from __future__ import annotations

from typing import Any

from skdvgs._inputs.mappings import is_mapping
from skdvgs.exceptions import InvalidInputError


def rows_and_labels(chunk: Any) -> tuple[Any, ...]:
    """Tell a pair from rows alone, which may come as a list too.

    Raises
    ------
    InvalidInputError
        If the chunk is a tuple of more than rows and labels.
    """
    if isinstance(chunk, list):
        is_table = [is_mapping(part) or len(getattr(part, "shape", ())) > 1 for part in chunk]
        chunk = tuple(chunk) if any(is_table) else (chunk,)
    if not isinstance(chunk, tuple):
        return (chunk,)
    if len(chunk) not in (1, 2):
        raise InvalidInputError(
            f"A chunk of score_chunks is a tuple of {len(chunk)} arrays. Only rows, or rows and "
            "their labels, can be valued. Yield X or (X, y)."
        )
    return chunk
