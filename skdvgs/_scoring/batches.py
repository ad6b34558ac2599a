"""best_batch_size: how many rows are scored at a time, and rows on the device of the net."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import skorch
import torch
from torch import Tensor, nn

from skdvgs._nets.output import rows_on_device
from skdvgs.gradients._batches import map_batch

# Activations of one source batch. More than the cache of a core holds makes a core wait for
# memory, and two of them for each other; fewer rows than these make calls too many.
_CACHED_BYTES = 2**22
_ENOUGH_ROWS = 128
_CORE_BYTES, _CORE_ROWS = 2**25, 2**13

# A GPU waits for its next call unless each has much to do.
_GPU_BYTES, _GPU_ROWS = 2**28, 2**17

_FEWEST_ROWS = 16


def best_batch_size(row_bytes: float, *, on_cpu: bool) -> int:
    """Rows whose activations are computed together."""
    fits = _GPU_BYTES / max(1.0, row_bytes)
    if on_cpu:
        fits = _CORE_BYTES / max(1.0, row_bytes)
        fits = max(_CACHED_BYTES / max(1.0, row_bytes), min(_ENOUGH_ROWS, fits))
    return int(np.clip(fits, _FEWEST_ROWS, _CORE_ROWS if on_cpu else _GPU_ROWS))


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
