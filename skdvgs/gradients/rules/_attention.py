"""AttentionProducts: input and output projections of attention are linear products."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType, MethodType, SimpleNamespace
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from skdvgs.gradients.rules._products import RecordProduct, register_products


def _rebound(function: Any, **names: Any) -> Any:
    """The same function, with some of the global names that it uses replaced."""
    namespace = {**function.__globals__, **names}
    copy = FunctionType(
        function.__code__, namespace, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def _watched_forward(linear: Callable[..., Tensor]) -> Any:
    """torch's own forward of attention, whatever its version, calling another ``linear``."""
    names = {
        name: _rebound(getattr(functional, name), linear=linear)
        for name in ("_in_projection_packed", "_in_projection")
        if isinstance(getattr(functional, name, None), FunctionType)
    }
    attention = _rebound(functional.multi_head_attention_forward, linear=linear, **names)
    # Where functions are watched, this one hands itself over by its global name.
    attention.__globals__["multi_head_attention_forward"] = attention
    namespace = SimpleNamespace(**vars(functional))
    namespace.multi_head_attention_forward = attention
    return _rebound(nn.MultiheadAttention.forward, F=namespace)


class AttentionProducts:
    """Watches the packed input projection and the output projection of self-attention.

    The output projection is a Linear submodule that is never called; watching reports its
    product too.
    """

    def serves(self, layer: Any) -> bool:
        """Attention with one packed projection and no extra key or value parameters."""
        return layer.in_proj_weight is not None and layer.bias_k is None and layer.bias_v is None

    def names(self, layer: nn.Module) -> list[tuple[str, str | None]]:
        """The packed input projection."""
        return [("in_proj_weight", "in_proj_bias")]

    @contextmanager
    def watch(self, layer: Any, record: RecordProduct) -> Iterator[None]:
        """Give the layer a forward that records its products."""

        def linear(inputs: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
            """Compute and record a product."""
            output = functional.linear(inputs, weight, bias)
            record(weight, inputs, output)
            return output

        layer.forward = MethodType(_watched_forward(linear), layer)
        try:
            yield
        finally:
            del layer.forward


register_products(nn.MultiheadAttention, AttentionProducts())
