"""Batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import skorch
import torch
from torch import Tensor, nn

from skdvgs._nets.output import rows_on_device
from skdvgs.gradients._batches import map_batch, take_rows

# Activations of one source batch. More than the cache of a core holds makes a core wait for
# memory, and two of them for each other; fewer rows than these make calls too many.
_CACHED_BYTES = 2**22


_ENOUGH_ROWS = 128


_ACTIVATION_BYTES = 2**25


_BATCH_LIMITS = (16, 8192)


# Of the free memory of a GPU: several trajectories may run there.
_RESIDENT_SHARE = 0.1


def best_batch_size(row_bytes: float, *, cached: bool) -> int:
    """Rows whose activations are computed together; `cached` where a core's cache counts."""
    most = _ACTIVATION_BYTES / max(1.0, row_bytes)
    if cached:
        most = max(_CACHED_BYTES / max(1.0, row_bytes), min(_ENOUGH_ROWS, most))
    return int(np.clip(most, *_BATCH_LIMITS))


def _parts(start: int, stop: int, size: int) -> Iterator[slice]:
    for first in range(start, stop, size):
        yield slice(first, min(first + size, stop))


def on_device(
    net: skorch.NeuralNet, x: Any, y: Any, loss_reads_x: bool, n_labels: int = 1
) -> tuple[Any, Any]:
    """Rows and labels as tensors where the net is, in the form that its loss takes them.

    ``loss_reads_x`` is what :func:`~skdvgs._scoring.loss.per_sample_loss` says.
    """
    x, y = (rows_on_device(part, net.device) for part in (x, y))
    if not loss_reads_x:
        return x, y
    if n_labels > 1:  # the same memory for every label
        return x, (y, map_batch(lambda t: t.unsqueeze(1).expand(-1, n_labels, *t.shape[1:]), x))
    return x, (y, x)


class ResidentRows:
    """Source rows that lie on a GPU, so that they do not travel there at every checkpoint.

    Parameters
    ----------
    rows : Tensor or dict of Tensors of shape (n_samples, ...)
        On the device.
    """

    def __init__(self, rows: Any) -> None:
        self._rows = rows

    def __getitem__(self, index: Any) -> Any:
        """Some rows, by a slice or by numbers."""
        return take_rows(self._rows, index if isinstance(index, slice) else torch.as_tensor(index))


def resident(X: Any, device: Any) -> Any:
    """Rows on a GPU, if that is where the net is and they take a small part of its free memory."""
    if torch.device(device).type != "cuda" or not isinstance(X, np.ndarray):
        return X
    free, _ = torch.cuda.mem_get_info(torch.device(device))
    return ResidentRows(rows_on_device(X, device)) if X.nbytes < _RESIDENT_SHARE * free else X


def activation_bytes(net: skorch.NeuralNet, x: Any) -> int:
    """Bytes of the outputs of all leaf modules for a batch: what a backward pass keeps."""
    total = 0

    def count(module: nn.Module, inputs: Any, output: Any) -> None:
        nonlocal total
        for tensor in output if isinstance(output, tuple) else (output,):
            if isinstance(tensor, Tensor):
                total += tensor.numel() * tensor.element_size()

    leaves = [m for m in net.module_.modules() if not any(m.children())]
    handles = [leaf.register_forward_hook(count) for leaf in leaves]
    try:
        with torch.no_grad():
            net.infer(x)
    finally:
        for handle in handles:
            handle.remove()
    return total
