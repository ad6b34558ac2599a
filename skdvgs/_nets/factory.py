"""NetFactory: all that making a trajectory's network takes, so that any process can do it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import skorch
import torch
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight
from torch import Tensor, nn

from skdvgs._inputs.task import Rows, Task
from skdvgs._nets.build import build_net, initialize
from skdvgs._nets.output import check_output, read_output, shape_targets
from skdvgs._utils.random_state import seeded
from skdvgs.exceptions import InvalidInputError


@dataclass(frozen=True)
class NetFactory:
    """How to build a network, as often as it is needed.

    Attributes
    ----------
    net : None, Module subclass or skorch net
        The valuer's parameter `net`.
    task : Task
        What is learnt, fixed on this target set.
    n_features : int
        Numbers a row holds.
    settings : mapping
        ``lr``, ``max_epochs``, ``batch_size``, ``device``; None leaves the net's own.
    class_weight : Tensor of shape (n_classes,) or None
        Weights of the classes in the target loss.
    seed : int
        Seed of the initial weights.
    """

    net: Any
    task: Task
    n_features: int
    settings: Mapping[str, Any]
    class_weight: Tensor | None
    seed: int

    def build(self) -> skorch.NeuralNet:
        """A net whose weights are not drawn yet."""
        return build_net(self.net, self.task, self.n_features, self.settings, self.class_weight)

    def build_with(self, state: Mapping[str, NDArray[Any]]) -> skorch.NeuralNet:
        """A net with given weights and buffers; those that are not given are drawn by the seed."""
        net = self.build()
        with seeded(self.seed, net.device):
            initialize(net)
        load_state(net, state)
        return net


def load_state(net: skorch.NeuralNet, state: Mapping[str, NDArray[Any]]) -> None:
    """Give a net weights and buffers that :func:`read_state` read, all or some of them.

    Raises
    ------
    InvalidInputError
        If the net has none of a name.
    """
    # Copied: arrays that came from another process may not be written to.
    tensors = {name: torch.tensor(value) for name, value in state.items()}
    unknown = net.module_.load_state_dict(tensors, strict=False).unexpected_keys
    if unknown:
        raise InvalidInputError(
            f"The network has no {unknown[0]!r}, which it had in fit. Weights of another network "
            "cannot be used. Build the same one, or fit again."
        )


def read_state(net: skorch.NeuralNet) -> dict[str, NDArray[Any]]:
    """Weights and buffers of a net, copied."""
    return {name: to_numpy(value) for name, value in net.module_.state_dict().items()}


def read_trained(net: skorch.NeuralNet, trained: Collection[int]) -> dict[str, NDArray[Any]]:
    """Those weights whose ``id`` is among `trained`, and all buffers, copied.

    Frozen weights of a large network need not be kept at every checkpoint.
    """
    state = net.module_.state_dict(keep_vars=True)
    return {
        name: to_numpy(value)
        for name, value in state.items()
        if not isinstance(value, nn.Parameter) or id(value) in trained
    }


def to_numpy(value: Tensor) -> NDArray[Any]:
    """A tensor as an array of its own; numpy has no bfloat16."""
    value = value.detach().cpu()
    return (value.float() if value.dtype == torch.bfloat16 else value).numpy().copy()


def class_weights(class_weight: Any, task: Task, target: Rows) -> Tensor | None:
    """Weights in the order of the classes; 1 for a class the target set lacks.

    Raises
    ------
    InvalidInputError
        If weights were asked for where there are no classes.
    """
    if class_weight is None:
        return None
    if task.kind != "classification":
        raise InvalidInputError(
            f"class_weight={class_weight!r} was given but the task is {task.kind}. Only classes "
            "have weights. Leave class_weight=None."
        )
    classes = np.asarray(task.classes)
    present = np.unique(target.y)
    weights = np.ones(len(classes))
    weights[np.isin(classes, present)] = compute_class_weight(
        class_weight, classes=present, y=target.y
    )
    return torch.as_tensor(weights, dtype=torch.float32)


class TargetEncoder:
    """Brings labels and targets to the shape and type that a net's criterion wants.

    Parameters
    ----------
    net : skorch net
        Initialised.
    task : Task
        Kind of task, and its classes.
    X : array of shape (n_samples, ...)
        Some rows for it to read.
    """

    def __init__(self, net: skorch.NeuralNet, task: Task, X: Any) -> None:
        self._net, self._task = net, task
        self._output = read_output(net, X[:2])
        check_output(net, self._output, task)

    def __call__(self, rows: Rows) -> Any:
        """Encoded y of some rows."""
        return shape_targets(self._net, self._task.encode(rows), self._output, self._task)
