"""gauss_newton_product: products with the Gauss-Newton matrix, which is never formed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients._batches import (
    Batch,
    Forward,
    Loss,
    LossPerSample,
    count_rows,
    map_batch,
    tensors_of,
)
from skdvgs.gradients._modes import evaluation_mode

Vector = dict[str, Tensor]


def gauss_newton_product(
    module: nn.Module,
    loss: Loss,
    batches: Iterable[tuple[Batch, Batch]],
    vector: Mapping[str, Tensor],
    *,
    forward: Forward | None = None,
) -> Vector:
    """Multiply a vector by the Gauss-Newton matrix of the mean loss over some rows.

    The matrix is ``G = 1/n sum_i J_i^T H_i J_i``, where J_i is the Jacobian of row i's output
    with respect to the parameters and H_i the Hessian of its loss with respect to the output.
    For a loss that is convex in the output (squared error, cross entropy) it is positive
    semi-definite, and for those it is the Fisher matrix.

    Parameters
    ----------
    module : torch.nn.Module
        The network; evaluated in evaluation mode and left as it was found.
    loss : callable
        ``loss(output, y)`` returns one loss a row, shape (n_samples,).
    batches : iterable of (x, y)
        The rows, in batches of any sizes. Every row counts the same.
    vector : mapping of str to Tensor
        One tensor a parameter, shaped as the parameter, by the names of
        ``named_parameters``. The matrix is restricted to the parameters named here.
    forward : callable, default=None
        ``forward(x)`` returns the output of ``module`` where that takes more than calling it.

    Returns
    -------
    dict of str to Tensor
        ``G @ vector``, with the names and shapes of ``vector``, in units of the loss for a
        unit vector.

    Raises
    ------
    InvalidInputError
        If a name or shape of ``vector`` is not that of a trainable parameter, or there is no
        row.

    See Also
    --------
    conjugate_gradients : Solves with the matrix.

    Notes
    -----
    Costs one forward and about four backward passes over the rows, and no more memory than a
    training pass over the largest batch takes twice.

    References
    ----------
    .. [1] Martens, "New Insights and Perspectives on the Natural Gradient Method",
       arXiv:1412.1193.

    Examples
    --------
    >>> import torch
    >>> from skdvgs.gradients import gauss_newton_product
    >>> net = torch.nn.Linear(2, 1, bias=False)
    >>> x, y = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.zeros(2)
    >>> product = gauss_newton_product(
    ...     net, lambda out, y: (out[:, 0] - y) ** 2 / 2, [(x, y)], {"weight": torch.ones(1, 2)}
    ... )
    >>> product["weight"]
    tensor([[0.5000, 2.0000]])
    """
    parameters = _matching(module, vector)
    computation = LossPerSample(module, loss, forward)
    sums = {name: torch.zeros_like(part) for name, part in vector.items()}
    n = 0
    with evaluation_mode(module), torch.enable_grad(), sdpa_kernel(SDPBackend.MATH):
        for x, y in batches:
            n += count_rows(x)
            parts = _product_of_batch(computation, x, y, parameters, list(vector.values()))
            for name, part in zip(sums, parts, strict=True):
                sums[name] += part
    if not n:
        raise InvalidInputError("There is no row in batches. Give at least one pair (x, y).")
    return {name: part / n for name, part in sums.items()}


def _matching(module: nn.Module, vector: Mapping[str, Tensor]) -> list[Tensor]:
    """The parameters that a vector names."""
    named = dict(module.named_parameters())
    for name, part in vector.items():
        if name not in named or not named[name].requires_grad:
            raise InvalidInputError(
                f"The vector holds {name!r}, which is no trainable parameter of the network. Use "
                "the names of named_parameters()."
            )
        if named[name].shape != part.shape:
            raise InvalidInputError(
                f"The vector's part {name!r} has shape {tuple(part.shape)}, its parameter "
                f"{tuple(named[name].shape)}. They must be equal."
            )
    if not vector:
        raise InvalidInputError("The vector is empty. Name at least one parameter.")
    return [named[name] for name in vector]


def _product_of_batch(
    computation: LossPerSample,
    x: Batch,
    y: Batch,
    parameters: Sequence[Tensor],
    vector: Sequence[Tensor],
) -> Sequence[Tensor]:
    """``sum_i J_i^T H_i J_i v`` of one batch, for each parameter."""
    output = computation.output(x)
    parts = [part for part in tensors_of(output) if part.requires_grad]
    if not parts:
        return [torch.zeros_like(part) for part in vector]
    # The gradient J^T u is linear in u, so its own derivative along v is J v.
    probe = [torch.zeros_like(part, requires_grad=True) for part in parts]
    backward = _grad(parts, parameters, probe, create_graph=True)
    linear = [part for part in backward if part.requires_grad]
    along = [v for v, part in zip(vector, backward, strict=True) if part.requires_grad]
    pushed = _grad(linear, probe, along, retain_graph=True)
    curved = _loss_curvature(computation, output, y, count_rows(x), pushed)
    return _grad(parts, parameters, curved)


def _loss_curvature(
    computation: LossPerSample, output: Batch, y: Batch, n: int, pushed: Sequence[Tensor]
) -> Sequence[Tensor]:
    """``H u``: the Hessian of the losses with respect to the output, times a vector."""
    leaves: list[Tensor] = []

    def leaf(part: Tensor) -> Tensor:
        if not part.requires_grad:
            return part
        leaves.append(part.detach().requires_grad_())
        return leaves[-1]

    losses = computation.losses(map_batch(leaf, output), y, n)
    slopes = _grad([losses.sum()], leaves, None, create_graph=True)
    curved = [part for part in slopes if part.requires_grad]
    if not curved:
        return [torch.zeros_like(part) for part in leaves]
    along = [u for u, part in zip(pushed, slopes, strict=True) if part.requires_grad]
    return _grad(curved, leaves, along)


def _grad(
    outputs: Sequence[Tensor],
    inputs: Sequence[Tensor],
    weights: Sequence[Tensor] | None,
    *,
    create_graph: bool = False,
    retain_graph: bool | None = None,
) -> Sequence[Tensor]:
    """Gradients, zeros where an input has no part in the outputs."""
    if not outputs:
        return [torch.zeros_like(part) for part in inputs]
    return torch.autograd.grad(
        outputs,
        inputs,
        weights,
        create_graph=create_graph,
        retain_graph=retain_graph,
        allow_unused=True,
        materialize_grads=True,
    )
