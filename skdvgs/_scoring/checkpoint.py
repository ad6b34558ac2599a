"""Checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Checkpoint:
    """A moment before an optimiser step.

    Attributes
    ----------
    number : int
        Checkpoints before this one.
    step : int
        Optimiser steps before it.
    gradient : dict of str to Tensor
        Target gradient by parameter name; parameters the target loss does not reach are absent.
    typical_norm : float
        Median length of single target rows' gradients, where it is known already, else NaN.
    """

    number: int
    step: int
    gradient: dict[str, torch.Tensor]
    typical_norm: float = float("nan")
