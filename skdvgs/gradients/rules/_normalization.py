"""PReLURule and those of norm layers: few parameters, so each row's gradient is formed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from skdvgs.gradients._terms import GradientTerms, columns, row_squares, summed
from skdvgs.gradients.rules._base import register_rule


def elementwise_terms(
    per_sample: Mapping[str, Tensor], target: Mapping[str, Tensor]
) -> GradientTerms:
    """Terms from per-sample gradients, each (n, *parameter shape), that were formed."""
    parts = []
    for name, grad in target.items():
        formed = per_sample[name]
        flat = columns(grad, formed.shape[1:])
        parts.append(GradientTerms(formed.flatten(1) @ flat, row_squares(formed)))
    return summed(parts)


class _AffineRule:
    """``y = weight * normalise(a) + bias``, whatever ``normalise`` is."""

    parameters = frozenset({"weight", "bias"})
    several_targets = True

    def __init__(
        self,
        normalise: Callable[[Any, Tensor], Tensor],
        serves: Callable[[Any], bool] = lambda layer: True,
    ) -> None:
        self._normalise = normalise
        self._serves = serves

    def serves(self, layer: nn.Module) -> bool:
        """Whether rows stay apart in this layer."""
        return self._serves(layer)

    def terms(
        self, layer: nn.Module, inputs: Tensor, output_grad: Tensor, target: Mapping[str, Tensor]
    ) -> GradientTerms:
        """See :class:`LayerRule`."""
        shape = layer.get_parameter(next(iter(target))).shape
        per_sample = {}
        if "weight" in target:
            product = output_grad * self._normalise(layer, inputs)
            per_sample["weight"] = _sum_to(layer, product, shape)
        if "bias" in target:
            per_sample["bias"] = _sum_to(layer, output_grad, shape)
        return elementwise_terms(per_sample, target)


class _LastDimsRule(_AffineRule):
    """Normalises the last dimensions, so that all between them and rows are positions."""

    def feature_dims(self, layer: Any) -> tuple[int, int]:
        """Dimensions that are normalised."""
        return len(layer.normalized_shape), len(layer.normalized_shape)


def _sum_to(layer: nn.Module, product: Tensor, shape: torch.Size) -> Tensor:
    """Sum a tensor shaped as the layer's output over positions: (n, *parameter shape)."""
    if isinstance(layer, (nn.LayerNorm, nn.RMSNorm)):
        return product.reshape(len(product), -1, *shape).sum(1)
    return product.flatten(2).sum(2) if product.dim() > 2 else product


def _running(layer: Any) -> bool:
    """Batch statistics would let rows see each other; running ones do not."""
    return bool(layer.track_running_stats)


def _batch_norm(layer: Any, a: Tensor) -> Tensor:
    return functional.batch_norm(a, layer.running_mean, layer.running_var, eps=layer.eps)


def _instance_norm(layer: Any, a: Tensor) -> Tensor:
    return functional.instance_norm(
        a,
        layer.running_mean,
        layer.running_var,
        use_input_stats=not layer.track_running_stats,
        eps=layer.eps,
    )


register_rule(
    nn.LayerNorm,
    _LastDimsRule(lambda layer, a: functional.layer_norm(a, layer.normalized_shape, eps=layer.eps)),
)
register_rule(
    nn.RMSNorm,
    _LastDimsRule(lambda layer, a: functional.rms_norm(a, layer.normalized_shape, eps=layer.eps)),
)
register_rule(
    nn.GroupNorm,
    _AffineRule(lambda layer, a: functional.group_norm(a, layer.num_groups, eps=layer.eps)),
)
for _batch_norm_type in (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d):
    register_rule(_batch_norm_type, _AffineRule(_batch_norm, serves=_running))
for _instance_norm_type in (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d):
    register_rule(_instance_norm_type, _AffineRule(_instance_norm))


class PReLURule:
    """``y = max(a, 0) + weight * min(a, 0)``, one weight or one a channel."""

    parameters = frozenset({"weight"})
    several_targets = True

    def serves(self, layer: nn.Module) -> bool:
        """Every PReLU."""
        return True

    def terms(
        self, layer: nn.Module, inputs: Tensor, output_grad: Tensor, target: Mapping[str, Tensor]
    ) -> GradientTerms:
        """See :class:`LayerRule`."""
        product = output_grad * inputs.clamp(max=0)
        if layer.get_parameter("weight").numel() == 1:
            formed = product.flatten(1).sum(1, keepdim=True)
        else:
            formed = product.flatten(2).sum(2) if product.dim() > 2 else product
        return elementwise_terms({"weight": formed}, target)


register_rule(nn.PReLU, PReLURule())
