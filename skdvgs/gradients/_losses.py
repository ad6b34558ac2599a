"""batch_of_one_losses: one loss a row, from a criterion that returns one loss a batch.

The loss of a row is what the criterion says of a batch that holds that row alone. So a class
weight under ``reduction='mean'`` cancels, as it should: a row's own gradient is unweighted.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import vmap

from skdvgs.gradients._batch_losses import BatchLossCheck
from skdvgs.gradients._batches import Batch, Loss, count_rows, map_batch, take_rows

_ELEMENTWISE = (
    nn.MSELoss,
    nn.L1Loss,
    nn.SmoothL1Loss,
    nn.HuberLoss,
    nn.BCELoss,
    nn.BCEWithLogitsLoss,
)


def batch_of_one_losses(criterion: Loss) -> Loss:
    """Turn a criterion that reduces over a batch into one that returns a loss a row.

    Parameters
    ----------
    criterion : callable
        ``criterion(output, y)`` returns one number for a batch: a torch loss module or any
        function.

    Returns
    -------
    callable
        ``losses(output, y)`` returns shape (n_samples,): for each row what ``criterion`` gives
        for a batch of that row alone.

    Raises
    ------
    InvalidInputError
        By ``losses``, if the criterion compares the rows of a batch with one another
        (contrastive losses), so that a row alone has no gradient.

    See Also
    --------
    GradientEngine : Takes such a loss.

    Examples
    --------
    >>> import torch
    >>> from skdvgs.gradients import batch_of_one_losses
    >>> losses = batch_of_one_losses(torch.nn.MSELoss())
    >>> losses(torch.tensor([[1.0, 1.0], [0.0, 2.0]]), torch.zeros(2, 2))
    tensor([1., 2.])
    """
    reduction = getattr(criterion, "reduction", None)
    if reduction in ("mean", "sum"):
        if type(criterion) in _ELEMENTWISE:
            return _elementwise(criterion, reduction)
        if type(criterion) is nn.CrossEntropyLoss and not _weighted_smoothing(criterion):
            return _class_losses(criterion, nn.functional.cross_entropy)
        if type(criterion) is nn.NLLLoss:
            return _class_losses(criterion, nn.functional.nll_loss)
    return _AnyLoss(criterion)


def _weighted_smoothing(criterion: nn.CrossEntropyLoss) -> bool:
    """Smoothing spreads a row over all classes, so there a class weight does not cancel."""
    return criterion.weight is not None and criterion.label_smoothing > 0


def _elementwise(criterion: Any, reduction: str) -> Callable[[Tensor, Tensor], Tensor]:
    per_element = copy.copy(criterion)
    per_element.reduction = "none"

    def losses(output: Tensor, y: Tensor) -> Tensor:
        if output.shape != y.shape:
            raise ValueError(
                f"The network's output has shape {tuple(output.shape)}, y {tuple(y.shape)}. "
                f"{type(criterion).__name__} compares element by element. Make them equal."
            )
        elements: Tensor = per_element(output, y).reshape(len(y), -1)
        return elements.mean(1) if reduction == "mean" else elements.sum(1)

    return losses


def _class_losses(criterion: Any, function: Any) -> Callable[[Tensor, Tensor], Tensor]:
    by_row = _AnyLoss(criterion)
    options: dict[str, Any] = {"ignore_index": criterion.ignore_index, "reduction": "none"}
    if hasattr(criterion, "label_smoothing"):
        options["label_smoothing"] = criterion.label_smoothing

    def losses(output: Tensor, y: Tensor) -> Tensor:
        # Positions and class probabilities reduce in other ways: leave those to the criterion.
        if output.dim() != 2 or y.dim() != 1:
            return by_row(output, y)
        found: Tensor = function(output, y, **options)
        return found

    return losses


class _AnyLoss:
    """Any criterion, by a vectorised call on batches of one, or a loop where that fails."""

    def __init__(self, criterion: Loss) -> None:
        self._criterion = criterion
        self._vectorised = True
        self._refuse_batch_loss = BatchLossCheck(criterion)

    def __call__(self, output: Batch, y: Batch) -> Tensor:
        self._refuse_batch_loss(output, y)
        if self._vectorised:
            try:
                y_dim = None if y is None else 0
                return vmap(self._single, in_dims=(0, y_dim), randomness="different")(output, y)
            except (RuntimeError, NotImplementedError, ValueError, TypeError):
                losses = self._loop(output, y)  # an error of the criterion itself shows here
                self._vectorised = False
                return losses
        return self._loop(output, y)

    def _loop(self, output: Batch, y: Batch) -> Tensor:
        n = count_rows(output)
        rows = [slice(i, i + 1) for i in range(n)]
        return torch.stack(
            [self._criterion(take_rows(output, r), take_rows(y, r)).reshape(()) for r in rows]
        )

    def _single(self, output: Batch, y: Batch) -> Tensor:
        one_output = map_batch(lambda t: t.unsqueeze(0), output)
        one_y = map_batch(lambda t: t.unsqueeze(0), y)
        return self._criterion(one_output, one_y).reshape(())
