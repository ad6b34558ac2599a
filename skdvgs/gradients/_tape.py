"""Record what each layer sees on the way forward and what comes back to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import GradientEdge, get_gradient_edge


class TapeMismatch(Exception):
    """A layer was used in a way its rule does not cover; carries its name and the reason."""

    def __init__(self, layer: str, reason: str) -> None:
        super().__init__(layer, reason)
        self.layer = layer
        self.reason = reason


@dataclass(frozen=True)
class LayerCall:
    """One call of one layer."""

    inputs: Tensor
    version: int
    edge: GradientEdge | None


class LayerTape:
    """Forward hooks on some layers, for the time of one forward pass.

    The place of an output in the graph is taken at once, as a gradient edge: an in-place
    operation on that output later cannot shift it, and no weight gradient is ever computed.
    """

    def __init__(self, layers: Mapping[str, nn.Module]) -> None:
        self._layers = layers
        self.calls: dict[str, list[LayerCall]] = {name: [] for name in layers}

    def __enter__(self) -> LayerTape:
        # First in line, so that a user's own hooks change neither what we read nor its place.
        self._handles = [
            layer.register_forward_hook(self._recorder(name), prepend=True, with_kwargs=True)
            for name, layer in self._layers.items()
        ]
        return self

    def __exit__(self, *exc_info: object) -> None:
        for handle in self._handles:
            handle.remove()

    def _recorder(self, name: str) -> Any:
        calls = self.calls[name]

        def record(
            layer: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any
        ) -> None:
            values = [*args, *kwargs.values()]
            if len(values) != 1 or not isinstance(values[0], Tensor):
                raise TapeMismatch(name, "called with more than one input")
            if not isinstance(output, Tensor):
                raise TapeMismatch(name, "its output is not a tensor")
            edge = get_gradient_edge(output) if output.requires_grad else None
            calls.append(LayerCall(values[0].detach(), values[0]._version, edge))

        return record

    def single_calls(self, n_rows: int) -> dict[str, LayerCall]:
        """The one call of each layer that took part; every other use raises.

        Raises
        ------
        TapeMismatch
            If a layer ran more than once, or its first dimension is not the rows.
        """
        single = {}
        for name, calls in self.calls.items():
            if len(calls) > 1:
                raise TapeMismatch(name, "used more than once in a forward pass")
            if not calls or calls[0].edge is None:
                continue
            inputs = calls[0].inputs
            if inputs.dim() < 2 or inputs.shape[0] != n_rows:
                raise TapeMismatch(name, "rows are not the first dimension of its input")
            single[name] = calls[0]
        return single


def output_gradients(losses: Tensor, calls: Mapping[str, LayerCall]) -> dict[str, Tensor]:
    """Gradient of the summed losses with respect to each call's output.

    Raises
    ------
    TapeMismatch
        If a layer's input was changed in place after the layer had read it.
    """
    names = list(calls)
    if not names or not losses.requires_grad:
        return {}
    edges = [calls[name].edge for name in names]
    grads = torch.autograd.grad(
        losses, edges, grad_outputs=torch.ones_like(losses), allow_unused=True
    )
    for name in names:
        if calls[name].inputs._version != calls[name].version:
            raise TapeMismatch(name, "its input was changed in place")
    return {name: grad for name, grad in zip(names, grads, strict=True) if grad is not None}
