"""LinearProducts: layers whose parameters enter only through linear products within them.

Attention and recurrent layers call no submodule that a hook could watch. For the time of a
forward pass they are given a forward of the same meaning that reports each product.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from torch import Tensor, nn

RecordProduct = Callable[[Tensor, Tensor, Tensor], None]  # weight, input, output


class LinearProducts(Protocol):
    """How to watch the linear products of one kind of layer."""

    def serves(self, layer: nn.Module) -> bool:
        """Whether it can be done for this layer with the options it was built with."""
        ...

    def names(self, layer: nn.Module) -> list[tuple[str, str | None]]:
        """The layer's own parameters: (weight, bias) of each product."""
        ...

    def watch(self, layer: nn.Module, record: RecordProduct) -> AbstractContextManager[None]:
        """Report each product ``input @ weight.T + bias`` of the layer while the context lasts."""
        ...


_PRODUCTS: dict[type[nn.Module], LinearProducts] = {}


def register_products(layer_type: type[nn.Module], products: LinearProducts) -> None:
    """Serve a kind of layer by the linear rule, one product at a time."""
    _PRODUCTS[layer_type] = products


def find_products(layer: nn.Module) -> LinearProducts | None:
    """How to watch a layer's products, or None where that is not possible."""
    layer_type: Any
    for layer_type in type(layer).__mro__:
        products = _PRODUCTS.get(layer_type)
        if products is None:
            continue
        same_forward = type(layer).forward is layer_type.forward and "forward" not in vars(layer)
        return products if same_forward and products.serves(layer) else None
    return None
