"""GradientTerms: what the engine returns for a batch, two numbers a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class GradientTerms(NamedTuple):
    """Per-sample gradients, reduced to what every similarity needs.

    Parameters
    ----------
    dot : Tensor of shape (n_samples,)
        ``<g_i, g_t>``: dot product of each row's gradient with the target gradient.
    squared_norm : Tensor of shape (n_samples,)
        ``|g_i|**2``: squared Euclidean norm of each row's gradient; NaN where norms were not
        asked for.

    See Also
    --------
    GradientEngine : Computes them.

    Examples
    --------
    >>> import torch
    >>> from skdvgs.gradients import GradientTerms
    >>> terms = GradientTerms(torch.tensor([2.0, -3.0]), torch.tensor([4.0, 9.0]))
    >>> target_norm = 1.0
    >>> terms.dot / (terms.squared_norm.sqrt() * target_norm)
    tensor([ 1., -1.])
    """

    dot: Tensor
    squared_norm: Tensor


def summed(parts: Sequence[GradientTerms]) -> GradientTerms:
    """The terms of several groups of parameters together."""
    if len(parts) == 1:
        return parts[0]
    dot = torch.stack([part.dot for part in parts]).sum(0)
    return GradientTerms(dot, torch.stack([part.squared_norm for part in parts]).sum(0))


def columns(target: Tensor, shape: torch.Size) -> Tensor:
    """A parameter's target gradient as a vector, or several as the columns of a matrix.

    Parameters
    ----------
    target : Tensor of shape ``shape``, or (n_targets, *shape)
        One target gradient, or several.
    shape : Size
        Shape of the parameter.
    """
    return target.flatten() if target.dim() == len(shape) else target.reshape(len(target), -1).t()


def row_dot(a: Tensor, b: Tensor) -> Tensor:
    """Dot product of matching rows of two tensors of shape (n, ...), as (n,)."""
    if a.dim() > 2:
        a, b = a.flatten(1), b.flatten(1)
    dots: Tensor = torch.linalg.vecdot(a, b)
    return dots


def row_squares(a: Tensor) -> Tensor:
    """Sum of squares of each row of a tensor of shape (n, ...), as (n,)."""
    if a.dim() > 2:
        a = a.flatten(1)
    if a.dtype in (torch.float32, torch.float64):
        squares: Tensor = torch.linalg.vecdot(a, a)
        return squares
    # This one adds up in higher precision than its input's.
    lengths: Tensor = torch.linalg.vector_norm(a, dim=1)
    return lengths.square_()
