"""LinearRule: linear layers, with any number of positions between rows and features."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from skdvgs.gradients._chunks import elements_at_a_time
from skdvgs.gradients._terms import GradientTerms, columns, row_dot, row_squares, summed
from skdvgs.gradients.rules._base import register_rule

# Formed gradients are held a few rows at a time: enough for a full product, little enough
# to stay in cache, where they are read twice. Eight times as many take twice the time.
_FORMED_ELEMENTS = 2**18
# Multiply-adds of a large product that take as long as forming, writing and twice reading one
# element of a row's gradient, beyond the products themselves: measured on shapes of encoders.
_FORMED_COST = 14


def _matrix_terms(
    a: Tensor, delta: Tensor, weight: Tensor | None, bias: Tensor | None
) -> GradientTerms:
    """One position a row: ``|delta|² (|a|² + 1)``; a (n, i), delta (n, o)."""
    squares = row_squares(delta)
    if weight is None:
        assert bias is not None
        return GradientTerms(delta @ bias.t(), squares)
    # Contract on the narrower side: the product costs the same, its result is smaller.
    if weight.dim() == 3:
        dot = _product_dot(a.unsqueeze(1), delta.unsqueeze(1), weight)
        if bias is not None:
            dot += delta @ bias.t()
    elif weight.shape[0] <= weight.shape[1]:
        dot = torch.nn.functional.linear(a, weight, bias).mul_(delta).sum(1)
    else:
        dot = (delta @ weight).mul_(a).sum(1)
        if bias is not None:
            dot.addmv_(delta, bias)
    factor = row_squares(a)
    return GradientTerms(dot, squares.mul_(factor if bias is None else factor.add_(1)))


def gram_is_cheaper(
    positions: int,
    inputs: int,
    outputs: int,
    element_cost: int = _FORMED_COST,
    n_targets: int = 1,
) -> bool:
    """Whether two position × position products beat forming an output × input gradient.

    Counted in multiply-adds for one row. The Gram form pays another product for the dot, as
    large as the one that a formed gradient takes; so what that costs beyond it decides. Further
    targets cost a product each, or a product with the formed gradient.
    """
    further = (n_targets - 1) * (positions - 1)
    gram = positions * positions * (inputs + outputs)
    return gram < (element_cost - further) * inputs * outputs


def _product_dot(a: Tensor, delta: Tensor, weight: Tensor) -> Tensor:
    """``sum delta · (a W^T)`` of each row, contracted on the narrower side.

    ``a`` (n, t, i), ``delta`` (n, t, o), ``weight`` (o, i) or (n_targets, o, i).
    """
    if weight.dim() == 3:
        count, o, i = weight.shape
        if o <= i:
            product = (a @ weight.flatten(0, 1).t()).view(*a.shape[:2], count, o)
            return (product * delta.unsqueeze(2)).sum((1, 3))
        product = delta @ weight.transpose(0, 1).reshape(o, count * i)
        return (product.view(*a.shape[:2], count, i) * a.unsqueeze(2)).sum((1, 3))
    if weight.shape[0] <= weight.shape[1]:
        product = torch.nn.functional.linear(a, weight).mul_(delta)
    else:
        product = (delta @ weight).mul_(a)
    return product.flatten(1).sum(1)


def positions_terms(a: Tensor, delta: Tensor, weight: Tensor) -> GradientTerms:
    """Terms of a weight used at several positions of each row.

    ``a`` (n, t, i), ``delta`` (n, t, o), ``weight`` the target gradient (o, i), or several:
    the row's gradient is ``sum_t delta_t a_t^T``.
    """
    n, t, i = a.shape
    o = delta.shape[2]
    many = 1 if weight.dim() == 2 else len(weight)
    if gram_is_cheaper(t, i, o, n_targets=many):
        gram = torch.bmm(a, a.transpose(1, 2)).mul_(torch.bmm(delta, delta.transpose(1, 2)))
        return GradientTerms(_product_dot(a, delta, weight), gram.flatten(1).sum(1))
    dots, squares = [], []
    step = max(1, elements_at_a_time(a, _FORMED_ELEMENTS) // (i * o))
    flat_weight = columns(weight, torch.Size([o, i]))
    for start in range(0, n, step):
        rows = slice(start, start + step)
        formed = torch.bmm(delta[rows].transpose(1, 2), a[rows]).flatten(1)
        dots.append(formed @ flat_weight)
        squares.append(row_squares(formed))
    return GradientTerms(torch.cat(dots), torch.cat(squares))


class LinearRule:
    """``y = a W^T + b``: the row's gradient is ``delta^T a`` and ``delta``."""

    parameters = frozenset({"weight", "bias"})
    several_targets = True

    def serves(self, layer: nn.Module) -> bool:
        """Every Linear layer."""
        return True

    def feature_dims(self, layer: nn.Module) -> tuple[int, int]:
        """The last dimension of input and output."""
        return 1, 1

    def terms(
        self, layer: nn.Module, inputs: Tensor, output_grad: Tensor, target: Mapping[str, Tensor]
    ) -> GradientTerms:
        """See :class:`LayerRule`."""
        weight, bias = target.get("weight"), target.get("bias")
        if inputs.dim() == 2:
            return _matrix_terms(inputs, output_grad, weight, bias)
        if inputs[0].numel() == inputs.shape[-1]:
            return _matrix_terms(inputs.flatten(1), output_grad.flatten(1), weight, bias)
        a, delta = inputs.flatten(1, -2), output_grad.flatten(1, -2)
        parts = []
        if weight is not None:
            parts.append(positions_terms(a, delta, weight))
        if bias is not None:
            total = delta.sum(1)
            parts.append(GradientTerms(total @ bias.t(), row_squares(total)))
        return summed(parts)

    def prepare(
        self, layer: nn.Module, inputs: Tensor, target: Mapping[str, Tensor]
    ) -> Callable[[Tensor], GradientTerms]:
        """Terms of further output gradients: the products of the inputs alone are taken once."""
        if "weight" in target and inputs[0].numel() == inputs.shape[-1]:
            a = inputs.flatten(1)
            product = torch.nn.functional.linear(a, target["weight"], target.get("bias"))
            factor = row_squares(a) + float("bias" in target)

            def terms(grad: Tensor) -> GradientTerms:
                delta = grad.flatten(1)
                return GradientTerms(row_dot(product, delta), row_squares(delta).mul_(factor))

            return terms
        return lambda grad: self.terms(layer, inputs, grad, target)


register_rule(nn.Linear, LinearRule())
