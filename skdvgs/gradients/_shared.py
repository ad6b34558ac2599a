"""Terms of rows under several labels: one forward pass, and a backward pass for each label."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from skdvgs.gradients._batches import (
    Batch,
    LossPerSample,
    count_rows,
    map_batch,
    take_rows,
    versions,
)
from skdvgs.gradients._plan import Plan
from skdvgs.gradients._probe import PROBE_ROWS, make_reference, moved_parameters
from skdvgs.gradients._ruled import TapeMismatch, full_precision
from skdvgs.gradients._sequences import ChainTape
from skdvgs.gradients._tape import LayerTape, joined, output_gradients
from skdvgs.gradients._terms import GradientTerms, summed

# What going back through a graph for a second time may raise; a user's own error comes again
# where every label has a forward pass of its own.
CANNOT_SHARE = (TapeMismatch, RuntimeError, ValueError, TypeError, LookupError)


def count_labels(labels: Batch) -> int:
    """Labels of each row in a batch of labels (n_samples, n_labels, ...)."""
    if isinstance(labels, Tensor):
        return int(labels.shape[1])
    parts = labels.values() if isinstance(labels, dict) else labels
    return count_labels(next(iter(parts)))


def label_of(labels: Batch, which: int | Tensor) -> Batch:
    """The y of a batch under one of its labels, or under one for each row."""
    if isinstance(which, int):
        return map_batch(lambda t: t[:, which], labels)
    return map_batch(lambda t: t[torch.arange(len(t)), which], labels)


class SharedForward:
    """A forward pass of rows through layers that have rules, for several labels.

    Parameters
    ----------
    computation : LossPerSample
        The network and its loss.
    plan : Plan
        Its ruled layers are served.
    x : batch of n rows
        Input of the network.
    target : mapping of str to Tensor
        The target gradient.

    Raises
    ------
    TapeMismatch
        If a layer is used in a way that its rule does not cover.
    """

    def __init__(
        self, computation: LossPerSample, plan: Plan, x: Batch, target: Mapping[str, Tensor]
    ) -> None:
        self._computation, self._plan, self._target = computation, plan, target
        self._n = count_rows(x)
        with LayerTape(plan) as tape, ChainTape(plan.sequences, target) as self._chains:
            self._output = computation.output(x)
        self._versions = versions(self._output)
        self._calls = tape.calls(self._n)
        self._prepared: dict[tuple[Any, ...], Callable[[Tensor], GradientTerms]] = {}

    def terms(self, y: Batch, *, last: bool) -> GradientTerms:
        """Terms of all ruled layers under one label; nothing comes after the last one.

        Raises
        ------
        TapeMismatch
            If the loss writes into the network's output, which others need as it was.
        """
        losses = self._computation.losses(self._output, y, self._n)
        if versions(self._output) != self._versions:
            raise TapeMismatch("", "the loss changes the output in place")
        passes = self._chains.passes
        self._chains.expect(self._n, last=last)
        pairs = output_gradients(losses, self._calls, list(passes.values()), keep_graph=not last)
        parts = [used.terms for used in passes.values() if used.terms is not None]
        with torch.no_grad(), full_precision(losses.device.type):
            parts += [self._layer_terms(name, of_layer) for name, of_layer in pairs.items()]
        if not parts:
            zeros = next(iter(self._target.values())).new_zeros(self._n)
            return GradientTerms(zeros, zeros)
        return summed(parts)

    def _layer_terms(self, name: str, pairs: list[tuple[Tensor, Tensor]]) -> GradientTerms:
        layer = self._plan.ruled[name]
        # Of a layer that is called more than once, a label's loss may see some calls only.
        calls = (name, *(id(inputs) for inputs, _ in pairs))
        if calls not in self._prepared:
            inputs = joined(name, layer, 0, pairs, self._n)
            self._prepared[calls] = layer.prepare(name, inputs, self._target)
        return self._prepared[calls](joined(name, layer, 1, pairs, self._n))


def sharing_agrees(computation: LossPerSample, plan: Plan, x: Batch, labels: Batch) -> bool:
    """Whether the terms under a second label are those of plain autograd, for a few rows.

    A graph may differ the second time: by a loss that calls layers, or a backward pass of a
    user's own that keeps a state.
    """
    names = [name for layer in plan.ruled.values() for name in layer.parameters.values()]
    if not names:
        return False
    x, labels = take_rows(x, slice(PROBE_ROWS)), take_rows(labels, slice(PROBE_ROWS))
    first, last = label_of(labels, 0), label_of(labels, -1)
    with moved_parameters(computation.module):
        reference = make_reference(computation, x, last, names)
        try:
            shared = SharedForward(computation, plan, x, reference.directions)
            shared.terms(first, last=False)
            found = shared.terms(last, last=True)
        except CANNOT_SHARE:
            return False
    # Without finite gradients nothing is told, and nothing is risked.
    return reference.finite() and reference.agrees(names, found)
