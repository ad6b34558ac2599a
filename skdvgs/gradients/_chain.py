"""Chains: runs of plain layers within a Sequential, served as one node of the graph.

Autograd's graph of a small layer and the hooks that watch it cost more than the layer. A chain
runs its layers without a graph, keeps what they saw, and goes back through them by hand, adding
up each row's terms on the way. To the rest of the network it is one differentiable function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from skdvgs.gradients._chain_steps import Step, has_hooks
from skdvgs.gradients._ruled import RuledLayer, TapeMismatch, full_precision
from skdvgs.gradients._targets import Targets
from skdvgs.gradients._terms import GradientTerms
from skdvgs.gradients.rules import LinearRule

# What every chain's node depends on, so that its backward pass runs even where nothing before
# the chain takes part.
_ANCHOR = torch.zeros((), device="cpu", requires_grad=True)


@dataclass(frozen=True)
class Link:
    """One layer of a chain; ``ruled`` where it has parameters that take part."""

    layer: nn.Module
    step: Step
    name: str
    ruled: RuledLayer | None


class Chain:
    """Consecutive layers of a Sequential that are run as one.

    Parameters
    ----------
    name : str
        Name of the chain in reports and messages.
    links : sequence of Link
        At least one of them has parameters that take part.
    """

    def __init__(self, name: str, links: Sequence[Link]) -> None:
        self.name = name
        self.links = tuple(links)
        self.ruled = {link.name: link.ruled for link in links if link.ruled is not None}
        self.lowest = next(i for i, link in enumerate(links) if link.ruled is not None)

    @property
    def parameters(self) -> list[str]:
        """Names of the parameters whose terms the chain yields."""
        return [name for layer in self.ruled.values() for name in layer.parameters.values()]

    def output(self, x: Tensor) -> Tensor:
        """Run the layers and keep nothing."""
        for link in self.links:
            x = link.step.run(link.layer, x)
        return x

    def check(self, x: Any) -> None:
        """Refuse what the chain would run otherwise than its layers do.

        Raises
        ------
        TapeMismatch
            If a layer has got hooks or was put into training mode, or the input is not a plain
            tensor, or mixed precision is on.
        """
        if type(x) not in (Tensor, nn.Parameter) or x.dim() < 2:
            raise TapeMismatch(self.name, "its input is not a plain tensor with rows")
        if torch.is_autocast_enabled(x.device.type):
            raise TapeMismatch(self.name, "it runs in mixed precision")
        for link in self.links:
            if link.layer.training or has_hooks(link.layer):
                raise TapeMismatch(self.name, f"{link.name!r} has hooks or is being trained")


class ChainPass:
    """One use of a chain: what its layers saw, and the terms that came of it.

    Attributes
    ----------
    terms : GradientTerms or None
        Terms of the chain's parameters, once the way back was taken.
    sink : Tensor
        What to differentiate by for that to happen: the output, or what stands for the chain
        where its input needs a gradient as well.
    """

    def __init__(self, chain: Chain, targets: Targets, prepares: bool) -> None:
        self.chain = chain
        self.terms: GradientTerms | None = None
        self.sink = _ANCHOR
        self._targets = targets
        self._prepares = prepares
        self._kept: list[Tensor] = []
        self._watched: list[tuple[Tensor, int]] = []
        self._n_rows = 0
        self._runs_left = 0
        self._is_last = True
        self._prepared: dict[str, Callable[[Tensor], GradientTerms]] = {}

    def run(self, x: Tensor) -> Tensor:
        """The chain's output, differentiable for what comes after it."""
        if x.requires_grad:
            apply: Callable[..., Tensor] = _Node.apply
            return apply(x, _ANCHOR, self)
        with torch.no_grad():
            self.sink = self.forward(x, False).requires_grad_()
        return self.sink

    def forward(self, x: Tensor, wants_input_grad: bool) -> Tensor:
        """Run the layers and keep what the way back needs."""
        lowest = 0 if wants_input_grad else self.chain.lowest
        first = x
        for index, link in enumerate(self.chain.links):
            out = link.step.run(link.layer, x)
            if index >= lowest:
                self._kept.append(out if link.step.keeps == "output" else x)
            x = out
        # The output as it is would hold its node, and the node this pass: memory never freed.
        output = x.detach()
        if self._kept[-1] is x:
            self._kept[-1] = output
        self._watched = [(first, first._version), (output, output._version)]
        return x

    def expect(self, n_rows: int, *, last: bool = True) -> None:
        """Allow one way back, that of the losses of so many rows; the last one, or others follow.

        Raises
        ------
        TapeMismatch
            If the first dimension of the input is not the rows.
        """
        if self._watched[0][0].shape[0] != n_rows:
            raise TapeMismatch(self.chain.name, "rows are not the first dimension of its input")
        self._n_rows, self._runs_left, self._is_last = n_rows, 1, last
        self.terms = None

    def finish(self, grad: Tensor | None) -> None:
        """Take the way back from the gradient of ``sink``, if autograd did not take it."""
        if grad is not None:
            with torch.no_grad():
                self.backward(grad, False)

    def backward(self, grad: Tensor, wants_input_grad: bool) -> Tensor | None:
        """Gradient with respect to the input; the terms are there afterwards.

        Raises
        ------
        TapeMismatch
            If another way back than the expected one is taken, or if input or output were
            changed in place after the forward pass.
        """
        name = self.chain.name
        if not self._runs_left:
            raise TapeMismatch(name, "the network differentiates through it by itself")
        self._runs_left -= 1
        if any(tensor._version != version for tensor, version in self._watched):
            raise TapeMismatch(name, "its input or output was changed in place")
        links, lowest = self.chain.links, 0 if wants_input_grad else self.chain.lowest
        with full_precision(grad.device.type):
            for index in range(len(links) - 1, lowest - 1, -1):
                link = links[index]
                kept = self._kept.pop() if self._is_last else self._kept[index - lowest]
                if link.ruled is not None:
                    self._add(link.name, link.ruled, kept, grad)
                if wants_input_grad or index > lowest:
                    grad = link.step.back(link.layer, kept, grad)
        return grad if wants_input_grad else None

    def _add(self, layer: str, ruled: RuledLayer, inputs: Tensor, grad: Tensor) -> None:
        name = self.chain.name
        if type(ruled.rule) is not LinearRule or inputs.dim() > 2:
            (inputs,) = ruled.gathered(name, 0, [inputs], self._n_rows)
            (grad,) = ruled.gathered(name, 1, [grad], self._n_rows)
        if not self._prepares:
            dot, squared_norm = ruled.terms(name, inputs, grad, self._targets)
        else:
            if layer not in self._prepared:
                self._prepared[layer] = ruled.prepare(name, inputs, self._targets)
            dot, squared_norm = self._prepared[layer](grad)
        if self.terms is not None:
            dot, squared_norm = self.terms.dot + dot, self.terms.squared_norm + squared_norm
        self.terms = GradientTerms(dot, squared_norm)


class _Node(torch.autograd.Function):
    """A chain as autograd sees it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, anchor: Tensor, chain_pass: ChainPass) -> Tensor:
        ctx.chain_pass = chain_pass
        return chain_pass.forward(x, True)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Any:
        return ctx.chain_pass.backward(grad, True), None, None
