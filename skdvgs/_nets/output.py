"""read_output: what a network returns for a few rows, checked, and y brought to its shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import skorch
import torch
from skorch.utils import to_tensor
from torch import Tensor, nn

from skdvgs._inputs.named_arrays import are_records, parts_of
from skdvgs._inputs.task import Task
from skdvgs._nets.undisturbed import undisturbed
from skdvgs._utils.types import Device, Labels
from skdvgs.exceptions import InvalidInputError

CLASS_CRITERIA = (nn.CrossEntropyLoss, nn.NLLLoss)
LABEL_CRITERIA = (nn.BCEWithLogitsLoss, nn.BCELoss)
REAL_CRITERIA = (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.HuberLoss)


def rows_on_device(rows: Any, device: Device) -> Any:
    """Rows as a tensor on a device; those of several arrays as a dict of tensors."""
    if isinstance(rows, np.ndarray):
        if are_records(rows):
            parts = parts_of(rows).items()
            return {name: to_tensor(part.copy(), device=device) for name, part in parts}
        # Torch warns of arrays that it must not write to, e.g. those of files; it never would.
        rows = rows if rows.flags.writeable else rows.copy()
    return to_tensor(rows, device=device)


def read_output(net: skorch.NeuralNet, x: Any) -> Tensor | None:
    """The net's output for a few rows, in evaluation mode; None where it is no single tensor."""
    with undisturbed(net), torch.no_grad():
        try:
            output = net.infer(rows_on_device(x, net.device))
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            raise InvalidInputError(
                f"The network cannot read X: {error}. It was given {len(x)} rows {_shape_of(x)}"
            ) from error
    return output if isinstance(output, Tensor) else None


def _shape_of(x: Any) -> str:
    if are_records(x):
        shapes = {name: x.dtype[name].shape for name in x.dtype.names}
        return (
            f"as keyword arguments of shapes {shapes}. Its forward needs arguments of these names."
        )
    return f"of shape {tuple(x.shape[1:])}. Check its input size."


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
        if output.dim() > 2:
            raise InvalidInputError(
                f"The network's output has shape {tuple(output.shape[1:])} a row, but y has one "
                f"label a row. {name} wants a number for each class. Pool the positions in the "
                "module's forward, or pass y of shape (n_samples, n_positions)."
            )
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
    criterion = net.criterion_
    is_known = isinstance(criterion, LABEL_CRITERIA + REAL_CRITERIA)
    if task.kind == "tags":
        _check_tags(criterion, y, output)
        return y
    if output is None or isinstance(criterion, CLASS_CRITERIA):
        return y
    if are_records(y):
        if not is_known:
            return y  # a criterion of the user's own is given the features by name
        raise InvalidInputError(
            f"y is None, and {type(criterion).__name__} compares the network's output with the "
            f"features, but X holds the arrays {list(y.dtype.names)}. Pass y, or a criterion of "
            "your own, which is given a dict of them."
        )
    if task.kind == "classification":
        if not is_known:
            return y  # a criterion of the user's own: class numbers
        if task.n_outputs > 2:
            raise InvalidInputError(
                f"{type(criterion).__name__} knows two classes but y has {task.n_outputs}. "
                "The others would be read as numbers. Use criterion=torch.nn.CrossEntropyLoss."
            )
        y = y.astype(np.float32)
    wanted = (len(y), *output.shape[1:])
    if int(np.prod(wanted)) != y.size:
        if not is_known:
            return y
        raise InvalidInputError(
            f"The network's output has shape {tuple(output.shape[1:])} a row, y has "
            f"{tuple(y.shape[1:])}. They are compared element by element. Give the last layer "
            f"{max(1, y[0].size)} outputs."
        )
    if y.ndim > 2 and _without_ones(y.shape[1:]) != _without_ones(output.shape[1:]):
        raise InvalidInputError(
            f"The network's output has shape {tuple(output.shape[1:])} a row, y has "
            f"{tuple(y.shape[1:])}: as many numbers in another order. They are compared element by "
            "element. Transpose y."
        )
    return y.reshape(wanted)


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def _check_tags(criterion: nn.Module, y: Labels, output: Tensor | None) -> None:
    """Refuse class numbers of positions that the criterion cannot compare with the output."""
    name = type(criterion).__name__
    if isinstance(criterion, LABEL_CRITERIA + REAL_CRITERIA):
        raise InvalidInputError(
            f"y holds a class number for each position of a row, which {name} would compare as "
            "numbers. Use criterion=torch.nn.CrossEntropyLoss, or task='regression'."
        )
    if not isinstance(criterion, CLASS_CRITERIA) or output is None:
        return
    if output.dim() < 3 or tuple(output.shape[2:]) != y.shape[1:]:
        raise InvalidInputError(
            f"The network's output has shape {tuple(output.shape[1:])} a row, y has "
            f"{y.shape[1:]}. {name} wants (n_classes, {', '.join(map(str, y.shape[1:]))}): the "
            "classes come before the positions. Transpose the output in the module's forward."
        )
    is_ignored = y == criterion.ignore_index
    odd = y[~is_ignored & ((y < 0) | (y >= output.shape[1]))]
    if len(odd):
        raise InvalidInputError(
            f"y holds the class number {odd[0]}, but the network has {output.shape[1]} outputs a "
            f"position. Classes count from 0, and {criterion.ignore_index} leaves a position out. "
            "Number them so, or give the last layer more outputs."
        )
    n_empty = int(is_ignored.reshape(len(y), -1).all(axis=1).sum())
    if n_empty:
        raise InvalidInputError(
            f"{n_empty} rows of y hold nothing but {criterion.ignore_index}, which {name} leaves "
            "out. Such a row has no loss, and no value. Leave these rows out."
        )
