"""LossPerSample and Batch: rows that may be a tensor or a dict, list or tuple of tensors."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from skdvgs.gradients._precision import is_mixed_precision

# Rows of a batch, or what comes of them: tensors of shape (n, ...) in any structure.
Batch: TypeAlias = "Tensor | Mapping[str, Batch] | Sequence[Batch] | None"
# From a batch to the output; from output and labels to the loss. Both may have any structure.
Forward: TypeAlias = Callable[[Any], Any]
Loss: TypeAlias = Callable[[Any, Any], Tensor]


def map_batch(function: Callable[[Tensor], Tensor], batch: Batch) -> Batch:
    """Apply a function to every tensor of a batch and keep its structure."""
    if isinstance(batch, Tensor):
        return function(batch)
    if type(batch) is dict:
        return {key: map_batch(function, value) for key, value in batch.items()}
    if isinstance(batch, MutableMapping):
        # Kinds of one's own may have attributes, as the outputs of transformers do.
        changed = copy.copy(batch)
        for key, value in batch.items():
            changed[key] = map_batch(function, value)
        return changed
    if isinstance(batch, (list, tuple)):
        parts = [map_batch(function, value) for value in batch]
        kind: Any = type(batch)
        rebuilt: Batch = kind(*parts) if hasattr(batch, "_fields") else kind(parts)
        return rebuilt
    return batch


def first_tensor(batch: Batch) -> Tensor:
    """The first tensor met in a batch.

    Raises
    ------
    ValueError
        If there is none.
    """
    for tensor in tensors_of(batch):
        return tensor
    raise ValueError(f"A batch must hold a tensor. Got {type(batch).__name__} without one.")


def take_rows(batch: Batch, rows: slice | Tensor) -> Batch:
    """The given rows of every tensor in a batch."""
    return map_batch(lambda tensor: tensor[rows], batch)


def count_rows(batch: Batch) -> int:
    """Rows of the first tensor met in a batch."""
    return len(batch) if isinstance(batch, Tensor) else len(first_tensor(batch))


def call_module(module: nn.Module, x: Batch) -> Any:
    """Call a module as skorch does: a mapping of inputs becomes keyword arguments."""
    return module(**x) if isinstance(x, Mapping) else module(x)


class LossPerSample(nn.Module):
    """A module followed by its loss: (x, y) -> losses of shape (n,)."""

    def __init__(
        self,
        module: nn.Module,
        loss: Loss,
        forward: Forward | None = None,
    ) -> None:
        super().__init__()
        self.module = module
        self.loss = loss
        self._forward = forward
        self.guards_input = False

    def output(self, x: Batch) -> Any:
        """The module's output for a batch; written to, if at all, is a copy of the batch."""
        if is_mixed_precision():
            # Old PyTorch keeps a weight that was cast without gradients, and goes on to use it.
            torch.clear_autocast_cache()
        if self.guards_input:
            x = map_batch(torch.clone, x)
        return call_module(self.module, x) if self._forward is None else self._forward(x)

    def forward(self, x: Batch, y: Batch) -> Tensor:
        """Loss of each row, shape (n,)."""
        return self.losses(self.output(x), y, count_rows(x))

    def losses(self, output: Any, y: Batch, n: int) -> Tensor:
        """Loss of each of n rows, from the module's output for them."""
        if self.guards_input:
            y = map_batch(torch.clone, y)
        losses = self.loss(output, y)
        if not isinstance(losses, Tensor) or losses.shape != torch.Size([n]):
            met = tuple(losses.shape) if isinstance(losses, Tensor) else type(losses).__name__
            raise ValueError(
                f"The loss returned {met} for a batch of {n} rows. Per-sample gradients need "
                f"one loss a row. Return a tensor of shape ({n},), e.g. with reduction='none'."
            )
        return losses

    def changes_input(self, x: Batch, y: Batch) -> bool:
        """Whether a forward pass writes into its batch; the batch given here is spared."""
        x, y = map_batch(torch.clone, x), map_batch(torch.clone, y)
        before = versions([x, y])
        with torch.no_grad():
            self.forward(x, y)
        return versions([x, y]) != before


def tensors_of(batch: Batch) -> list[Tensor]:
    """Every tensor of a batch, in the order of its structure."""
    met: list[Tensor] = []

    def note(tensor: Tensor) -> Tensor:
        met.append(tensor)
        return tensor

    map_batch(note, batch)
    return met


def versions(batch: Batch) -> list[int]:
    """How often each tensor of a batch was written to."""
    return [tensor._version for tensor in tensors_of(batch)]


def shapes_of(batch: Batch) -> list[torch.Size]:
    """Shape of each tensor of a batch."""
    return [tensor.shape for tensor in tensors_of(batch)]
