"""check_settings: what of a user's skorch net cannot be followed, and what nobody has set."""

from __future__ import annotations

import inspect
from typing import Any

import skorch
from skorch.dataset import ValidSplit

from skdvgs.exceptions import InvalidInputError


def check_settings(net: skorch.NeuralNet) -> None:
    """Refuse settings that would silently mean something else here than in skorch.

    Raises
    ------
    InvalidInputError
        For weights that would not be used, and a training step that tells nobody of gradients.
    """
    if net.warm_start and getattr(net, "initialized_", False):
        raise InvalidInputError(
            "net is fitted and has warm_start=True. Every restart draws fresh weights, so those "
            "it has would not be used. Set warm_start=False, or load them in the module's "
            "__init__ to start from them each time."
        )
    if type(net).train_step is not skorch.NeuralNet.train_step and not _tells_of_gradients(net):
        raise InvalidInputError(
            f"{type(net).__name__} has a train_step of its own that does not notify of gradients, "
            "as nets that accumulate them do. Values are taken where gradients are complete. Call "
            "self.notify('on_grad_computed', named_parameters=..., batch=batch) in it before the "
            "optimiser's step."
        )


def check_workers(net: Any, n_jobs: int | None) -> None:
    """Refuse worker processes for a net with an accelerator, whose state belongs to one process.

    Raises
    ------
    InvalidInputError
        If trajectories were to run in processes of their own.
    """
    if n_jobs not in (None, 1) and getattr(net, "accelerator", None) is not None:
        raise InvalidInputError(
            f"n_jobs={n_jobs} was given with an accelerator in the net. Its state belongs to this "
            "process, and others cannot use it. Set n_jobs=None."
        )


def _tells_of_gradients(net: skorch.NeuralNet) -> bool:
    try:
        source = inspect.getsource(type(net).train_step)
    except (OSError, TypeError):  # typed in an interpreter: training shows it
        return True
    return "on_grad_computed" in source or "super()" in source


def is_default_split(net: skorch.NeuralNet) -> bool:
    """Whether a net hides a fifth of the rows because nobody said otherwise."""
    split = net.train_split
    default = inspect.signature(type(net).__init__).parameters.get("train_split")
    if default is None:
        default = inspect.signature(skorch.NeuralNet.__init__).parameters["train_split"]
    return type(split) is ValidSplit and vars(split) == vars(default.default)


def watches_validation(net: skorch.NeuralNet) -> bool:
    """Whether a callback of the user's reads a validation score."""
    callbacks = net.callbacks if isinstance(net.callbacks, (list, tuple)) else []
    for item in callbacks:
        callback = item[1] if isinstance(item, tuple) else item
        if "valid" in str(getattr(callback, "monitor", "")):
            return True
    return False
