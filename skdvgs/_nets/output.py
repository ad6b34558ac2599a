"""What a network returns: read for a few rows, checked, and y brought to its shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import skorch
import torch
from torch import Tensor, nn

from skdvgs._inputs.task import Task
from skdvgs._nets.undisturbed import undisturbed
from skdvgs.exceptions import InvalidInputError

CLASS_CRITERIA = (nn.CrossEntropyLoss, nn.NLLLoss)


_LABEL_CRITERIA = (nn.BCEWithLogitsLoss, nn.BCELoss)


_REAL_CRITERIA = (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.HuberLoss)


def read_output(net: skorch.NeuralNet, x: Any) -> Tensor | None:
    """The net's output for a few rows, in evaluation mode; None where it is no single tensor."""
    from skorch.utils import to_tensor

    with undisturbed(net), torch.no_grad():
        try:
            output = net.infer(to_tensor(x, device=net.device))
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            shape = tuple(x.shape) if hasattr(x, "shape") else type(x).__name__
            raise InvalidInputError(
                f"The network cannot read X: {error}. It was given {len(x)} rows of shape "
                f"{shape[1:] if isinstance(shape, tuple) else shape}. Check its input size."
            ) from error
    return output if isinstance(output, Tensor) else None


def check_output(net: skorch.NeuralNet, output: Tensor | None, task: Task) -> None:
    """Refuse outputs that the criterion would read as something else.

    Raises
    ------
    InvalidInputError
        If the size does not fit y, or NLLLoss and BCELoss are given logits.
    """
    if output is None:
        return  # a user's own get_loss knows what to do with it
    criterion, name = net.criterion_, type(net.criterion_).__name__
    if isinstance(criterion, CLASS_CRITERIA) and task.kind == "classification":
        _check_size(output.shape[1] if output.dim() > 1 else 1, task)
    if isinstance(criterion, nn.NLLLoss):
        _check_nll(net, output)
    if isinstance(criterion, nn.BCELoss) and not bool(((output >= 0) & (output <= 1)).all()):
        raise InvalidInputError(
            f"{name} needs probabilities, but the module returns values from "
            f"{float(output.min()):.3g} to {float(output.max()):.3g}. Its loss would be NaN. Use "
            "criterion=torch.nn.BCEWithLogitsLoss."
        )


def _check_size(size: int, task: Task) -> None:
    if size != task.n_outputs:
        raise InvalidInputError(
            f"The network has {size} outputs but y has {task.n_outputs} classes: "
            f"{np.asarray(task.classes).tolist()[:10]}. Each class needs an output. Give the "
            f"last layer {task.n_outputs}."
        )


def _check_nll(net: skorch.NeuralNet, output: Tensor) -> None:
    # skorch's classifier takes the logarithm itself, a plain NeuralNet does not.
    takes_log = isinstance(net, skorch.NeuralNetClassifier)
    sums = output.sum(1) if takes_log else output.exp().sum(1)
    positive = bool((output >= 0).all()) if takes_log else True
    if positive and torch.allclose(sums, torch.ones_like(sums), atol=1e-3):
        return
    needed = "probabilities (a last softmax)" if takes_log else "log-probabilities"
    raise InvalidInputError(
        f"NLLLoss needs {needed}, but the module's outputs look like logits: the first row is "
        f"{[round(v, 3) for v in output[0].tolist()][:10]}. Its loss would be wrong or NaN. Use "
        "criterion=torch.nn.CrossEntropyLoss."
    )


def shape_targets(net: skorch.NeuralNet, y: Any, output: Tensor | None, task: Task) -> Any:
    """Encoded y in the shape and type that the criterion compares with the output.

    Raises
    ------
    InvalidInputError
        If there is no such shape.
    """
    if output is None or isinstance(net.criterion_, CLASS_CRITERIA):
        return y
    if task.kind == "classification":
        if not isinstance(net.criterion_, _LABEL_CRITERIA + _REAL_CRITERIA):
            return y  # a criterion of the user's own: class numbers
        if task.n_outputs > 2:
            raise InvalidInputError(
                f"{type(net.criterion_).__name__} knows two classes but y has {task.n_outputs}. "
                "The others would be read as numbers. Use criterion=torch.nn.CrossEntropyLoss."
            )
        y = y.astype(np.float32)
    wanted = (len(y), *output.shape[1:])
    if int(np.prod(wanted)) != y.size:
        raise InvalidInputError(
            f"The network's output has shape {tuple(output.shape[1:])} a row, y has "
            f"{tuple(y.shape[1:])}. They are compared element by element. Give the last layer "
            f"{max(1, y[0].size)} outputs."
        )
    return y.reshape(wanted)
