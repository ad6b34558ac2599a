"""BatchLossCheck: recognises criteria that compare rows with one another."""

from __future__ import annotations

import warnings

import torch
from torch import Tensor

from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients._batches import Batch, Loss, count_rows, map_batch, take_rows

_ROWS = 8
_ATTEMPTS = 10


class BatchLossCheck:
    """Refuses a criterion that has a gradient on a batch, and none on any of its rows alone.

    That is what contrastive losses look like: a row alone has nothing to be compared with. A
    batch without any gradient tells nothing, so the next one is looked at, up to ten times.
    """

    def __init__(self, criterion: Loss) -> None:
        self._criterion = criterion
        self._attempts_left = _ATTEMPTS

    def __call__(self, output: Batch, y: Batch) -> None:
        """Look at the first rows of a batch.

        Raises
        ------
        InvalidInputError
            If the criterion needs a batch.
        """
        if not self._attempts_left or count_rows(output) < 2:
            return
        self._attempts_left -= 1
        output, y = take_rows(output, slice(_ROWS)), take_rows(y, slice(_ROWS))
        try:
            together = self._has_gradient(output, y)
        except (RuntimeError, ValueError, TypeError, LookupError):
            return  # a criterion for single rows, or an error of its own that comes again
        if not together:
            return
        for row in range(count_rows(output)):
            rows = slice(row, row + 1)
            if self._has_gradient_alone(take_rows(output, rows), take_rows(y, rows)):
                self._attempts_left = 0
                return
        raise self._refusal("has a gradient for a batch and none for any of its rows alone")

    def _has_gradient_alone(self, output: Batch, y: Batch) -> bool:
        try:
            return self._has_gradient(output, y)
        except (RuntimeError, ValueError, TypeError, LookupError) as error:
            fails = f"works on a batch and fails on a row alone ({str(error)[:120]})"
            raise self._refusal(fails) from error

    def _has_gradient(self, output: Batch, y: Batch) -> bool:
        """Whether the criterion's gradient by the output is finite and not zero."""
        leaves: list[Tensor] = []

        def leaf(tensor: Tensor) -> Tensor:
            if not tensor.is_floating_point():
                return tensor
            leaves.append(tensor.detach().clone().requires_grad_())
            return leaves[-1]

        with torch.enable_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the spread of one row, say
            total = self._criterion(map_batch(leaf, output), y).sum()
        if not total.requires_grad:
            return False
        grads = [
            grad
            for grad in torch.autograd.grad(total, leaves, allow_unused=True)
            if grad is not None
        ]
        finite = all(bool(grad.isfinite().all()) for grad in grads)
        # A contrast of a row with itself is zero up to roundings.
        size = max((float(grad.abs().max()) for grad in grads), default=0.0)
        scale = max((float(part.detach().abs().max()) for part in leaves), default=0.0)
        return finite and size > 1e-6 / (1.0 + scale)

    def _refusal(self, finding: str) -> InvalidInputError:
        name = getattr(self._criterion, "__name__", type(self._criterion).__name__)
        return InvalidInputError(
            f"The criterion {name} {finding}. It compares the rows of a batch with one another, "
            "as contrastive losses do, so a row has no loss and no gradient of its own. Value "
            "rows by a criterion that is a sum or mean over rows, e.g. that of a classifier on "
            "top of the same network."
        )
