"""gradient_tolerance: how far exact results may lie apart in the arithmetic of a network."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

_HALF = 5e-2  # half precision and the products of bfloat16
_REDUCED = {"highest": 2e-3, "high": 1e-2, "medium": _HALF}


def _reduced_products(device: torch.device) -> float:
    """Tolerance for float32, whose matrix products may run in TF32 or bfloat16."""
    bound = _REDUCED.get(torch.get_float32_matmul_precision(), _HALF)
    # Convolutions have a setting of their own, which is on by default.
    if device.type == "cuda" and torch.backends.cudnn.allow_tf32:
        bound = max(bound, _REDUCED["high"])
    return bound


def is_mixed_precision() -> bool:
    """Whether the caller runs under autocast, on any device."""
    return torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda")


def gradient_tolerance(like: Tensor, *, is_mixed: bool = False) -> float:
    """Relative tolerance when gradients are compared.

    Parameters
    ----------
    like : Tensor
        A gradient, for its dtype and device.
    is_mixed : bool, default=False
        Whether a part of the network runs in half precision.
    """
    if is_mixed or torch.is_autocast_enabled(like.device.type):
        return _HALF
    if like.dtype == torch.float64:
        return 1e-8
    return _reduced_products(like.device) if like.dtype == torch.float32 else _HALF


def loss_tolerance(like: Tensor, *, is_mixed: bool = False) -> float:
    """The same for losses: forward passes differ by a few roundings only."""
    tolerance = gradient_tolerance(like, is_mixed=is_mixed)
    if tolerance <= _REDUCED["highest"]:
        return 1e-10 if like.dtype == torch.float64 else 1e-4
    return tolerance


def runs_in_half(losses: Tensor) -> bool:
    """Whether an operation between the parameters and these losses ran in half precision.

    A network may switch autocast on within its own forward, where no one else sees it.
    """
    stack: list[Any] = [losses.grad_fn]
    seen: set[Any] = {None}
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        parts = getattr(node, "_input_metadata", ())
        if any(part.dtype in (torch.bfloat16, torch.float16) for part in parts):
            return True
        stack.extend(after for after, _ in node.next_functions)
    return False
