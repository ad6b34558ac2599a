"""holds_integers: whether rows are whole numbers by their type, as token numbers are."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from skdvgs._inputs.frame_columns import is_frame


def holds_integers(X: Any) -> bool:
    """Whether an array, a tensor, a frame or a list of rows holds integers alone."""
    if isinstance(X, torch.Tensor):
        return not (X.is_floating_point() or X.is_complex() or X.dtype == torch.bool)
    if is_frame(X):
        return all(_is_integer(dtype) for dtype in X.dtypes)
    if isinstance(X, (list, tuple)):
        try:
            X = np.asarray(X)
        except ValueError:  # rows of unlike lengths, which are refused later
            return False
    return _is_integer(getattr(X, "dtype", None))


def _is_integer(dtype: Any) -> bool:
    if hasattr(dtype, "is_integer"):  # of polars
        return bool(dtype.is_integer())
    return getattr(dtype, "kind", "f") in ("i", "u")
