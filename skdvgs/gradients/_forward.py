"""RuledForward: one forward pass through layers with rules, and as many ways back as asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor

from skdvgs.gradients._bare import BareTape
from skdvgs.gradients._batches import Batch, LossPerSample, count_rows, shapes_of, versions
from skdvgs.gradients._graph import GraphReading, read_graph
from skdvgs.gradients._plan import Plan
from skdvgs.gradients._ruled import TapeMismatch, full_precision
from skdvgs.gradients._sequences import ChainTape
from skdvgs.gradients._tape import LayerTape, joined, output_gradients
from skdvgs.gradients._targets import Targets
from skdvgs.gradients._terms import GradientTerms

_NOTHING = nullcontext()


class RuledForward:
    """A forward pass of rows, with what each ruled layer saw.

    Parameters
    ----------
    computation : LossPerSample
        Network with its criterion.
    plan : Plan
        Its ruled layers are served.
    x : batch of n rows
        Input of the network.
    targets : Targets
        Target gradients of the ruled parameters, at least.
    y : batch of n rows, optional
        What the loss is given. Without it, ``losses_for`` takes that, and several times.

    Attributes
    ----------
    losses : Tensor of shape (n,) or None
        Losses of the rows under ``y``.

    Raises
    ------
    TapeMismatch
        If a layer is used in a way that its rule does not cover.
    """

    def __init__(
        self,
        computation: LossPerSample,
        plan: Plan,
        x: Batch,
        targets: Targets,
        y: Batch = None,
        *,
        has_y: bool = True,
    ) -> None:
        self._computation, self._plan, self._targets = computation, plan, targets
        self._n = count_rows(x)
        self._x = x
        self.losses: Tensor | None = None
        self._bare = BareTape(plan.bare, x, self._n) if plan.bare else None
        with (
            LayerTape(plan) as tape,
            ChainTape(plan.sequences, targets, prepares=not has_y) as self._chains,
            self._bare or _NOTHING,
        ):
            self._output = computation.output(x)
            if has_y:
                self.losses = computation.losses(self._output, y, self._n)
            else:
                self._versions = versions(self._output)
        self._calls = tape.calls(self._n)
        if self._bare is not None:
            self._bare.refuse_failed()
        self._prepares = not has_y
        self._prepared: dict[tuple[Any, ...], Callable[[Tensor], GradientTerms]] = {}

    def losses_for(self, y: Batch) -> Tensor:
        """Losses of the rows under another ``y``.

        Raises
        ------
        TapeMismatch
            If the loss writes into the network's output, which others need as it was.
        """
        losses = self._computation.losses(self._output, y, self._n)
        if versions(self._output) != self._versions:
            raise TapeMismatch("", "the loss changes the output in place")
        return losses

    def read(self, losses: Tensor) -> GraphReading:
        """What the graph of the losses tells."""
        plan = self._plan
        uses = [
            call.use(name, plan.allowed[name])
            for name, calls in self._calls.items()
            for call in calls
        ]
        if self._bare is not None:
            uses += self._bare.graph_uses()
        return read_graph(losses, uses, self._plan.owners, shapes_of(self._x))

    def terms(
        self, losses: Tensor, weights: Tensor | None = None, *, last: bool = True
    ) -> dict[str, GradientTerms]:
        """Terms of each chain, and of each layer that has a rule and is in no chain.

        Parameters
        ----------
        losses : Tensor of shape (n,)
            Loss of each row.
        weights : Tensor of shape (n,), optional
            Factor of each row's loss; None for ones.
        last : bool, default=True
            Whether no other way back follows.
        """
        passes = self._chains.passes
        self._chains.expect(self._n, last=last)
        runs = list(passes.values())
        sinks = [] if self._bare is None else [use.edge for use in self._bare.uses]
        pairs, caught = output_gradients(
            losses, weights, self._calls, runs, sinks, keep_graph=not last
        )
        plan = self._plan
        found = {name: run.terms for name, run in passes.items() if run.terms is not None}
        with torch.no_grad(), full_precision(losses.device.type):
            for name in list(pairs):
                found[name] = self._layer_terms(name, pairs.pop(name))
            if self._bare is not None:
                found.update(self._bare.terms(caught, self._targets))
        served = [*plan.chains, *plan.single, *plan.bare]
        if len(found) < len(served):
            found = {**dict.fromkeys(served, self._targets.no_terms(self._n)), **found}
        return found

    def _layer_terms(self, name: str, pairs: list[tuple[Tensor, Tensor]]) -> GradientTerms:
        layer = self._plan.ruled[name]
        grads = joined(name, layer, 1, pairs, self._n)
        # Several ways back share what the inputs tell; a single one is quicker without.
        if not self._prepares:
            inputs = joined(name, layer, 0, pairs, self._n)
            del pairs
            return layer.terms(name, inputs, grads, self._targets)
        # Of a layer that is called more than once, a label's loss may see some calls only.
        calls = (name, *(id(inputs) for inputs, _ in pairs))
        if calls not in self._prepared:
            inputs = joined(name, layer, 0, pairs, self._n)
            self._prepared[calls] = layer.prepare(name, inputs, self._targets)
        return self._prepared[calls](grads)
