"""BareUse: a use of parameters in a plain function, and each row's gradient from it.

A parameter may enter a network outside of any layer that has a rule: a class token that is put
before the positions, a position table that is added, the weight of a norm layer of one's own, a
table that is both looked up and multiplied by. ``BareTape`` sees each such use; here is what
came back to it, row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import GradientEdge

from skdvgs.gradients._chunks import elements_at_a_time
from skdvgs.gradients._graph import Use
from skdvgs.gradients._layout import Layout, by_rows
from skdvgs.gradients._terms import GradientTerms, columns, row_squares, summed
from skdvgs.gradients.rules import LinearRule, lookup_terms
from skdvgs.gradients.rules._convolution import formed_kernels

# Formed gradients that are held at a time.
_CHUNK_ELEMENTS = 2**22


@dataclass
class BareParameter:
    """A parameter that is watched in the functions that use it, and why."""

    tensor: nn.Parameter
    reason: str
    layout: Layout = "rows first"


@dataclass
class BareUse:
    """One use of a tensor that comes of parameters alone.

    Parameters
    ----------
    derived : Tensor
        The tensor: a parameter itself, or what was made of parameters.
    parameters : frozenset of str
        Names of the parameters that it comes of.
    edge : GradientEdge
        Edge of autograd's graph at which the gradient is caught.
    inputs : Tensor or None
        What the tensor met there, where the gradient needs that.
    source : GradientEdge or None
        Of ``inputs``, where those have a graph.
    """

    derived: Tensor
    parameters: frozenset[str]
    edge: GradientEdge
    inputs: Tensor | None = None
    source: GradientEdge | None = None
    version: int = 0

    def use(self, name: str, allowed: frozenset[int]) -> Use:
        """The use's place in the graph."""
        return Use(name, self.edge, self.source, self.derived.shape, allowed)

    def by_rows(self, grad: Tensor, n: int, layout: Layout) -> tuple[Tensor, ...] | None:
        """What the gradients of n rows are formed of, row by row; None without such rows."""
        raise NotImplementedError

    def formed(self, parts: tuple[Tensor, ...]) -> Tensor:
        """Gradients of rows with respect to ``derived``: (rows, *its shape)."""
        raise NotImplementedError


class Spread(BareUse):
    """Repeated for each row, and for as many positions as it met."""

    def by_rows(self, grad: Tensor, n: int, layout: Layout) -> tuple[Tensor, ...] | None:
        """The gradient, summed over what the tensor was repeated for within a row."""
        shape = (1,) * (grad.dim() - self.derived.dim()) + tuple(self.derived.shape)
        if layout == "rows second":
            if grad.dim() < 2:
                return None
            grad = grad.transpose(0, 1)
            shape = (shape[1], shape[0], *shape[2:])
            if shape[0] != 1 or len(grad) != n:
                return None
        elif len(grad) % n or shape[0] not in (1, len(grad) // n):
            return None
        else:
            grad = grad.reshape(n, len(grad) // n, *grad.shape[1:])
            shape = (1, *shape)
        over = [dim for dim in range(1, grad.dim()) if shape[dim] == 1 and grad.shape[dim] > 1]
        return (grad.sum(over, keepdim=True) if over else grad,)

    def formed(self, parts: tuple[Tensor, ...]) -> Tensor:
        """As it is."""
        return parts[0].reshape(-1, *self.derived.shape)


class Product(BareUse):
    """A matrix that the last dimension of ``inputs`` was multiplied by: (out, in)."""

    is_flipped = False

    def by_rows(self, grad: Tensor, n: int, layout: Layout) -> tuple[Tensor, ...] | None:
        """Output gradients and inputs, (n, positions, features) each."""
        assert self.inputs is not None
        delta, a = by_rows(grad, n, layout, 1), by_rows(self.inputs, n, layout, 1)
        if delta is None or a is None:
            return None
        return (a, delta) if self.is_flipped else (delta, a)

    def formed(self, parts: tuple[Tensor, ...]) -> Tensor:
        """Outer products, summed over positions."""
        return torch.bmm(parts[0].transpose(1, 2), parts[1])


class FlippedProduct(Product):
    """The same for a matrix (in, out)."""

    is_flipped = True


@dataclass
class Lookup(BareUse):
    """A table whose rows were looked up by the ids in ``inputs``."""

    padding: int | None = None

    def by_rows(self, grad: Tensor, n: int, layout: Layout) -> tuple[Tensor, ...] | None:
        """Output gradients (n, positions, width) and ids (n, positions)."""
        assert self.inputs is not None
        delta, ids = by_rows(grad, n, layout, 1), by_rows(self.inputs, n, layout, 0)
        if delta is None or ids is None:
            return None
        if self.padding is not None:
            delta = delta * (ids != self.padding % len(self.derived)).unsqueeze(2)
        return delta, ids

    def formed(self, parts: tuple[Tensor, ...]) -> Tensor:
        """Gradients summed for each id."""
        delta, ids = parts
        formed = delta.new_zeros(len(delta), *self.derived.shape)
        return formed.scatter_add_(1, ids.unsqueeze(2).expand_as(delta), delta)


@dataclass
class Convolved(BareUse):
    """A weight that ``inputs`` were convolved with."""

    strides: dict[str, Any] = field(default_factory=dict)
    groups: int = 1

    def by_rows(self, grad: Tensor, n: int, layout: Layout) -> tuple[Tensor, ...] | None:
        """Output gradients and inputs; a row may be several images, as a film is."""
        assert self.inputs is not None
        if layout != "rows first" or len(grad) != len(self.inputs) or len(grad) % n:
            return None
        return tuple(part.reshape(n, -1, *part.shape[1:]) for part in (grad, self.inputs))

    def formed(self, parts: tuple[Tensor, ...]) -> Tensor:
        """Inputs correlated with output gradients."""
        delta, a = (part.flatten(0, 1) for part in parts)
        size = self.derived.shape
        formed = formed_kernels(a, delta, size, self.strides, self.groups)
        return formed.view(len(parts[0]), -1, *size).sum(1)


Found = tuple[BareUse, tuple[Tensor, ...]]


def bare_terms(parameter: Tensor, found: Sequence[Found], target: Tensor) -> GradientTerms:
    """Terms of one parameter from all its uses.

    Parameters
    ----------
    parameter : Tensor
        Parameter whose use is looked for.
    found : sequence of (BareUse, tuple of Tensor)
        Its uses, and what ``by_rows`` gave for them.
    target : Tensor
        Its target gradient, or several.
    """
    direct = all(use.derived is parameter for use, _ in found)
    products = [item for item in found if isinstance(item[0], Product)]
    lookups = [item for item in found if isinstance(item[0], Lookup)]
    if direct and len(products) + len(lookups) == len(found):
        parts = []
        if products:
            delta, a = _joined([parts for _, parts in products])
            parts.append(LinearRule().terms(nn.Identity(), a, delta, {"weight": target}))
        if lookups:
            rows, ids = _joined([parts for _, parts in lookups])
            parts.append(lookup_terms(ids, rows, target))
        terms = summed(parts)
        if products and lookups:
            terms.squared_norm.add_(_cross(delta, a, rows, ids), alpha=2)
        return terms
    return _formed_terms(parameter, found, target)


def _joined(parts: list[tuple[Tensor, ...]]) -> list[Tensor]:
    """Several uses are more positions."""
    if len(parts) == 1:
        return list(parts[0])
    return [torch.cat(side, dim=1) for side in zip(*parts, strict=True)]


def _cross(delta: Tensor, a: Tensor, rows: Tensor, ids: Tensor) -> Tensor:
    """Dot of each row's product gradient ``sum_t delta_t a_t^T`` with its lookup gradient."""
    met = delta.gather(2, ids.unsqueeze(1).expand(-1, delta.shape[1], -1))
    return (met * torch.bmm(a, rows.transpose(1, 2))).sum((1, 2))


def _formed_terms(parameter: Tensor, found: Sequence[Found], target: Tensor) -> GradientTerms:
    """Form each row's gradient, a few rows at a time."""
    n = len(found[0][1][0])
    largest = max(parameter.numel(), *(use.derived.numel() for use, _ in found))
    step = max(1, elements_at_a_time(target, _CHUNK_ELEMENTS) // largest)
    flat, dots, squares = columns(target, parameter.shape), [], []
    for start in range(0, n, step):
        rows = slice(start, start + step)
        formed = torch.zeros((), device=target.device, dtype=target.dtype)
        for use, parts in found:
            one = use.formed(tuple(part[rows] for part in parts))
            formed = formed + _through(use.derived, parameter, one)
        formed = formed.reshape(len(formed), -1)
        dots.append(formed @ flat)
        squares.append(row_squares(formed))
    return GradientTerms(torch.cat(dots), torch.cat(squares))


def _through(derived: Tensor, parameter: Tensor, formed: Tensor) -> Tensor:
    """Gradients with respect to a parameter from those with respect to what was made of it."""
    if derived is parameter:
        return formed
    ids = _looked_up(derived, parameter)
    if ids is not None:  # autograd would go back for one row at a time
        of_ids = formed.reshape(len(formed), len(ids), parameter.shape[1])
        grads = formed.new_zeros(len(formed), *parameter.shape)
        return grads.index_add_(1, ids, of_ids)
    (grads,) = torch.autograd.grad(
        derived, parameter, formed.to(derived.dtype), retain_graph=True, is_grads_batched=True
    )
    return grads.to(formed.dtype)


def _looked_up(derived: Tensor, parameter: Tensor) -> Tensor | None:
    """The ids by which a tensor was looked up in a parameter; None if it was made otherwise."""
    node: Any = derived.grad_fn
    if type(node).__name__ != "EmbeddingBackward0" or node._saved_scale_grad_by_freq:
        return None
    if getattr(node.next_functions[0][0], "variable", None) is not parameter:
        return None
    is_padded = node._saved_padding_idx < len(parameter)  # "none" is the largest number there is
    ids: Tensor = node._saved_indices.flatten()
    return None if is_padded else ids
