"""elements_at_a_time: how much is formed at a time."""

from __future__ import annotations

from torch import Tensor

# A core is quick while its work stays in its cache; a GPU, while each call has much to do.
_GPU_ELEMENTS = 2**26


def on_cpu(tensor: Tensor) -> bool:
    """Whether a core, and no GPU, computes with a tensor."""
    return tensor.device.type == "cpu"


def elements_at_a_time(like: Tensor, of_a_core: int) -> int:
    """Return how many elements of row gradients to hold at a time on a tensor's device."""
    return of_a_core if on_cpu(like) else max(of_a_core, _GPU_ELEMENTS)
