"""LayerTape: records what each layer sees on the way forward and what comes back to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import GradientEdge, get_gradient_edge

from skdvgs.gradients._chain import ChainPass
from skdvgs.gradients._graph import Use
from skdvgs.gradients._plan import Plan
from skdvgs.gradients._ruled import RuledLayer, TapeMismatch


@dataclass(frozen=True)
class LayerCall:
    """One call of one layer, or one product with one of its weights."""

    inputs: Tensor
    version: int
    edge: GradientEdge
    source: GradientEdge | None  # of the input, where that has a graph

    def use(self, layer: str, allowed: frozenset[int]) -> Use:
        """The call's place in the graph."""
        return Use(layer, self.edge, self.source, self.inputs.shape, allowed)


def _call(inputs: Tensor, output: Tensor) -> LayerCall | None:
    """Take the place of an output in the graph at once, as a gradient edge.

    An in-place operation on that output later cannot shift it, and no weight gradient is
    ever computed.
    """
    if not output.requires_grad:
        return None
    source = get_gradient_edge(inputs) if inputs.requires_grad else None
    return LayerCall(inputs.detach(), inputs._version, get_gradient_edge(output), source)


class LayerTape:
    """Record every use of the layers of a plan, for the time of one forward pass."""

    def __init__(self, plan: Plan) -> None:
        self._layers = plan.single
        self._watched = plan.watched
        self._calls: dict[str, list[LayerCall | None]] = {name: [] for name in self._layers}
        self._by_weight = {
            id(layer.weight): name
            for name, layer in self._layers.items()
            if layer.weight is not None
        }
        self._stack: ExitStack | None = None

    def __enter__(self) -> LayerTape:
        if not (self._layers or self._watched):
            return self
        with ExitStack() as stack:
            for name, layer in self._layers.items():
                if layer.is_product:
                    continue
                # First in line: a user's own hooks change neither what we read nor its place.
                handle = layer.module.register_forward_hook(
                    self._recorder(name), prepend=True, with_kwargs=True
                )
                stack.callback(handle.remove)
            for module, products in self._watched:
                stack.enter_context(products.watch(module, self._record_product))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._stack is not None:
            self._stack.close()

    def _recorder(self, name: str) -> Any:
        def record(
            layer: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any
        ) -> None:
            values = [*args, *kwargs.values()]
            if len(values) != 1 or not isinstance(values[0], Tensor):
                raise TapeMismatch(name, "called with more than one input")
            if not isinstance(output, Tensor):
                raise TapeMismatch(name, "its output is not a tensor")
            self._calls[name].append(_call(values[0], output))

        return record

    def _record_product(self, weight: Tensor, inputs: Tensor, output: Tensor) -> None:
        name = self._by_weight.get(id(weight))
        if name is not None:
            self._calls[name].append(_call(inputs, output))
        elif weight._base is not None and id(weight._base) in self._by_weight:
            raise TapeMismatch(self._by_weight[id(weight._base)], "its weight is used in parts")

    def calls(self, n_rows: int) -> dict[str, list[LayerCall]]:
        """The calls of each layer that took part; what its rule does not cover raises.

        Raises
        ------
        TapeMismatch
            If a layer that has no positions ran more than once, or its first dimension is not
            the rows.
        """
        found = {}
        for name, calls in self._calls.items():
            live = [call for call in calls if call is not None]
            if self._layers[name].feature_dims is None:
                if len(calls) > 1:
                    raise TapeMismatch(name, "used more than once in a forward pass")
                if live and (live[0].inputs.dim() < 2 or live[0].inputs.shape[0] != n_rows):
                    raise TapeMismatch(name, "rows are not the first dimension of its input")
            if live:
                found[name] = live
        return found


def output_gradients(
    losses: Tensor,
    weights: Tensor | None,
    calls: Mapping[str, list[LayerCall]],
    passes: list[ChainPass],
    others: list[GradientEdge],
    *,
    keep_graph: bool = False,
) -> tuple[dict[str, list[tuple[Tensor, Tensor]]], Sequence[Tensor | None]]:
    """Input of each call and the gradient of the summed losses with respect to its output.

    Parameters
    ----------
    losses : Tensor of shape (n,)
        Loss of each row.
    weights : Tensor of shape (n,) or None
        Factor of each loss in the sum; None for ones.
    calls : mapping of str to list of LayerCall
        Calls of each layer, by its name.
    passes : list of ChainPass
        Chains that ran; each has its terms afterwards.
    others : list of GradientEdge
        Where else gradients are caught; they are returned beside those of the calls.
    keep_graph : bool, default=False
        Whether other losses will go back through the same graph.

    Raises
    ------
    TapeMismatch
        If a layer's input was changed in place after the layer had read it.
    """
    flat = [(name, call) for name, group in calls.items() for call in group]
    sinks: list[Any] = [call.edge for _, call in flat] + [run.sink for run in passes]
    sinks += others
    if not sinks or not losses.requires_grad:
        return {}, [None] * len(others)
    # A sum, as weights handed over to autograd by themselves take it longer.
    total = losses.sum() if weights is None else (losses * weights).sum()
    grads = torch.autograd.grad(total, sinks, retain_graph=keep_graph, allow_unused=True)
    found: dict[str, list[tuple[Tensor, Tensor]]] = {}
    for chain_pass, grad in zip(passes, grads[len(flat) :], strict=False):
        chain_pass.finish(grad)
    for (name, call), grad in zip(flat, grads[: len(flat)], strict=True):
        if call.inputs._version != call.version:
            raise TapeMismatch(name, "its input was changed in place")
        if grad is not None:
            found.setdefault(name, []).append((call.inputs, grad))
    return found, grads[len(flat) + len(passes) :]


def joined(
    name: str, layer: RuledLayer, side: int, pairs: list[tuple[Tensor, Tensor]], n: int
) -> Tensor:
    """Inputs (side 0) or output gradients (1) by rows; several calls are more positions.

    Raises
    ------
    TapeMismatch
        If the rows are not where the layer's layout has them.
    """
    found = layer.gathered(name, side, [pair[side] for pair in pairs], n)
    return found[0] if len(found) == 1 else torch.cat(found, dim=1)
