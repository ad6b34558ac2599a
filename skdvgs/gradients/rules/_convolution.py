"""ConvolutionRule: convolutions and transposed ones in one, two and three dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.grad import conv1d_weight, conv2d_weight, conv3d_weight

from skdvgs.gradients._chunks import elements_at_a_time, on_cpu
from skdvgs.gradients._terms import GradientTerms, columns, row_dot, row_squares
from skdvgs.gradients.rules._base import register_rule
from skdvgs.gradients.rules._linear import gram_is_cheaper

_CONVOLVE: tuple[Any, ...] = (functional.conv1d, functional.conv2d, functional.conv3d)
_WEIGHT_GRADIENT: tuple[Any, ...] = (conv1d_weight, conv2d_weight, conv3d_weight)
# Weight gradients, or patches, held at a time: few enough to stay in cache, where they are read
# twice, and to be allocated without new pages, whose faults cost as much as the products.
_CHUNK_ELEMENTS = 2**18
# Groups of few channels are slow: from so many multiply-adds a row, a call for each row costs
# less (an image's first convolution: 2.2 ms instead of 5.8).
_FEW_CHANNELS, _LARGE_ROW = 8, 2**20
_FORMED_COST = 8  # as for a Linear, where there are no patches to unfold


def _patches(source: Tensor, kernel: torch.Size, strides: dict[str, Any]) -> Tensor:
    """What a 2-D kernel meets at each of its positions, (n, channels × kernel, positions)."""
    # Unfolding asks a GPU for one row at a time.
    unfold = functional.unfold if on_cpu(source) else strided_patches
    return unfold(source, kernel, **strides)


def strided_patches(source: Tensor, kernel: torch.Size, **strides: Any) -> Tensor:
    """``torch.nn.functional.unfold`` in one call for all rows."""
    stride, dilation, padding = (_pair(strides[k]) for k in ("stride", "dilation", "padding"))
    source = functional.pad(source, (padding[1], padding[1], padding[0], padding[0]))
    size = [
        (length - d * (k - 1) - 1) // s + 1
        for length, k, d, s in zip(source.shape[2:], kernel, dilation, stride, strict=True)
    ]
    n, channels, down, right = source.stride()
    steps = (down * dilation[0], right * dilation[1], down * stride[0], right * stride[1])
    seen = source.as_strided((*source.shape[:2], *kernel, *size), (n, channels, *steps))
    return seen.reshape(len(source), -1, size[0] * size[1])


def _pair(number: Any) -> tuple[int, int]:
    return (number, number) if isinstance(number, int) else tuple(number)


def _flat_kernel(
    source: Tensor, kernel: torch.Size, strides: dict[str, Any]
) -> tuple[Tensor, torch.Size, dict[str, Any]]:
    """A 1-D convolution as one in two dimensions, of which the first is 1."""
    if source.dim() > 3:
        return source, kernel, strides
    options = {
        key: (0 if key == "padding" else 1, value if isinstance(value, int) else value[0])
        for key, value in strides.items()
    }
    return source.unsqueeze(2), torch.Size([1, *kernel]), options


def formed_kernels(
    source: Tensor, other: Tensor, size: torch.Size, strides: dict[str, Any], groups: int
) -> Tensor:
    """Each row's weight gradient: one convolution in which every row is a group of its own.

    Parameters
    ----------
    source : Tensor of shape (n, channels, *positions)
        Inputs of the convolution.
    other : Tensor of shape (n, filters, *positions)
        Its output gradients.
    size : torch.Size
        Shape of the weight.
    strides : dict
        ``stride``, ``padding`` and ``dilation``.
    groups : int
        Of the convolution.

    Returns
    -------
    Tensor of shape (n, size)
        Flat gradients.
    """
    n, dims = len(source), len(size) - 2
    if not on_cpu(source) and groups == 1 and dims < 3:
        patches = _patches(*_flat_kernel(source, size[2:], strides))
        return torch.bmm(other.flatten(2), patches.transpose(1, 2)).flatten(1)
    row_products = other[0].numel() * size[1:].numel()
    if size[1] < _FEW_CHANNELS and row_products > _LARGE_ROW:
        rows = [
            _WEIGHT_GRADIENT[dims - 1](s, size, o, groups=groups, **strides).flatten()
            for s, o in zip(torch.split(source, 1), torch.split(other, 1), strict=True)
        ]
        return torch.stack(rows)
    gradient: Tensor = _WEIGHT_GRADIENT[dims - 1](
        source.reshape(1, -1, *source.shape[2:]),
        (n * size[0], *size[1:]),
        other.reshape(1, -1, *other.shape[2:]),
        groups=n * groups,
        **strides,
    )
    return gradient.reshape(n, -1)


def _gram_terms(
    source: Tensor, other: Tensor, weight: Tensor, strides: dict[str, Any]
) -> GradientTerms:
    """Few positions, many parameters: products of positions with positions."""
    dims = source.dim() - 2
    convolve = _CONVOLVE[dims - 1]
    if weight.dim() > source.dim():
        dot = torch.stack([row_dot(convolve(source, w, **strides), other) for w in weight], dim=1)
        weight = weight[0]
    else:
        dot = row_dot(convolve(source, weight, **strides), other)
    patches = _patches(*_flat_kernel(source, weight.shape[2:], strides))
    flat = other.flatten(2)
    gram = torch.bmm(patches.transpose(1, 2), patches).mul_(torch.bmm(flat.transpose(1, 2), flat))
    return GradientTerms(dot, gram.flatten(1).sum(1))


def _weight_terms(
    source: Tensor, other: Tensor, weight: Tensor, strides: dict[str, Any], groups: int
) -> GradientTerms:
    """Terms of a weight whose gradient is ``sum_p other[o, p] * source[c, stride * p + k]``."""
    size = weight.shape[weight.dim() - source.dim() :]
    flat_weight = columns(weight, size)
    n_targets = 1 if weight.dim() == len(size) else len(weight)
    positions, per_filter = other[0, 0].numel(), size[1:].numel()
    gram = (
        groups == 1
        and len(size) < 5
        and gram_is_cheaper(positions, per_filter, size[0], _FORMED_COST, n_targets)
    )
    row_elements = positions * (per_filter + positions) if gram else size.numel()
    if not on_cpu(source):
        row_elements = max(row_elements, positions * per_filter)
    step = max(1, elements_at_a_time(source, _CHUNK_ELEMENTS) // row_elements)
    dots, squares = [], []
    for start in range(0, len(source), step):
        rows = slice(start, start + step)
        if gram:
            dot, square = _gram_terms(source[rows], other[rows], weight, strides)
        else:
            formed = formed_kernels(source[rows], other[rows], size, strides, groups)
            dot, square = formed @ flat_weight, row_squares(formed)
        dots.append(dot)
        squares.append(square)
    return GradientTerms(torch.cat(dots), torch.cat(squares))


def _with_bias(
    terms: GradientTerms | None, output_grad: Tensor, bias: Tensor | None
) -> GradientTerms:
    """Add the terms of a bias, one a channel."""
    if bias is None:
        assert terms is not None
        return terms
    summed = output_grad.flatten(2).sum(2)
    dot, squares = summed @ bias.t(), row_squares(summed)
    if terms is None:
        return GradientTerms(dot, squares)
    return GradientTerms(terms.dot + dot, terms.squared_norm + squares)


class ConvolutionRule:
    """The row's weight gradient is its input correlated with its output gradient."""

    parameters = frozenset({"weight", "bias"})
    several_targets = True

    def serves(self, layer: nn.Module) -> bool:
        """Every convolution."""
        return True

    def terms(
        self, layer: Any, inputs: Tensor, output_grad: Tensor, target: Mapping[str, Tensor]
    ) -> GradientTerms:
        """See :class:`LayerRule`."""
        terms = None
        if "weight" in target:
            strides = {"stride": layer.stride, "dilation": layer.dilation, "padding": layer.padding}
            if layer.padding_mode != "zeros" or isinstance(layer.padding, str):
                mode = "constant" if layer.padding_mode == "zeros" else layer.padding_mode
                inputs = functional.pad(inputs, layer._reversed_padding_repeated_twice, mode=mode)
                strides["padding"] = (0,) * len(layer.stride)
            terms = _weight_terms(inputs, output_grad, target["weight"], strides, layer.groups)
        return _with_bias(terms, output_grad, target.get("bias"))


class TransposedConvolutionRule:
    """A transposed convolution is a convolution with input and output gradient swapped."""

    parameters = frozenset({"weight", "bias"})
    several_targets = True

    def serves(self, layer: Any) -> bool:
        """Output padding of a stride or more reaches positions that no input touches."""
        return all(p < s for p, s in zip(layer.output_padding, layer.stride, strict=True))

    def terms(
        self, layer: Any, inputs: Tensor, output_grad: Tensor, target: Mapping[str, Tensor]
    ) -> GradientTerms:
        """See :class:`LayerRule`."""
        terms = None
        if "weight" in target:
            strides = {"stride": layer.stride, "dilation": layer.dilation, "padding": layer.padding}
            terms = _weight_terms(output_grad, inputs, target["weight"], strides, layer.groups)
        return _with_bias(terms, output_grad, target.get("bias"))


for _convolution in (nn.Conv1d, nn.Conv2d, nn.Conv3d):
    register_rule(_convolution, ConvolutionRule())
for _transposed in (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d):
    register_rule(_transposed, TransposedConvolutionRule())
