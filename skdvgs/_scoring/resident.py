"""ResidentRows: source rows that lie on a GPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from skdvgs._nets.output import rows_on_device
from skdvgs.gradients._batches import take_rows

# The rows may take so much of the memory that is free: several trajectories may run there, and
# the rest is for activations.
_SHARE = 0.1


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


def resident(X: Any, device: str | torch.device) -> Any:
    """Rows on a GPU, if that is where the net is and they take a small part of its free memory."""
    if torch.device(device or "cpu").type != "cuda" or not isinstance(X, np.ndarray):
        return X
    free, _ = torch.cuda.mem_get_info(torch.device(device))
    return ResidentRows(rows_on_device(X, device)) if X.nbytes < _SHARE * free else X
