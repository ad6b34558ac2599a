"""build_net: a network made ready to train on the target set."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
import skorch
import torch
from numpy.typing import NDArray
from sklearn.base import clone
from skorch.dataset import Dataset
from skorch.helper import predefined_split
from torch import Tensor, nn
from torch.utils.data import DataLoader, default_collate

from skdvgs._inputs.targets import ANY, CLASS_NUMBERS
from skdvgs._inputs.task import Task
from skdvgs._nets.output import CLASS_CRITERIA, LABEL_CRITERIA, REAL_CRITERIA
from skdvgs._nets.paper_net import NAMED_NETS, PAPER_TRAINING, PaperNet, net_by_name
from skdvgs._nets.settings import check_settings, is_default_split, watches_validation
from skdvgs._nets.validation import EncodedRows, validation_rows
from skdvgs._utils.types import Device
from skdvgs.exceptions import InvalidInputError, UnsupportedModuleError
from skdvgs.gradients._plan import check_module

# Settings of nets that are not a user's own skorch net.
DEFAULTS = {"lr": 1e-3, "max_epochs": 100, "batch_size": 64}


class ArrayDataset(Dataset):  # type: ignore[misc]
    """Rows by the batch: skorch's Dataset reads and stacks them one by one."""

    def __getitems__(self, rows: list[int]) -> tuple[Any, Any]:
        """Several rows at once, as the tensors that a DataLoader would make of them."""
        index = np.asarray(rows)
        # Rows to predict have no labels; skorch puts zeros in their place.
        y = torch.zeros(len(index)) if self.y is None else _tensors_of(self.y, index)
        return _tensors_of(self.X, index), y


def _tensors_of(part: Any, index: NDArray[np.intp]) -> Any:
    if isinstance(part, dict):
        return {name: torch.as_tensor(array[index]) for name, array in part.items()}
    return torch.as_tensor(part[index])


def as_is(batch: Any) -> Any:
    """Collate function for batches that the data set has put together; others are a list yet."""
    return default_collate(batch) if isinstance(batch, list) else batch


def check_net(net: Any) -> None:
    """Refuse what cannot be restarted from fresh weights.

    Raises
    ------
    InvalidInputError
        If ``net`` is neither None, a known name, a Module subclass nor a skorch net on such a
        class.
    """
    module = net.module if isinstance(net, skorch.NeuralNet) else net
    if isinstance(module, nn.Module):
        raise InvalidInputError(
            f"net is an instance of {type(module).__name__}. It would be trained in place and "
            "every restart would start from the same weights. Pass the class and its arguments, "
            f"e.g. skorch.NeuralNetClassifier({type(module).__name__}, module__width=10)."
        )
    if isinstance(net, skorch.NeuralNet):
        check_settings(net)
    if net is None or isinstance(net, skorch.NeuralNet):
        return
    if isinstance(net, str) and net in NAMED_NETS:
        return
    if not (isinstance(net, type) and issubclass(net, nn.Module)):
        raise InvalidInputError(
            f"The 'net' parameter must be None, a torch.nn.Module subclass or a skorch "
            f"NeuralNet, or {' or '.join(map(repr, NAMED_NETS))}. Got {net!r} instead."
        )


def n_parameters(net: skorch.NeuralNet) -> int:
    """Count the weights of an initialised net."""
    return sum(p.numel() for p in net.module_.parameters())


def task_of_net(net: Any, task: str) -> str:
    """The task a user's net was built for, where the caller leaves it open.

    It is one of the valuer's tasks, or CLASS_NUMBERS or ANY, where it depends on y.
    """
    if net is None or isinstance(net, str) or task not in ("auto", "classification"):
        return task
    if not isinstance(net, skorch.NeuralNet):
        return ANY if task == "auto" else CLASS_NUMBERS
    criterion = net.criterion if isinstance(net.criterion, type) else type(net.criterion)
    if issubclass(criterion, CLASS_CRITERIA):
        return CLASS_NUMBERS
    if isinstance(net, (skorch.NeuralNetClassifier, skorch.NeuralNetBinaryClassifier)):
        return "classification"
    if task == "auto" and isinstance(net, skorch.NeuralNetRegressor):
        return "regression"
    is_known = issubclass(criterion, LABEL_CRITERIA + REAL_CRITERIA)
    return ANY if task == "auto" and not is_known else task


def build_net(
    net: Any,
    task: Task,
    n_features: int,
    settings: Mapping[str, Any],
    class_weight: Tensor | None,
) -> skorch.NeuralNet:
    """An uninitialised skorch net, ready for :func:`initialize`.

    Parameters
    ----------
    net : None, Module subclass or skorch net
        The valuer's parameter `net`.
    task : Task
        Kind of task, and its classes.
    n_features : int
        Columns of the net's input.
    settings : mapping
        ``lr``, ``max_epochs``, ``batch_size`` and ``device``; None leaves the net's own.
    class_weight : Tensor of shape (n_classes,) or None
        Weights of the classes in the target loss.
    """
    given = {key: value for key, value in settings.items() if value is not None}
    net = net_by_name(net)
    if isinstance(net, skorch.NeuralNet):
        built = _own_net(net, task).set_params(**given)
    else:
        built = _wrapped(net, task, n_features).set_params(**given)
    check_device(built.device)
    if class_weight is not None:
        criterion = built.criterion if isinstance(built.criterion, type) else type(built.criterion)
        if not issubclass(criterion, CLASS_CRITERIA):
            raise InvalidInputError(
                f"class_weight cannot be given to {criterion.__name__}. It needs one weight a "
                "class. Use CrossEntropyLoss, or leave class_weight=None and weight the loss "
                "in the net."
            )
        built.set_params(criterion__weight=class_weight)
    return built


def _wrapped(net: type[nn.Module], task: Task, n_features: int) -> skorch.NeuralNet:
    """The default network, or a user's Module class, with our training settings."""
    sizes = {"n_features": n_features, "n_outputs": task.n_outputs}
    accepted = inspect.signature(net.__init__).parameters
    criteria = {
        "classification": nn.CrossEntropyLoss,
        "tags": nn.CrossEntropyLoss,
        "multilabel": nn.BCEWithLogitsLoss,
    }
    return skorch.NeuralNet(
        net,
        criterion=criteria.get(task.kind, nn.MSELoss),
        optimizer=torch.optim.Adam,
        iterator_train__shuffle=True,
        train_split=None,
        callbacks="disable",
        verbose=0,
        **(PAPER_TRAINING if net is PaperNet else DEFAULTS),
        **{f"module__{name}": size for name, size in sizes.items() if name in accepted},
        **_batch_reading(),
    )


def _own_net(net: skorch.NeuralNet, task: Task) -> skorch.NeuralNet:
    """A fresh copy of a user's skorch net, with only what valuing cannot do without changed."""
    # skorch nets clone like any estimator; a fitted one comes back untrained.
    built: skorch.NeuralNet = clone(net)
    changes: dict[str, Any] = {"verbose": 0, "warm_start": False}
    if is_default_split(built) and not watches_validation(built):
        # skorch hides a fifth of the rows by default; here they are all meant for training.
        changes["train_split"] = None
    elif (rows := validation_rows(built)) is not None:
        changes["train_split"] = predefined_split(EncodedRows(rows, built, task))
    plain = built.dataset is Dataset and built.iterator_train is DataLoader
    if plain and "iterator_train__collate_fn" not in built.get_params():
        changes |= _batch_reading()
    return built.set_params(**changes)


def _batch_reading() -> dict[str, Any]:
    return {
        "dataset": ArrayDataset,
        "iterator_train__collate_fn": as_is,
        "iterator_valid__collate_fn": as_is,
    }


def device_of(net: Any, device: Device) -> Device:
    """Where a network computes: as the valuer says, else as a skorch net says for itself."""
    return getattr(net, "device", None) if device is None else device


def check_device(device: Device) -> None:
    """Refuse a device that this machine does not have.

    Raises
    ------
    InvalidInputError
        Naming the device.
    """
    try:
        torch.empty(1, device=device or "cpu")
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise InvalidInputError(
            f"device={str(device)!r} cannot be used here: {str(error).splitlines()[0]}. Values are "
            "computed where the device says. Use device='cpu', or install torch for this device."
        ) from error


def initialize(net: skorch.NeuralNet) -> skorch.NeuralNet:
    """Draw fresh weights and check that the net is one the method can follow.

    Raises
    ------
    InvalidInputError
        If the module needs an argument that nobody gives, or is given one that it does not know.
    UnsupportedModuleError
        If parameters to learn lie outside ``module_`` and the criterion.
    """
    try:
        net.initialize()
    except TypeError as error:
        _explain_arguments(net, error)
        raise
    finally:
        # skorch and torch fail on a lazy module in ways that do not say so.
        if isinstance(getattr(net, "module_", None), nn.Module):
            check_module(net.module_)
    if net.device is None:
        # skorch leaves the module where it was made; rows have to come there.
        net.device = next((str(p.device) for p in net.module_.parameters()), "cpu")
    outside = [
        name
        for name in getattr(net, "_modules", [])
        if name != "module" and any(p.requires_grad for p in getattr(net, f"{name}_").parameters())
    ]
    if outside:
        raise UnsupportedModuleError(
            f"The net learns parameters in {outside} beside its module. Their gradients would be "
            "left out. Make them part of one module."
        )
    return net


def _explain_arguments(net: skorch.NeuralNet, error: TypeError) -> None:
    """Say what to do where the module's constructor was called with the wrong arguments."""
    given = net.get_params_for("module")
    try:
        signature = inspect.signature(net.module)
    except ValueError:  # a constructor that cannot be asked
        return
    try:
        signature.bind(**given)
    except TypeError as mismatch:
        name = getattr(net.module, "__name__", repr(net.module))
        needed = [
            parameter.name
            for parameter in signature.parameters.values()
            if parameter.default is parameter.empty
            and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ]
        example = "".join(f", module__{argument}=..." for argument in needed)
        raise InvalidInputError(
            f"{name} cannot be built with {', '.join(given) or 'no arguments'}: {mismatch}. A "
            "Module class is given n_features and n_outputs where it names them, a skorch net's "
            "what is set as module__NAME. Give other arguments a default, or pass "
            f"skorch.NeuralNet({name}{example}, criterion=...)."
        ) from error
