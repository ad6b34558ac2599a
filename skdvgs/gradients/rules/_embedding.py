"""EmbeddingRule, EmbeddingBagRule: positions of a row that hold the same token add up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from skdvgs.gradients._terms import GradientTerms, row_dot, row_squares
from skdvgs.gradients.rules._base import register_rule

# Up to here, comparing all pairs of positions costs less than grouping them by token.
_FEW_POSITIONS = 64


def _groups(ids: Tensor) -> tuple[Tensor, Tensor]:
    """Number the (row, token) pairs that occur: the row of each, and each position's number."""
    row = torch.arange(len(ids), device=ids.device).unsqueeze(1)
    span = ids.max() + 1
    pairs, number = torch.unique(row * span + ids, return_inverse=True)
    return pairs.div(span, rounding_mode="floor"), number


def lookup_terms(ids: Tensor, delta: Tensor, target: Tensor) -> GradientTerms:
    """Terms of a table whose rows were looked up.

    ``ids`` (n, t), ``delta`` (n, t, width), zero where the table takes no gradient; ``target``
    (size, width), or several of them.
    """
    if target.dim() == 3:
        dots = [row_dot(functional.embedding(ids, one), delta) for one in target]
        dot = torch.stack(dots, dim=1)
    else:
        dot = row_dot(functional.embedding(ids, target), delta)
    n, positions, _ = delta.shape
    if positions == 1:
        return GradientTerms(dot, row_squares(delta))
    if positions <= _FEW_POSITIONS:
        same = ids.unsqueeze(1) == ids.unsqueeze(2)
        gram = torch.bmm(delta, delta.transpose(1, 2)).mul_(same)
        return GradientTerms(dot, gram.flatten(1).sum(1))
    row, number = _groups(ids)
    summed = delta.new_zeros(len(row), delta.shape[2])
    summed.index_add_(0, number.flatten(), delta.flatten(0, 1))
    return GradientTerms(dot, delta.new_zeros(n).index_add_(0, row, row_squares(summed)))


class EmbeddingRule:
    """The row's gradient holds, for each token, the sum of the output gradients where it is."""

    parameters = frozenset({"weight"})
    several_targets = True

    def serves(self, layer: Any) -> bool:
        """Embeddings whose gradient does not depend on how often a token occurs."""
        return not layer.scale_grad_by_freq

    def feature_dims(self, layer: nn.Module) -> tuple[int, int]:
        """Token ids have no features."""
        return 0, 1

    def terms(
        self, layer: Any, inputs: Tensor, output_grad: Tensor, target: Mapping[str, Tensor]
    ) -> GradientTerms:
        """See :class:`LayerRule`."""
        delta = output_grad
        if layer.padding_idx is not None:
            delta = delta * (inputs != layer.padding_idx).unsqueeze(2)
        return lookup_terms(inputs, delta, target["weight"])


class EmbeddingBagRule:
    """Every position of a bag gets the bag's output gradient, over its length for a mean."""

    parameters = frozenset({"weight"})

    def serves(self, layer: Any) -> bool:
        """Bags that are sums or means."""
        return layer.mode in ("sum", "mean") and not layer.scale_grad_by_freq

    def terms(
        self, layer: Any, inputs: Tensor, output_grad: Tensor, target: Mapping[str, Tensor]
    ) -> GradientTerms:
        """See :class:`LayerRule`."""
        bags = functional.embedding_bag(
            inputs, target["weight"], mode=layer.mode, padding_idx=layer.padding_idx
        )
        counted = torch.ones_like(inputs, dtype=output_grad.dtype)
        if layer.padding_idx is not None:
            counted = counted * (inputs != layer.padding_idx)
        row, number = _groups(inputs)
        counts = counted.new_zeros(len(row)).index_add_(0, number.flatten(), counted.flatten())
        factor = counted.new_zeros(len(inputs)).index_add_(0, row, counts.square())
        if layer.mode == "mean":
            factor = factor / counted.sum(1).clamp(min=1).square()
        return GradientTerms(row_dot(bags, output_grad), row_squares(output_grad) * factor)


register_rule(nn.Embedding, EmbeddingRule())
register_rule(nn.EmbeddingBag, EmbeddingBagRule())
