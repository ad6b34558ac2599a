"""Paths: serves each parameter by the cheapest path that agrees with plain autograd."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn

from skdvgs.gradients._batches import Batch, LossPerSample, count_rows, take_rows
from skdvgs.gradients._forward import RuledForward
from skdvgs.gradients._general import out_of_memory
from skdvgs.gradients._general_path import GeneralPath
from skdvgs.gradients._plan import Plan
from skdvgs.gradients._probe import PROBE_ROWS, Reference, make_reference, moved_parameters
from skdvgs.gradients._ruled import RowsRegrouped, TapeMismatch
from skdvgs.gradients._ruled_path import RuledPath
from skdvgs.gradients._shared import CANNOT_SHARE, count_labels, label_of, sharing_agrees
from skdvgs.gradients._targets import Targets
from skdvgs.gradients._terms import GradientTerms, summed


def _own_random_numbers(module: nn.Module) -> AbstractContextManager[None]:
    """Leave the caller's random numbers as they were: a training run must not notice us."""
    devices = {p.device for p in module.parameters() if p.is_cuda}
    return torch.random.fork_rng(devices)


class Paths:
    """The rules of a plan and the general path, chosen and checked on the first rows seen."""

    def __init__(self, computation: LossPerSample, plan: Plan, chunk_bytes: int) -> None:
        self._computation = computation
        self._plan = plan
        self._ruled = RuledPath(computation, plan)
        self._general = GeneralPath(computation, chunk_bytes)
        self._probed_rows = 0
        self._random_forward = False
        self._shares: bool | None = None
        self._asked_for = not (plan.ruled or plan.bare)

    def report(self) -> dict[str, str]:
        """Which path serves each parameter, by name."""
        served = self._plan.report()
        for name, reason in self._plan.general.items():
            served[name] = f"general path ({self._general.description}): {reason}"
        return served

    def terms(self, x: Batch, y: Batch, targets: Targets, norms: bool) -> GradientTerms:
        """Terms of all compared parameters."""
        with self._undisturbed(x):
            return self._terms(x, y, targets, norms)

    def terms_under(self, x: Batch, labels: Batch, targets: Targets, norms: bool) -> GradientTerms:
        """The same under each of several labels, of shape (n_samples, n_labels)."""
        n, n_labels = count_rows(x), count_labels(labels)
        with self._undisturbed(x):
            if self._probed_rows < min(2, n):
                self._probe(x, label_of(labels, torch.arange(n) * n_labels // n))
            if self._shares is None:
                self._shares = sharing_agrees(self._computation, self._plan, x, labels)
            found = self._shared_terms(x, labels, targets, norms) if self._shares else None
            if found is None:
                found = [
                    self._terms(x, label_of(labels, label), targets, norms)
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
        self, x: Batch, labels: Batch, targets: Targets, norms: bool
    ) -> list[GradientTerms] | None:
        """Terms under each label from one forward pass; None where that turns out impossible."""
        n_labels, found = count_labels(labels), []
        general = targets.subset(list(self._plan.general))
        try:
            shared = RuledForward(self._computation, self._plan, x, targets, has_y=False)
            for label in range(n_labels):
                y, last = label_of(labels, label), label == n_labels - 1
                ruled, wrong, _ = self._ruled.measured(shared, shared.losses_for(y), last=last)
                if wrong:
                    raise TapeMismatch(wrong[0], "its rows are not where they seem to be")
                parts = list(ruled.values())
                if general.gradients:
                    parts.append(self._general.terms(x, y, general, norms=norms))
                found.append(summed(parts))
        except CANNOT_SHARE as error:
            if out_of_memory(error):
                raise
            self._shares = False
            return None
        return found

    def _terms(self, x: Batch, y: Batch, targets: Targets, norms: bool) -> GradientTerms:
        # Two batch sizes tell rows from positions, so a batch of one row settles nothing.
        if self._probed_rows < min(2, count_rows(x)):
            self._probe(x, y)
        while True:
            started = time.perf_counter()
            try:
                parts = list(self._ruled.terms(x, y, targets).values())
                break
            except TapeMismatch as mismatch:
                for_good = isinstance(mismatch, RowsRegrouped)
                for layer in mismatch.layers:
                    self._plan.demote(layer, mismatch.reason, for_good=for_good)
                self._probe(x, y)
        if self._plan.general:
            general = targets.subset(list(self._plan.general))
            ruled_until = time.perf_counter()
            parts.append(self._general.terms(x, y, general, norms=norms))
            taken = time.perf_counter() - ruled_until
            if not self._asked_for:
                self._general.warn_of_cost(self._plan.general, taken, ruled_until - started)
        dot, squared_norm = summed(parts)
        return GradientTerms(
            dot, squared_norm if norms else torch.full_like(squared_norm, torch.nan)
        )

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
        self._ruled.is_mixed = reference.is_mixed
        if reference.random_forward:
            for name in [*self._plan.ruled, *self._plan.bare]:
                reason = "the forward pass is random in evaluation mode"
                self._plan.demote(name, reason, for_good=True)
        n = count_rows(x)
        sizes = sorted({max(1, n - 1), n})
        while not all(self._rules_agree(x, y, reference.first_rows(size)) for size in sizes):
            pass  # each time, a layer was given another layout or handed to the general path
        if self._plan.general:
            self._general.choose(x, y, reference, list(self._plan.general))

    def _rules_agree(self, x: Batch, y: Batch, reference: Reference) -> bool:
        """Whether every rule does; changes the plan for those that do not."""
        rows = slice(reference.n_rows)
        x, y = take_rows(x, rows), take_rows(y, rows)
        try:
            found = self._ruled.unchecked_terms(x, y, Targets(reference.directions))
        except TapeMismatch as mismatch:
            for layer in mismatch.layers:
                self._plan.reconsider(layer, mismatch.reason)
            return False
        wrong = [
            name
            for name, terms in found.items()
            if not reference.agrees(self._plan.parameters_of(name), terms)
        ]
        for name in wrong:
            self._plan.reconsider(name, "its rule disagrees with autograd on the first rows")
        return not wrong
