"""Serve each parameter by the cheapest path that agrees with plain autograd."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from skdvgs.gradients._batches import Batch, LossPerSample, count_rows, take_rows
from skdvgs.gradients._general import (
    GeneralMode,
    forward_mode_dots,
    general_terms,
    out_of_memory,
)
from skdvgs.gradients._plan import Plan
from skdvgs.gradients._probe import PROBE_ROWS, Reference, make_reference, moved_parameters, subset
from skdvgs.gradients._ruled import TapeMismatch, full_precision
from skdvgs.gradients._sequences import ChainTape
from skdvgs.gradients._shared import (
    CANNOT_SHARE,
    SharedForward,
    count_labels,
    label_of,
    sharing_agrees,
)
from skdvgs.gradients._tape import LayerTape, joined, output_gradients
from skdvgs.gradients._terms import GradientTerms, summed

# What vmap and forward mode raise where they have no rule for an operation.
_UNSUPPORTED = (RuntimeError, NotImplementedError, ValueError, TypeError)


def _own_random_numbers(module: nn.Module) -> AbstractContextManager[None]:
    """Leave the caller's random numbers as they were: a training run must not notice us."""
    devices = {p.device for p in module.parameters() if p.is_cuda}
    return torch.random.fork_rng(devices)


class Paths:
    """The rules of a plan and the general path, chosen and checked on the first rows seen."""

    def __init__(self, computation: LossPerSample, plan: Plan, chunk_bytes: int) -> None:
        self._computation = computation
        self._plan = plan
        self._chunk_bytes = chunk_bytes
        self._mode: GeneralMode | None = None
        self._mode_reason = ""
        self._forward_mode = False
        self._probed_rows = 0
        self._random_forward = False
        self._shares: bool | None = None

    def report(self) -> dict[str, str]:
        """Which path serves each parameter, by name."""
        served = self._plan.report()
        how = f"{self._mode or 'not run yet'}{self._mode_reason}"
        for name, reason in self._plan.general.items():
            served[name] = f"general path ({how}): {reason}"
        return served

    def terms(self, x: Batch, y: Batch, target: Mapping[str, Tensor], norms: bool) -> GradientTerms:
        """Terms of all compared parameters."""
        with self._undisturbed(x):
            return self._terms(x, y, target, norms)

    def terms_under(
        self, x: Batch, labels: Batch, target: Mapping[str, Tensor], norms: bool
    ) -> GradientTerms:
        """The same under each of several labels, of shape (n_samples, n_labels)."""
        n, n_labels = count_rows(x), count_labels(labels)
        with self._undisturbed(x):
            if self._probed_rows < min(2, n):
                self._probe(x, label_of(labels, torch.arange(n) * n_labels // n))
            if self._shares is None:
                self._shares = sharing_agrees(self._computation, self._plan, x, labels)
            found = self._shared_terms(x, labels, target, norms) if self._shares else None
            if found is None:
                found = [
                    self._terms(x, label_of(labels, label), target, norms)
                    for label in range(n_labels)
                ]
        dot, squared_norm = (torch.stack(part, dim=1) for part in zip(*found, strict=True))
        return GradientTerms(dot, squared_norm if norms else torch.full_like(dot, torch.nan))

    def _undisturbed(self, x: Batch) -> AbstractContextManager[None]:
        """What keeps a training run's random numbers, where any may be drawn."""
        settled = self._probed_rows >= min(2, count_rows(x))
        if settled and not self._random_forward:
            return nullcontext()
        return _own_random_numbers(self._computation.module)

    def _shared_terms(
        self, x: Batch, labels: Batch, target: Mapping[str, Tensor], norms: bool
    ) -> list[GradientTerms] | None:
        """Terms under each label from one forward pass; None where that turns out impossible."""
        n_labels, found = count_labels(labels), []
        general = subset(target, list(self._plan.general))
        try:
            shared = SharedForward(self._computation, self._plan, x, target)
            for label in range(n_labels):
                y = label_of(labels, label)
                terms = shared.terms(y, last=label == n_labels - 1)
                if general:
                    terms = summed([terms, self._general_terms(x, y, general, norms)])
                found.append(terms)
        except CANNOT_SHARE as error:
            if out_of_memory(error):
                raise
            self._shares = False
            return None
        return found

    def _terms(
        self, x: Batch, y: Batch, target: Mapping[str, Tensor], norms: bool
    ) -> GradientTerms:
        # Two batch sizes tell rows from positions, so a batch of one row settles nothing.
        if self._probed_rows < min(2, count_rows(x)):
            self._probe(x, y)
        while True:
            try:
                parts = list(self._ruled_terms(x, y, target).values())
                break
            except TapeMismatch as mismatch:
                self._plan.demote(mismatch.layer, mismatch.reason)
                self._probe(x, y)
        if self._plan.general:
            parts.append(self._general_terms(x, y, subset(target, list(self._plan.general)), norms))
        dot, squared_norm = summed(parts)
        return GradientTerms(dot, squared_norm if norms else torch.full_like(dot, torch.nan))

    def _ruled_terms(
        self, x: Batch, y: Batch, target: Mapping[str, Tensor]
    ) -> dict[str, GradientTerms]:
        """Terms of each chain, and of each layer that has a rule and is in no chain."""
        plan = self._plan
        if not plan.ruled:
            return {}
        try:
            with LayerTape(plan) as tape, ChainTape(plan.sequences, target) as chain_tape:
                losses = self._computation.forward(x, y)
            n, passes = len(losses), chain_tape.passes
            chain_tape.expect(n)
            pairs = output_gradients(losses, tape.calls(n), list(passes.values()))
        except RuntimeError as error:
            if not plan.sequences or out_of_memory(error):
                raise
            # A user's own error comes again without chains; what only chains cannot do does not.
            raise TapeMismatch(next(iter(plan.chains)), f"it fails: {str(error)[:120]}") from error
        found = {name: p.terms for name, p in passes.items() if p.terms is not None}
        if len(found) + len(pairs) < len(plan.chains) + len(plan.single):
            zeros = next(iter(target.values())).new_zeros(n)
            none = GradientTerms(zeros, zeros)
            found = {**dict.fromkeys([*plan.chains, *plan.single], none), **found}
        with torch.no_grad(), full_precision(losses.device.type):
            for name in list(pairs):
                layer = plan.ruled[name]
                of_layer = pairs.pop(name)
                inputs, grads = (joined(name, layer, side, of_layer, n) for side in (0, 1))
                del of_layer
                found[name] = layer.terms(name, inputs, grads, target)
        return found

    def _general_terms(
        self, x: Batch, y: Batch, target: Mapping[str, Tensor], norms: bool
    ) -> GradientTerms:
        if not norms and self._forward_mode:
            dot = forward_mode_dots(self._computation, x, y, target)
            return GradientTerms(dot, torch.full_like(dot, torch.nan))
        assert self._mode is not None
        return general_terms(self._computation, x, y, target, self._mode, self._chunk_bytes)

    def _probe(self, x: Batch, y: Batch) -> None:
        """Compare every path with plain autograd on the first rows; demote what differs."""
        n = min(PROBE_ROWS, count_rows(x))
        # Neighbours in a sorted table are alike; rows far apart show what they do to each other.
        rows = torch.linspace(0, count_rows(x) - 1, n).round().long()
        x, y = take_rows(x, rows), take_rows(y, rows)
        # The rows are needed again after every pass, even where a network writes into them.
        self._computation.guards_input = False
        self._computation.guards_input = self._computation.changes_input(x, y)
        names = [*self.report()]
        with moved_parameters(self._computation.module):
            reference = make_reference(self._computation, x, y, names)
            if reference.finite():
                self._compare(x, y, reference)
        if not reference.finite():
            self._compare(x, y, make_reference(self._computation, x, y, names))
        self._probed_rows = n

    def _compare(self, x: Batch, y: Batch, reference: Reference) -> None:
        self._random_forward = reference.random_forward
        if reference.random_forward:
            for name in list(self._plan.ruled):
                self._plan.demote(name, "the forward pass is random in evaluation mode")
        n = count_rows(x)
        sizes = sorted({max(1, n - 1), n})
        while not all(self._rules_agree(x, y, reference.first_rows(size)) for size in sizes):
            pass  # each time, a layer was given another layout or handed to the general path
        if self._plan.general:
            self._choose_mode(x, y, reference)

    def _rules_agree(self, x: Batch, y: Batch, reference: Reference) -> bool:
        """Whether every rule does; changes the plan for those that do not."""
        rows = slice(reference.n_rows)
        try:
            found = self._ruled_terms(take_rows(x, rows), take_rows(y, rows), reference.directions)
        except TapeMismatch as mismatch:
            self._plan.reconsider(mismatch.layer, mismatch.reason)
            return False
        wrong = [
            name
            for name, terms in found.items()
            if not reference.agrees(self._plan.parameters_of(name), terms)
        ]
        for name in wrong:
            self._plan.reconsider(name, "its rule disagrees with autograd on the first rows")
        return not wrong

    def _choose_mode(self, x: Batch, y: Batch, reference: Reference) -> None:
        """Vectorised gradients where they work and agree, else one sample at a time."""
        names = list(self._plan.general)
        directions = subset(reference.directions, names)
        self._mode, self._mode_reason = "vmap", ""
        try:
            terms = general_terms(self._computation, x, y, directions, "vmap", self._chunk_bytes)
            if not reference.random_forward and not reference.agrees(names, terms):
                self._mode, self._mode_reason = "loop", ", as vmap disagrees with autograd"
        except _UNSUPPORTED as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
            self._mode, self._mode_reason = "loop", f", as vmap fails: {reason[:120]}"
        try:
            dot = forward_mode_dots(self._computation, x, y, directions)
            self._forward_mode = reference.agrees_on_dots(names, dot)
        except _UNSUPPORTED:
            self._forward_mode = False
