"""conjugate_gradients: a damped linear system solved by products with its matrix."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients._curvature import Vector


class Solution(NamedTuple):
    """What conjugate gradients found.

    Parameters
    ----------
    vector : dict of str to Tensor
        Solution, with the names and shapes of the right-hand side.
    relative_residual : float
        Length of ``b - (A + damping) x`` over that of b; 0 is exact.
    n_iterations : int
        Products that were taken.

    See Also
    --------
    conjugate_gradients : Returns it.

    Examples
    --------
    >>> import torch
    >>> from skdvgs.gradients import conjugate_gradients
    >>> found = conjugate_gradients(lambda v: v, {"w": torch.ones(2)}, damping=1.0)
    >>> found.n_iterations, found.vector["w"]
    (1, tensor([0.5000, 0.5000]))
    """

    vector: Vector
    relative_residual: float
    n_iterations: int


def _dot(a: Mapping[str, Tensor], b: Mapping[str, Tensor]) -> float:
    return math.fsum(float((a[name] * b[name]).sum()) for name in a)


def _plus(a: Mapping[str, Tensor], factor: float, b: Mapping[str, Tensor]) -> Vector:
    return {name: part + factor * b[name] for name, part in a.items()}


def conjugate_gradients(
    product: Callable[[Vector], Mapping[str, Tensor]],
    b: Mapping[str, Tensor],
    *,
    damping: float,
    tol: float = 1e-5,
    max_iter: int = 100,
) -> Solution:
    """Solve ``(A + damping I) x = b`` for a positive semi-definite matrix A.

    Parameters
    ----------
    product : callable
        ``product(vector)`` returns ``A @ vector``, with the names and shapes of ``vector``.
    b : mapping of str to Tensor
        The right-hand side, one tensor a parameter.
    damping : float
        Added to the diagonal, in the unit of A; positive. The larger, the fewer products.
    tol : float, default=1e-5
        Stop once the residual is shorter than ``tol`` times b.
    max_iter : int, default=100
        Products at most.

    Returns
    -------
    Solution
        ``vector``, ``relative_residual`` and ``n_iterations``. The residual says how far the
        solution was reached; it is above ``tol`` where ``max_iter`` ended the search, or where
        the arithmetic's precision did.

    Raises
    ------
    InvalidInputError
        If ``damping`` is not positive, or A turns out to be indefinite.

    See Also
    --------
    gauss_newton_product : Such a product.
    influence_direction : Both together.

    Examples
    --------
    >>> import torch
    >>> from skdvgs.gradients import conjugate_gradients
    >>> A = torch.tensor([[2.0, 0.0], [0.0, 4.0]])
    >>> found = conjugate_gradients(lambda v: {"w": A @ v["w"]}, {"w": torch.ones(2)}, damping=1.0)
    >>> found.vector["w"]
    tensor([0.3333, 0.2000])
    """
    if not damping > 0:
        raise InvalidInputError(f"damping must be positive. Got {damping!r} instead.")
    length = math.sqrt(_dot(b, b))
    x = {name: torch.zeros_like(part) for name, part in b.items()}
    residual = {name: part.clone() for name, part in b.items()}
    direction, square, n_iterations = residual, length**2, 0
    while n_iterations < max_iter and math.sqrt(square) > tol * length:
        n_iterations += 1
        image = _plus(product(direction), damping, direction)
        curvature = _dot(direction, image)
        if not curvature > 0:
            raise InvalidInputError(
                f"The matrix has curvature {curvature:g} along a direction, damping included. "
                "Conjugate gradients need a positive one. Use a larger damping, or a loss that is "
                "convex in the network's output."
            )
        step = square / curvature
        x, residual = _plus(x, step, direction), _plus(residual, -step, image)
        square, before = _dot(residual, residual), square
        direction = _plus(residual, square / before, direction)
    return Solution(x, math.sqrt(square) / length if length else 0.0, n_iterations)
