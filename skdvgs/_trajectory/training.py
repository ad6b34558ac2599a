"""Train on the target set, and stop at every checkpoint on the way: :func:`train`.

Training is skorch's own loop. It knows nothing of the source rows: at a checkpoint it hands the
network, with the target gradient in ``.grad``, to a function that scores them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import skorch
from numpy.typing import NDArray

from skdvgs._inputs.named_arrays import parts_of
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._utils.random_state import interrupts
from skdvgs.exceptions import TrainingDivergedError


def train(
    net: skorch.NeuralNet,
    X: Any,
    y: Any,
    on_checkpoint: Callable[[Checkpoint], bool],
    compute_every: int = 1,
    name: str = "restart 1",
) -> NDArray[np.float64]:
    """Train a net and stop at every checkpoint.

    Parameters
    ----------
    net : skorch net
        Initialised; afterwards it is trained.
    X, y : arrays of shape (n_target, ...)
        The target set, encoded for the net. Records reach it as a dict of arrays.
    on_checkpoint : callable
        ``on_checkpoint(checkpoint)``; the network is as skorch has it, in training mode. Training
        ends after the step when it returns True.
    compute_every : int
        Optimiser steps from one checkpoint to the next.
    name : str
        Name of the trajectory in messages.

    Returns
    -------
    array of shape (n_checkpoints,)
        Loss of the target batch at each checkpoint.

    Raises
    ------
    TrainingDivergedError
        If the loss or the gradient becomes NaN or infinite.
    KeyboardInterrupt
        On Ctrl-C. skorch swallows it; callbacks such as EarlyStopping raise it to end
        training, and those do end it.
    """
    callback = CheckpointCallback(on_checkpoint, compute_every, name)
    with interrupts() as interrupted:
        # First, so that it sees the gradient before a user's callback clips it.
        net.callbacks_.insert(0, ("skdvgs", callback))
        try:
            net.partial_fit(parts_of(X), parts_of(y))
        finally:
            net.callbacks_.remove(("skdvgs", callback))
        if interrupted:
            raise KeyboardInterrupt
    return np.asarray(callback.losses, dtype=np.float64)


def _learning_rate(optimizer: Any) -> float:
    """The rate that all parameters share; NaN if they have several."""
    rates = {float(group["lr"]) for group in optimizer.param_groups}
    return rates.pop() if len(rates) == 1 else float("nan")


def _accumulates(net: Any) -> bool:
    """Whether accelerate adds further batches to the gradient before a step is made."""
    return not getattr(getattr(net, "accelerator", None), "sync_gradients", True)


class CheckpointCallback(skorch.callbacks.Callback):  # type: ignore[misc]
    """Calls ``on_checkpoint`` at every ``compute_every``-th optimiser step, before the step.

    Parameters
    ----------
    on_checkpoint : callable
        Called with a Checkpoint; True ends the training.
    compute_every : int
        Optimiser steps from one checkpoint to the next.
    name : str
        Name of the trajectory in messages.

    Attributes
    ----------
    losses : list of float
        Loss of the target batch at each checkpoint so far.
    """

    def __init__(
        self, on_checkpoint: Callable[[Checkpoint], bool], compute_every: int, name: str
    ) -> None:
        self.on_checkpoint = on_checkpoint
        self.compute_every = compute_every
        self.name = name
        self.losses: list[float] = []
        self._step = 0
        self._new_step = False
        self._is_last = False

    def on_batch_begin(self, net: Any, batch: Any = None, training: bool = False, **_: Any) -> None:
        """Note that the next gradient is the first of a step: LBFGS computes several."""
        self._new_step = bool(training)

    def on_grad_computed(self, net: Any, named_parameters: Any, **_: Any) -> None:
        """Hand over the target gradient, if a checkpoint is due."""
        if not self._new_step or _accumulates(net):
            return
        self._new_step = False
        step, self._step = self._step, self._step + 1
        if step % self.compute_every:
            return
        gradient = {
            name: p.grad
            for name, p in net.module_.named_parameters()
            if p.grad is not None and p.requires_grad
        }
        if not all(bool(grad.isfinite().all()) for grad in gradient.values()):
            self._stop("gradient is not finite", step)
        self.losses.append(np.nan)  # known at the end of the batch
        checkpoint = Checkpoint(
            len(self.losses) - 1, gradient, learning_rate=_learning_rate(net.optimizer_)
        )
        self._is_last = self.on_checkpoint(checkpoint)

    def on_batch_end(self, net: Any, batch: Any = None, training: bool = False, **kw: Any) -> None:
        """Check the loss of the step that was just made."""
        if not training or "loss" not in kw:
            return
        loss = kw["loss"].item()
        if not np.isfinite(loss):
            self._stop(f"loss is {loss}", self._step - 1)
        if self.losses and np.isnan(self.losses[-1]):
            self.losses[-1] = loss
        if self._is_last:
            raise KeyboardInterrupt  # how callbacks end skorch's training

    def _stop(self, what: str, step: int) -> None:
        raise TrainingDivergedError(
            f"The target {what} at optimiser step {step} of {self.name}, near checkpoint "
            f"{max(0, len(self.losses) - 1)}. Values from there on would be NaN. Lower "
            "lr, or scale the features."
        )
