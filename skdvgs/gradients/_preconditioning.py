"""influence_direction and adam_direction: target directions with curvature or step scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients._batches import Batch, Forward, Loss
from skdvgs.gradients._conjugate_gradients import Solution, conjugate_gradients
from skdvgs.gradients._curvature import Vector, gauss_newton_product


def influence_direction(
    module: nn.Module,
    loss: Loss,
    batches: Sequence[tuple[Batch, Batch]],
    target_gradient: Mapping[str, Tensor],
    *,
    damping: float,
    forward: Forward | None = None,
    tol: float = 1e-5,
    max_iter: int = 100,
) -> Solution:
    """Target gradient preconditioned by the damped Gauss-Newton matrix of some rows.

    The dot product of row i's gradient with this direction is the first-order effect on the
    target loss of leaving out row i, for a network trained to a minimum on ``batches``:
    retraining without it raises the target loss by about ``1/n`` times the dot product, n being
    the number of rows in ``batches``.

    Parameters
    ----------
    module : torch.nn.Module
        The trained network.
    loss : callable
        ``loss(output, y)`` returns one loss a row, shape (n_samples,).
    batches : sequence of (x, y)
        The rows that the network was trained on, or a sample of them, in batches.
    target_gradient : mapping of str to Tensor
        Gradient of the target loss, by parameter name.
    damping : float
        Added to the diagonal of the matrix, in the unit of the loss; positive.
    forward : callable, default=None
        ``forward(x)`` returns the output of ``module`` where that takes more than calling it.
    tol : float, default=1e-5
        Relative length of the residual at which the search ends.
    max_iter : int, default=100
        Products with the matrix at most.

    Returns
    -------
    Solution
        Its ``vector`` is ``(G + damping)^-1 target_gradient``; hand it to
        ``GradientEngine.terms`` in place of the target gradient.

    Raises
    ------
    InvalidInputError
        If ``damping`` is not positive, a name or shape is not that of a trainable parameter, or
        the loss is not convex in the output.

    See Also
    --------
    adam_direction : A diagonal preconditioner that costs nothing.

    References
    ----------
    .. [1] Koh and Liang, "Understanding Black-box Predictions via Influence Functions",
       arXiv:1703.04730.

    Examples
    --------
    >>> import torch
    >>> from skdvgs.gradients import influence_direction
    >>> net = torch.nn.Linear(1, 1, bias=False)
    >>> rows = [(torch.ones(4, 1), torch.zeros(4))]
    >>> found = influence_direction(
    ...     net, lambda out, y: (out[:, 0] - y) ** 2, rows, {"weight": torch.ones(1, 1)},
    ...     damping=0.5,
    ... )
    >>> found.vector["weight"]
    tensor([[0.4000]])
    """

    def product(vector: Vector) -> Vector:
        return gauss_newton_product(module, loss, batches, vector, forward=forward)

    return conjugate_gradients(
        product, target_gradient, damping=damping, tol=tol, max_iter=max_iter
    )


def adam_direction(
    target_gradient: Mapping[str, Tensor],
    module: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> Vector:
    """Target gradient on the scales of an Adam optimiser.

    A step of Adam moves each parameter by its gradient over the root of its mean square, so the
    first-order effect of such a step on row i upon the target loss is the dot product of the
    row's gradient with ``g_t / (sqrt(v) + eps)``. Momentum, the same for all rows, is left out.

    Parameters
    ----------
    target_gradient : mapping of str to Tensor
        Gradient of the target loss, by parameter name.
    module : torch.nn.Module
        The network, whose parameters the optimiser holds.
    optimizer : torch.optim.Adam, AdamW, NAdam or RAdam
        After one step at least. Others that keep ``exp_avg_sq`` for each parameter serve too.

    Returns
    -------
    dict of str to Tensor
        The direction, with the names and shapes of ``target_gradient``.

    Raises
    ------
    InvalidInputError
        If the optimiser keeps no mean squares for a parameter.

    See Also
    --------
    influence_direction : Takes the curvature of the loss instead.

    References
    ----------
    .. [1] Xia et al., "LESS: Selecting Influential Data for Targeted Instruction Tuning",
       arXiv:2402.04333.

    Examples
    --------
    >>> import torch
    >>> from skdvgs.gradients import adam_direction
    >>> net = torch.nn.Linear(2, 1, bias=False)
    >>> optimizer = torch.optim.Adam(net.parameters())
    >>> net(torch.tensor([[1.0, 100.0]])).sum().backward()
    >>> optimizer.step()
    >>> adam_direction({"weight": net.weight.grad}, net, optimizer)["weight"]
    tensor([[1.0000, 1.0000]])
    """
    named = dict(module.named_parameters())
    options = {id(p): group for group in optimizer.param_groups for p in group["params"]}
    direction = {}
    for name, grad in target_gradient.items():
        parameter = named.get(name)
        state = {} if parameter is None else optimizer.state.get(parameter, {})
        if parameter is None or "exp_avg_sq" not in state:
            raise InvalidInputError(
                f"The optimiser {type(optimizer).__name__} keeps no mean square of the gradients "
                f"of {name!r}. Use Adam or a kin of it, after one step at least."
            )
        group = options[id(parameter)]
        square = state["max_exp_avg_sq"] if group.get("amsgrad") else state["exp_avg_sq"]
        correction = 1.0 - group["betas"][1] ** float(state["step"])
        direction[name] = grad / ((square / correction).sqrt() + group["eps"])
    return direction
