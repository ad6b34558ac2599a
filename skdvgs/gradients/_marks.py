"""as_rows: marks tensors that hold rows of the batch, while a network's functions are watched."""

from __future__ import annotations

from torch import Tensor

_MARK = "_skdvgs_rows"


def as_rows(tensor: Tensor) -> Tensor:
    """Mark a tensor as one that holds rows."""
    setattr(tensor, _MARK, True)
    return tensor


def holds_rows(tensor: Tensor) -> bool:
    """Whether a tensor bears that mark."""
    return hasattr(tensor, _MARK)


def without_mark(tensor: Tensor) -> None:
    """Take the mark off."""
    vars(tensor).pop(_MARK, None)
