"""by_rows: where rows are in what a layer sees: first, second, or flattened with positions."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

Layout = Literal["rows first", "rows second"]


def by_rows(tensor: Tensor, n: int, layout: Layout, feature_dims: int) -> Tensor | None:
    """Gather each row's positions; None where the shape does not allow it.

    Parameters
    ----------
    tensor : Tensor
        "rows first": (n, ..., *features) or (n * positions, ..., *features);
        "rows second": (positions, n, ..., *features) or (positions * n, *features).
    n : int
        Number of rows.
    layout : {'rows first', 'rows second'}
        Which of the two it is; shapes alone cannot tell.
    feature_dims : int
        How many trailing dimensions are features.

    Returns
    -------
    Tensor of shape (n, positions, *features), or None
        The same numbers, row by row.
    """
    leading = tensor.shape[: tensor.dim() - feature_dims]
    features = tensor.shape[tensor.dim() - feature_dims :]
    if not leading or tensor.numel() == 0:
        return None
    if layout == "rows first":
        return tensor.reshape(n, -1, *features) if leading[0] % n == 0 else None
    if len(leading) == 1:
        return tensor.reshape(-1, n, *features).transpose(0, 1) if leading[0] % n == 0 else None
    return tensor.transpose(0, 1).reshape(n, -1, *features) if leading[1] == n else None
