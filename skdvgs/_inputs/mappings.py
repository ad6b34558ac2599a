"""is_mapping: what counts as a mapping of named arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scipy.sparse import issparse


def is_mapping(part: Any) -> bool:
    """Whether something is a mapping of arrays. SciPy's dok_array is a dict, but one array."""
    return isinstance(part, Mapping) and not issparse(part)
