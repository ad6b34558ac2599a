"""sharing_agrees: rows under several labels, with one forward pass and a way back for each."""

from __future__ import annotations

import torch
from torch import Tensor

from skdvgs.gradients._batches import Batch, LossPerSample, first_tensor, map_batch, take_rows
from skdvgs.gradients._forward import RuledForward
from skdvgs.gradients._plan import Plan
from skdvgs.gradients._probe import PROBE_ROWS, make_reference, moved_parameters
from skdvgs.gradients._ruled import TapeMismatch
from skdvgs.gradients._targets import Targets
from skdvgs.gradients._terms import summed

# What going back through a graph for a second time may raise; a user's own error comes again
# where every label has a forward pass of its own.
CANNOT_SHARE = (TapeMismatch, RuntimeError, ValueError, TypeError, LookupError)


def count_labels(labels: Batch) -> int:
    """Labels of each row in a batch of labels (n_samples, n_labels, ...)."""
    return int(first_tensor(labels).shape[1])


def label_of(labels: Batch, which: int | Tensor) -> Batch:
    """The y of a batch under one of its labels, or under one for each row."""
    if isinstance(which, int):
        return map_batch(lambda t: t[:, which], labels)
    return map_batch(lambda t: t[torch.arange(len(t)), which], labels)


def sharing_agrees(computation: LossPerSample, plan: Plan, x: Batch, labels: Batch) -> bool:
    """Whether the terms under a second label are those of plain autograd, for a few rows.

    A graph may differ the second time: by a loss that calls layers, or a backward pass of a
    user's own that keeps a state.
    """
    names = [name for layer in plan.ruled.values() for name in layer.parameters.values()]
    names += plan.bare
    if not names:
        return False
    x, labels = take_rows(x, slice(PROBE_ROWS)), take_rows(labels, slice(PROBE_ROWS))
    first, last = label_of(labels, 0), label_of(labels, -1)
    with moved_parameters(computation.module):
        reference = make_reference(computation, x, last, names)
        try:
            shared = RuledForward(computation, plan, x, Targets(reference.directions), has_y=False)
            shared.terms(shared.losses_for(first), last=False)
            found = shared.terms(shared.losses_for(last))
        except CANNOT_SHARE:
            return False
    # Without finite gradients nothing is told, and nothing is risked.
    return reference.finite() and reference.agrees(names, summed(list(found.values())))
