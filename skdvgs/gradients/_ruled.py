"""RuledLayer: a layer with its exact rule, and what to do where the rule does not cover a use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from skdvgs.gradients._general import out_of_memory
from skdvgs.gradients._layout import Layout, by_rows
from skdvgs.gradients._targets import Targets
from skdvgs.gradients._terms import GradientTerms
from skdvgs.gradients.rules import LayerRule


class TapeMismatch(Exception):
    """Layers or chains were used in a way their rule does not cover: names and the reason."""

    def __init__(self, layer: str, reason: str, *others: str) -> None:
        super().__init__(layer, reason)
        self.layers = (layer, *others)
        self.reason = reason


class RowsRegrouped(TapeMismatch):
    """What layers attribute to a row is not that row's."""

    def __init__(self, layers: list[str]) -> None:
        super().__init__(layers[0], "rows are regrouped within the network", *layers[1:])


def full_precision(device: str) -> AbstractContextManager[None]:
    """Rules compute in the precision of the parameters, whatever the forward pass ran in."""
    if torch.is_autocast_enabled(device):
        return torch.autocast(device, enabled=False)
    return nullcontext()


@dataclass
class RuledLayer:
    """A layer, or one linear product within a layer, that an exact rule serves."""

    module: nn.Module
    rule: LayerRule
    parameters: dict[str, str]  # the rule's name of a parameter -> its name in the network
    weight: Tensor | None  # what identifies a product
    is_product: bool = False
    layout: Layout = "rows first"

    @property
    def feature_dims(self) -> tuple[int, int] | None:
        """Trailing dimensions of input and output that are features, if the rest may be positions.

        None where a rule tells positions and channels apart by itself.
        """
        find = getattr(self.rule, "feature_dims", None)
        return None if find is None else find(self.module)

    def gathered(self, name: str, side: int, tensors: list[Tensor], n: int) -> list[Tensor]:
        """Inputs (side 0) or output gradients (side 1) of some calls, with rows in front.

        Raises
        ------
        TapeMismatch
            If the rows are not where the layer's layout has them.
        """
        dims = self.feature_dims
        if dims is None:
            return tensors
        found = [by_rows(tensor, n, self.layout, dims[side]) for tensor in tensors]
        kept = [tensor for tensor in found if tensor is not None]
        if len(kept) < len(found):
            raise TapeMismatch(name, "rows are not a dimension of its input")
        return kept

    def terms(self, name: str, inputs: Tensor, grads: Tensor, targets: Targets) -> GradientTerms:
        """The rule's terms, in the precision of the parameters.

        Raises
        ------
        TapeMismatch
            If the rule fails on what the layer saw.
        """
        own = targets.of_layer(self.parameters)
        dtype = next(iter(own.values())).dtype
        if inputs.dtype != dtype and inputs.is_floating_point():
            inputs = inputs.to(dtype)
        if grads.dtype != dtype:
            grads = grads.to(dtype)
        try:
            if targets.count is None or getattr(self.rule, "several_targets", False):
                return self.rule.terms(self.module, inputs, grads, own)
            one_by_one = [
                self.rule.terms(self.module, inputs, grads, single.of_layer(self.parameters))
                for single in targets.singles()
            ]
            dots = torch.stack([terms.dot for terms in one_by_one], dim=1)
            return GradientTerms(dots, one_by_one[0].squared_norm)
        except (RuntimeError, ValueError, TypeError, LookupError) as error:
            if out_of_memory(error):
                raise
            raise TapeMismatch(name, f"its rule fails: {str(error)[:120]}") from error

    def prepare(
        self, name: str, inputs: Tensor, targets: Targets
    ) -> Callable[[Tensor], GradientTerms]:
        """What gives the terms of any output gradient, for inputs that several will come back to.

        What a rule can tell from the inputs alone it then works out once.
        """
        # A rule that inherits this but has terms of its own would be passed by.
        find = vars(type(self.rule)).get("prepare")
        if find is None or targets.count is not None:
            return lambda grads: self.terms(name, inputs, grads, targets)
        own = targets.of_layer(self.parameters)
        dtype = next(iter(own.values())).dtype
        served = find(self.rule, self.module, inputs.to(dtype), own)
        return lambda grads: served(grads.to(dtype))
