"""Rows that are held where the network computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from skorch.utils import to_tensor

from skdvgs._scoring.batches import _writable

# The rows may take so much of the memory that is free; the rest is for the activations.
_SHARE = 0.25


def held_on_device(rows: Any, device: Any) -> Any:
    """Return an array as a tensor on a GPU that has room for it; else the array itself.

    Every checkpoint reads every row: copying them to the device once is much cheaper.

    Parameters
    ----------
    rows : array of shape (n_samples, ...)
        Features, or labels as the network's criterion wants them.
    device : str or torch.device
        Where the network computes.
    """
    on_cuda = torch.device(device or "cpu").type == "cuda"
    if not on_cuda or not isinstance(rows, np.ndarray) or rows.dtype.kind not in "fiub":
        return rows
    free, _ = torch.cuda.mem_get_info(device)
    return to_tensor(_writable(rows), device=device) if rows.nbytes <= _SHARE * free else rows
