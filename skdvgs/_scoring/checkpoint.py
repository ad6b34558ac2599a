"""Checkpoint: the target gradient just before an optimiser step."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Checkpoint:
    """The moment just before an optimiser step.

    Attributes
    ----------
    number : int
        Checkpoints of the trajectory before this one.
    gradient : dict of str to Tensor
        Target gradient by parameter name; parameters that are frozen, or that
        the target loss does not reach, are absent.
        Gradients of several target sets are stacked: each has shape (n_targets, *parameter shape).
    typical_norm : float
        Median norm of single target rows' gradients, where it is known already, else NaN.
    learning_rate : float
        Of the optimiser's step that follows; NaN where parameters have several.
    """

    number: int
    gradient: dict[str, torch.Tensor]
    typical_norm: float = float("nan")
    learning_rate: float = float("nan")
