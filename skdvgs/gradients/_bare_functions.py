"""Handler: what to do where a function brings watched parameters and rows together.

Each handler computes what the function would, in a form that leaves a place in the graph where
the parameter's gradient can be caught row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from skdvgs.gradients._bare_uses import Convolved, FlippedProduct, Lookup, Product, Spread
from skdvgs.gradients._marks import as_rows

if TYPE_CHECKING:
    from skdvgs.gradients._bare import BareTape


_broadcast_shapes: Callable[..., torch.Size] = torch.broadcast_shapes


class Unhandled(Exception):
    """A function is used in a way that no handler covers: the reason."""


class Handler(NamedTuple):
    """``run(tape, function, *args, **kwargs)`` returns what the function would.

    ``takes_no_rows`` says that it is to be asked even where no argument holds rows.
    """

    run: Callable[..., Any]
    takes_no_rows: bool = False


def spread(tape: BareTape, derived: Tensor, shape: Sequence[int]) -> Tensor:
    """A tensor repeated to a shape, with its gradient caught there."""
    repeated = derived.expand(shape)
    if repeated.shape == derived.shape:
        repeated = derived.view_as(derived)
    tape.note(Spread, repeated, derived)
    return repeated


def _broadcast(tape: BareTape, function: Any, *args: Any, **kwargs: Any) -> Any:
    """Element by element: every parameter is repeated to the shape of the result."""
    name = getattr(function, "__name__", "")
    in_place = name.startswith("__i") or (name.endswith("_") and not name.endswith("__"))
    if in_place and tape.is_derived(args[0]):
        raise Unhandled("changes it in place")
    tensors = [value for value in args if isinstance(value, Tensor)]
    shape = _broadcast_shapes(*(tensor.shape for tensor in tensors))
    met = [spread(tape, value, shape) if tape.is_derived(value) else value for value in args]
    return function(*met, **kwargs)


def _linear(tape: BareTape, function: Any, input: Any, weight: Any, bias: Any = None) -> Tensor:
    if tape.is_derived(input):
        raise Unhandled("takes it for an input")
    output = functional.linear(input, weight)
    if tape.is_derived(weight):
        tape.note(Product, output, weight, inputs=input)
    return output if bias is None else _plus(tape, output, bias)


def _plus(tape: BareTape, output: Tensor, bias: Tensor) -> Tensor:
    if tape.is_derived(bias):
        bias = spread(tape, bias, output.shape)
    return output + bias


def _matmul(tape: BareTape, function: Any, input: Any, other: Any) -> Tensor:
    if tape.is_derived(input) or other.dim() != 2:
        raise Unhandled("multiplies by it from the left, or by a stack of matrices")
    output = torch.matmul(input, other)
    tape.note(FlippedProduct, output, other, inputs=input)
    return output


def _addmm(
    tape: BareTape, function: Any, bias: Any, input: Any, other: Any, **options: Any
) -> Tensor:
    if options or tape.is_derived(input):
        raise Unhandled("has factors, or multiplies by it from the left")
    output = torch.mm(input, other)
    if tape.is_derived(other):
        tape.note(FlippedProduct, output, other, inputs=input)
    return _plus(tape, output, bias)


def _embedding(
    tape: BareTape,
    function: Any,
    input: Any,
    weight: Any,
    padding_idx: Any = None,
    max_norm: Any = None,
    norm_type: Any = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    if max_norm is not None or scale_grad_by_freq:
        raise Unhandled("changes with the batch")
    output = functional.embedding(input, weight, padding_idx)
    tape.note(Lookup, output, weight, inputs=input, padding=padding_idx)
    return output


def _getitem(tape: BareTape, function: Any, table: Any, ids: Any) -> Tensor:
    is_lookup = isinstance(ids, Tensor) and ids.dtype == torch.long and table.dim() == 2
    if not is_lookup or bool((ids < 0).any()):
        raise Unhandled("takes parts of it that depend on rows")
    return _embedding(tape, function, ids, table)


def _expand(tape: BareTape, function: Any, derived: Any, *sizes: Any, **options: Any) -> Tensor:
    """Parameters that are repeated for each row by the network itself."""
    if not tape.is_derived(derived):
        raise Unhandled("takes its shape")
    shape = function(derived, *sizes, **options).shape
    new_dim = len(shape) > derived.dim() or derived.shape[0] == 1
    if not (shape and new_dim and shape[0] == tape.n_rows):
        raise Unhandled("repeats it, though not for rows")
    if function is torch.Tensor.repeat:
        plain = (1,) * (len(shape) - derived.dim()) + tuple(derived.shape)
        if shape[1:] != plain[1:]:
            raise Unhandled("repeats it within a row")
        return spread(tape, derived, shape).clone()
    return spread(tape, derived, shape)


def _cat(tape: BareTape, function: Any, tensors: Any, dim: Any = 0, **options: Any) -> Tensor:
    """Of one row alone, what is put beside the row needs no repetition."""
    own = [tensor for tensor in tensors if tape.is_derived(tensor)]
    if tape.n_rows != 1 or dim == 0 or any(part.shape[0] != 1 for part in own):
        raise Unhandled("puts it beside rows")
    met = [spread(tape, t, t.shape) if tape.is_derived(t) else t for t in tensors]
    return torch.cat(met, dim)


def _affine(tape: BareTape, output: Tensor, weight: Any, bias: Any, view: Sequence[int]) -> Tensor:
    """``output * weight + bias`` as functions that the tape handles."""
    for part, function in ((weight, torch.mul), (bias, torch.add)):
        if part is None:
            continue
        as_rows(output)
        shaped = tape.call(torch.Tensor.view, (part, *view), {}) if view else part
        output = tape.call(function, (output, shaped), {})
    return output


def _layer_norm(
    tape: BareTape, function: Any, input: Any, shape: Any, weight: Any = None, bias: Any = None,
    eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    return _affine(tape, functional.layer_norm(input, shape, eps=eps), weight, bias, ())


def _rms_norm(
    tape: BareTape, function: Any, input: Any, shape: Any, weight: Any = None, eps: Any = None
) -> Tensor:
    return _affine(tape, functional.rms_norm(input, shape, eps=eps), weight, None, ())


def _channels(input: Tensor) -> list[int]:
    return [-1] + [1] * (input.dim() - 2)


def _group_norm(
    tape: BareTape, function: Any, input: Any, groups: int, weight: Any = None, bias: Any = None,
    eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    output = functional.group_norm(input, groups, eps=eps)
    return _affine(tape, output, weight, bias, _channels(input))


def _batch_norm(
    tape: BareTape, function: Any, input: Any, mean: Any, var: Any, weight: Any = None,
    bias: Any = None, training: bool = False, momentum: float = 0.1, eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    if training:
        raise Unhandled("takes the statistics of the batch")
    output = functional.batch_norm(input, mean, var, eps=eps)
    return _affine(tape, output, weight, bias, _channels(input))


def _convolution(
    tape: BareTape, function: Any, input: Any, weight: Any, bias: Any = None, stride: Any = 1,
    padding: Any = 0, dilation: Any = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """A convolution whose weight is made in place, or that pads in a way of its own."""
    if tape.is_derived(input) or input.dim() != weight.dim() or isinstance(padding, str):
        raise Unhandled("takes it for an input, pads by name, or has no dimension of rows")
    output: Tensor = function(input, weight, None, stride, padding, dilation, groups)
    if tape.is_derived(weight):
        strides = {"stride": stride, "padding": padding, "dilation": dilation}
        tape.note(Convolved, output, weight, inputs=input, strides=strides, groups=groups)
    return _affine(tape, output, None, bias, _channels(output))


def _attention(
    tape: BareTape, function: Any, query: Any, key: Any, value: Any, attn_mask: Any = None,
    *args: Any, **options: Any,
) -> Tensor:  # fmt: skip
    """A bias of the scores that is the same for all rows."""
    if any(map(tape.is_derived, (query, key, value))) or attn_mask.dim() != query.dim():
        raise Unhandled("takes it for a query, key or value")
    mask = spread(tape, attn_mask, (query.shape[0], *attn_mask.shape[1:]))
    return functional.scaled_dot_product_attention(query, key, value, mask, *args, **options)


_T = torch.Tensor
_ELEMENTWISE: list[Any] = [
    torch.add, torch.sub, torch.mul, torch.div, torch.true_divide, torch.where, torch.maximum,
    torch.minimum, torch.addcmul, torch.lerp, torch.rsub,
    _T.add, _T.sub, _T.mul, _T.div, _T.add_, _T.sub_, _T.mul_, _T.div_, _T.where, _T.addcmul,
    _T.__add__, _T.__radd__, _T.__iadd__, _T.__sub__, _T.__rsub__, _T.__isub__,
    _T.__mul__, _T.__rmul__, _T.__imul__, _T.__truediv__, _T.__rtruediv__, _T.__itruediv__,
]  # fmt: skip
HANDLERS: dict[Any, Handler] = {
    **dict.fromkeys(_ELEMENTWISE, Handler(_broadcast)),
    **dict.fromkeys([torch.matmul, torch.mm, _T.matmul, _T.mm, _T.__matmul__], Handler(_matmul)),
    **dict.fromkeys([_T.expand, _T.repeat, torch.broadcast_to], Handler(_expand, True)),
    **dict.fromkeys([torch.cat, torch.concat, torch.concatenate], Handler(_cat)),
    _T.expand_as: Handler(_expand),
    _T.__getitem__: Handler(_getitem),
    functional.linear: Handler(_linear),
    torch.addmm: Handler(_addmm),
    functional.embedding: Handler(_embedding),
    functional.layer_norm: Handler(_layer_norm),
    functional.rms_norm: Handler(_rms_norm),
    functional.group_norm: Handler(_group_norm),
    functional.batch_norm: Handler(_batch_norm),
    **dict.fromkeys(
        [functional.conv1d, functional.conv2d, functional.conv3d], Handler(_convolution)
    ),
    functional.scaled_dot_product_attention: Handler(_attention),
}
# Functions that take only the kind of another argument: their output is made of parameters still.
AS_DERIVED: frozenset[Any] = frozenset({_T.to, _T.type_as, _T.view_as, _T.reshape_as})
