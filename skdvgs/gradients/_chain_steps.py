"""Step: a layer that a chain can run forward and backward by itself.

A step calls the kernels that autograd would call, so its results are autograd's; what it saves
is the graph, and a trip through Python for each hook.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

_aten = torch.ops.aten


class Step(NamedTuple):
    """One kind of layer.

    ``run(layer, input)`` is the layer's output in evaluation mode. ``back(layer, kept, grad)``
    is the gradient with respect to its input, from the gradient with respect to its output and
    what was kept: input or output, as ``keeps`` says.
    """

    run: Callable[[Any, Tensor], Tensor]
    back: Callable[[Any, Tensor, Tensor], Tensor]
    keeps: Literal["input", "output"] = "input"
    is_fresh: bool = True  # whether the output shares no memory with the input


def _pass_on(layer: Any, a: Tensor) -> Tensor:
    return a


def _pass_back(layer: Any, kept: Tensor, grad: Tensor) -> Tensor:
    return grad


def _shape_back(layer: Any, kept: Tensor, grad: Tensor) -> Tensor:
    return grad.reshape(kept.shape)


def _layer_norm_back(layer: Any, a: Tensor, grad: Tensor) -> Tensor:
    shape, weight, bias = list(layer.normalized_shape), layer.weight, layer.bias
    _, mean, rstd = _aten.native_layer_norm.default(a, shape, weight, bias, layer.eps)
    found: Tensor = _aten.native_layer_norm_backward.default(
        grad, a, shape, mean, rstd, weight, bias, [True, False, False]
    )[0]
    return found


def _batch_norm_run(layer: Any, a: Tensor) -> Tensor:
    layer._check_input_dim(a)
    return functional.batch_norm(
        a, layer.running_mean, layer.running_var, layer.weight, layer.bias, eps=layer.eps
    )


def _batch_norm_back(layer: Any, a: Tensor, grad: Tensor) -> Tensor:
    found: Tensor = _aten.native_batch_norm_backward.default(
        grad.contiguous(),
        a,
        layer.weight,
        layer.running_mean,
        layer.running_var,
        None,
        None,
        False,
        layer.eps,
        [True, False, False],
    )[0]
    return found


def _elu_step(alpha: Callable[[Any], float], scale: float, run: Callable[..., Tensor]) -> Step:
    """The exponential units differ in two constants."""

    def back(layer: Any, a: Tensor, grad: Tensor) -> Tensor:
        found: Tensor = _aten.elu_backward.default(grad, alpha(layer), scale, 1.0, False, a)
        return found

    return Step(run, back)


def _softmax_step(run: Callable[..., Tensor], back: Any) -> Step:
    return Step(
        lambda layer, a: run(a, layer.dim),
        lambda layer, out, grad: back(grad, out, layer.dim, out.dtype),
        keeps="output",
    )


# The constants of self-normalizing networks, arXiv:1706.02515, as torch has them.
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805

_NOTHING = Step(_pass_on, _pass_back, is_fresh=False)
_BATCH_NORM = Step(_batch_norm_run, _batch_norm_back)

STEPS: dict[type[nn.Module], Step] = {
    nn.Linear: Step(
        lambda layer, a: functional.linear(a, layer.weight, layer.bias),
        lambda layer, a, grad: grad @ layer.weight,
    ),
    nn.LayerNorm: Step(
        lambda layer, a: functional.layer_norm(
            a, layer.normalized_shape, layer.weight, layer.bias, layer.eps
        ),
        _layer_norm_back,
    ),
    nn.BatchNorm1d: _BATCH_NORM,
    nn.ReLU: Step(
        lambda layer, a: torch.relu(a),
        lambda layer, out, grad: _aten.threshold_backward.default(grad, out, 0),
        keeps="output",
    ),
    nn.Tanh: Step(
        lambda layer, a: torch.tanh(a),
        lambda layer, out, grad: _aten.tanh_backward.default(grad, out),
        keeps="output",
    ),
    nn.Sigmoid: Step(
        lambda layer, a: torch.sigmoid(a),
        lambda layer, out, grad: _aten.sigmoid_backward.default(grad, out),
        keeps="output",
    ),
    nn.Mish: Step(
        lambda layer, a: functional.mish(a),
        lambda layer, a, grad: _aten.mish_backward.default(grad, a),
    ),
    nn.SiLU: Step(
        lambda layer, a: functional.silu(a),
        lambda layer, a, grad: _aten.silu_backward.default(grad, a),
    ),
    nn.GELU: Step(
        lambda layer, a: functional.gelu(a, approximate=layer.approximate),
        lambda layer, a, grad: _aten.gelu_backward.default(grad, a, approximate=layer.approximate),
    ),
    nn.LeakyReLU: Step(
        lambda layer, a: functional.leaky_relu(a, layer.negative_slope),
        lambda layer, a, grad: _aten.leaky_relu_backward.default(
            grad, a, layer.negative_slope, False
        ),
    ),
    nn.ELU: _elu_step(lambda layer: layer.alpha, 1.0, lambda m, a: functional.elu(a, m.alpha)),
    nn.SELU: _elu_step(lambda layer: _SELU_ALPHA, _SELU_SCALE, lambda m, a: torch.selu(a)),
    nn.Softplus: Step(
        lambda layer, a: functional.softplus(a, layer.beta, layer.threshold),
        lambda layer, a, grad: _aten.softplus_backward.default(
            grad, a, layer.beta, layer.threshold
        ),
    ),
    nn.Hardtanh: Step(
        lambda layer, a: functional.hardtanh(a, layer.min_val, layer.max_val),
        lambda layer, a, grad: _aten.hardtanh_backward.default(
            grad, a, layer.min_val, layer.max_val
        ),
    ),
    nn.Softmax: _softmax_step(torch.softmax, _aten._softmax_backward_data.default),
    nn.LogSoftmax: _softmax_step(torch.log_softmax, _aten._log_softmax_backward_data.default),
    nn.Flatten: Step(
        lambda layer, a: a.flatten(layer.start_dim, layer.end_dim), _shape_back, is_fresh=False
    ),
    nn.Unflatten: Step(
        lambda layer, a: torch.unflatten(a, layer.dim, layer.unflattened_size),
        _shape_back,
        is_fresh=False,
    ),
    nn.Identity: _NOTHING,
    nn.Dropout: _NOTHING,
    nn.Dropout1d: _NOTHING,
    nn.AlphaDropout: _NOTHING,
}
STEPS[nn.ReLU6] = STEPS[nn.Hardtanh]  # a subclass with bounds of its own


def step_for(layer: nn.Module) -> Step | None:
    """The step of a layer; None where its kind or its options have none."""
    if isinstance(layer, (nn.Softmax, nn.LogSoftmax)) and layer.dim is None:
        return None
    if isinstance(layer, nn.BatchNorm1d) and not layer.track_running_stats:
        return None
    if any(type(parameter) is not nn.Parameter for parameter in own_parameters(layer)):
        return None
    return STEPS.get(type(layer))


def own_parameters(layer: nn.Module) -> list[Tensor]:
    """Parameters of a layer, those it was built without left out."""
    return [parameter for parameter in layer._parameters.values() if parameter is not None]


def has_hooks(layer: nn.Module) -> bool:
    """Whether calling a layer does more than its forward."""
    return bool(
        layer._forward_pre_hooks
        or layer._forward_hooks
        or layer._backward_pre_hooks
        or layer._backward_hooks
    )


def is_plain(layer: nn.Module) -> bool:
    """Whether calling a layer is the same as calling its kind's ``forward``."""
    return not (
        has_hooks(layer) or "forward" in vars(layer) or layer._compiled_call_impl is not None
    )
