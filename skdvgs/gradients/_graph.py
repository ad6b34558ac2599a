"""GraphReading: where the autograd graph of a batch uses parameters, and what can move rows.

Why a graph is enough. A rule attributes each position of a layer's output to one row, and sums
that row's products. This is the row's exact gradient if (1) the row's positions reach no other
row's loss, and (2) the network uses the layer's parameters in no other place. Both are
properties of the graph between the layer's output and the losses, which is all that autograd
itself knows of the batch:

- (2) is read off the graph of every batch: a walk that meets a parameter anywhere but below the
  calls of its own layer has found the other place.
- (1) is measured on the batch by ``RowCheck``. A graph made of the same operations on the same
  shapes moves the same positions to the same rows, so one measurement holds for every batch
  with that graph, unless one of its operations chooses positions by the values it is given.
  ``_STATIC`` names the operations that do not. A graph with any other operation (an index, a
  gather, a scatter, a sort, a function of the user's own) is measured on every batch, and so is
  one that takes the first dimension apart and has a gate (``where``, ``masked_fill``), which may
  choose by values between what stays and what was moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge, Node

_ELEMENTWISE = """
Abs Add Addcdiv Addcmul Alias Atan Atan2 BinaryCrossEntropy BinaryCrossEntropyWithLogits Celu
Ceil Clamp ClampMax ClampMin Clone Cos Cosh Detach Div Elu Erf Erfc Exp Expm1 Floor Fmod Gelu
Glu Hardshrink Hardsigmoid Hardswish Hardtanh HuberLoss LeakyRelu Lerp Log Log10 Log1P Log2
LogSigmoid Logaddexp MaskedFill Maximum Minimum Mish MseLoss Mul NanToNum NativeDropout Neg Pow
Prelu PreluKernel Reciprocal Relu Round Rsqrt Rsub Selu Sgn Sigmoid Sign Silu Sin Sinh
SmoothL1Loss SoftMarginLoss Softplus Softshrink Sqrt Square Sub Tan Tanh Threshold ToCopy Tril
Triu Where Xlogy
"""
_SHAPES = """
Cat ConstantPadNd Diagonal Expand Flip Permute PixelShuffle PixelUnshuffle ReflectionPad1D
ReflectionPad2D Repeat ReplicationPad1D ReplicationPad2D ReplicationPad3D ReshapeAlias Roll
Select Slice Split SplitWithSizes Squeeze Stack T Transpose Unbind Unfold UnsafeSplit UnsafeView
Unsqueeze View
"""
_CONTRACTIONS = """
AdaptiveAvgPool2D AdaptiveAvgPool3D AdaptiveMaxPool2D Addbmm Addmm Addmv Amax Amin AvgPool2D
AvgPool3D Baddbmm Bmm Convolution CudnnBatchNorm CudnnConvolution Cumprod Cumsum Dot
FusedRmsNorm LinalgVectorNorm Linear LogSoftmax Logsumexp Max MaxPool2DWithIndices
MaxPool3DWithIndices Mean Min MkldnnConvolution Mm Mv NativeBatchNorm NativeGroupNorm
NativeLayerNorm NllLoss NllLoss2D Norm Prod SafeSoftmax ScaledDotProductCudnnAttention
ScaledDotProductEfficientAttention ScaledDotProductFlashAttention
ScaledDotProductFlashAttentionForCpu Softmax Std Sum UpsampleBicubic2D UpsampleBilinear2D
UpsampleNearest1D UpsampleNearest2D Var VarMean
"""
_STATIC = frozenset(f"{_ELEMENTWISE} {_SHAPES} {_CONTRACTIONS}".split())
_OWN = frozenset({"_NodeBackward", "torch::autograd::AccumulateGrad"})
_GATES = frozenset({"Where", "MaskedFill", "Maximum", "Minimum"})
_APART = frozenset({"Cat", "Flip", "Roll", "Select", "Slice", "SplitWithSizes", "Split", "Unbind"})
# These choose positions by values, along one dimension.
_WITHIN_A_DIMENSION = frozenset({"Gather", "Sort", "Topk", "Kthvalue", "Median"})

# Which part of its input an operation takes, as far as shapes do not tell.
_DETAILS = {
    "Select": ("_saved_dim", "_saved_index"),
    "Slice": ("_saved_dim", "_saved_start", "_saved_end", "_saved_step"),
    "Flip": ("_saved_dims",),
    "Roll": ("_saved_dims", "_saved_shifts"),
    "Permute": ("_saved_dims",),
    "Transpose": ("_saved_dim0", "_saved_dim1"),
    "Cat": ("_saved_dim",),
    "SplitWithSizes": ("_saved_dim", "_saved_split_sizes"),
}


class Use(NamedTuple):
    """One place where a layer's parameters are used: its output and input in the graph.

    ``allowed`` holds the ``id`` of each parameter that may be met between the two.
    """

    layer: str
    output: GradientEdge
    source: GradientEdge | None
    shape: torch.Size
    allowed: frozenset[int]


class GraphReading(NamedTuple):
    """What a walk through a graph found.

    Attributes
    ----------
    key : tuple
        Equal for graphs of the same operations, parameters and layers, on the same shapes.
    may_move_rows : bool
        Whether an operation may choose positions by values.
    stray : str or None
        A layer whose parameters are used outside of its calls.
    """

    key: tuple[object, ...]
    may_move_rows: bool
    stray: str | None


@cache
def _base_name(name: str) -> str:
    """The operation of a node: AddmmBackward0 gives Addmm."""
    return name.rstrip("0123456789").removesuffix("Backward")


@cache
def _is_static(name: str) -> bool:
    return name in _OWN or (_base_name(name) in _STATIC and "Backward" in name)


def _keeps_rows(node: Any, base: str, n: int) -> bool:
    """Whether an operation by index leaves each row in place, as reading the last token does."""
    shapes = [tuple(part.shape) for part in getattr(node, "_input_metadata", ())]
    if not shapes or not shapes[0] or shapes[0][0] != n:
        return False
    if base == "Index":
        first = node._saved_indices[0]
        return (
            isinstance(first, Tensor)
            and first.dtype == torch.long
            and first.shape == (n,)
            and node._saved_self_sym_sizes[0] == n
            and bool((first == torch.arange(n, device=first.device)).all())
        )
    if base not in _WITHIN_A_DIMENSION or len(shapes[0]) < 2:
        return False
    # Negative dimensions are saved as unsigned numbers.
    return node._saved_dim not in (0, 2**64 - len(shapes[0]))


def _takes_first(node: Any) -> bool:
    """Whether a node takes the first dimension apart, or puts it together."""
    dims = getattr(node, "_saved_dims", None)
    return 0 in dims if dims is not None else getattr(node, "_saved_dim", 0) == 0


class _Walk:
    """A walk through the graph of some losses, from the top down."""

    def __init__(self, n: int, uses: Iterable[Use], owners: Mapping[int, str]) -> None:
        self._n = n
        self._owners = owners
        self._starts = {use.output.node: use for use in uses}
        self.parts: list[Any] = []
        self.moving: list[Node] = []
        self._has_gate = False
        self._apart: list[Node] = []
        self.stray: str | None = None

    def run(self, top: Any) -> None:
        """Visit every node once, and once more for each use that it is below.

        Below a use, a layer may be called whose output the use takes up: uses are nested.
        """
        seen: dict[tuple[Node, tuple[str, ...]], int] = {}
        stack: list[tuple[Any, tuple[Use, ...]]] = [(top, ())]
        while stack:
            node, within = stack.pop()
            if node is None:
                continue
            if within:
                source = within[-1].source
                if source is not None and node is source.node:
                    within = within[:-1]
            start = self._starts.get(node)
            if start is not None and start not in within:
                within = (*within, start)
            key = (node, tuple(use.layer for use in within))
            number = seen.get(key)
            if number is None:
                seen[key] = len(seen)
                self._visit(node, within)
                stack.extend((after, within) for after, _ in node.next_functions)
            else:
                self.parts.append(number)

    def _visit(self, node: Any, within: tuple[Use, ...]) -> None:
        name = node.name()
        self.parts.append(name)
        base = _base_name(name)
        if base in _DETAILS:
            self.parts += [getattr(node, attribute, None) for attribute in _DETAILS[base]]
        self._has_gate |= base in _GATES
        if base in _APART and not within and _takes_first(node):
            self._apart.append(node)
        if not within and not _is_static(name) and not _keeps_rows(node, base, self._n):
            self.moving.append(node)
        parameter = getattr(node, "variable", None)
        if parameter is not None:
            owner = self._owners.get(id(parameter))
            allowed = any(id(parameter) in use.allowed for use in within)
            if owner is not None and not allowed:
                self.stray = owner

    def may_move_rows(self) -> bool:
        """Whether an operation that moves by values has a layer's call below it."""
        stack: list[Any] = self.moving + (self._apart if self._has_gate else [])
        seen: set[Any] = {None}
        while stack:
            node = stack.pop()
            if node in self._starts or (node is not None and node.name() == "_NodeBackward"):
                return True
            if node not in seen:
                seen.add(node)
                stack.extend(after for after, _ in node.next_functions)
        return False


def read_graph(
    losses: Tensor, uses: Sequence[Use], owners: Mapping[int, str], shapes: Sequence[torch.Size]
) -> GraphReading:
    """Walk from the losses to the parameters.

    Parameters
    ----------
    losses : Tensor of shape (n,)
        Losses of the rows, with their graph.
    uses : sequence of Use
        Calls of layers found in the graph.
    owners : mapping of int to str
        The layer that serves a parameter, by the parameter's ``id``.
    shapes : sequence of Size
        Shapes of the network's input.
    """
    walk = _Walk(len(losses), uses, owners)
    walk.run(losses.grad_fn)
    calls = [(use.layer, use.shape) for use in uses]
    key = (len(losses), *shapes, *calls, *walk.parts)
    return GraphReading(key, walk.may_move_rows(), walk.stray)
