"""Train on the target set and stop at every checkpoint on the way.

Training is skorch's own loop. It knows nothing of the source: at a checkpoint it hands the
network, with the target gradient in ``.grad``, to whoever asked to see it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import skorch
from numpy.typing import NDArray

from skdvgs._nets.build import initialize
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._utils.random_state import interrupts, seeded
from skdvgs.exceptions import TrainingDivergedError


@dataclass
class Recorded:
    """What training leaves behind: the target loss of the batch at each checkpoint."""

    losses: list[float] = field(default_factory=list)

    def loss_array(self) -> NDArray[np.float64]:
        """Losses as an array of shape (n_checkpoints,)."""
        return np.asarray(self.losses, dtype=np.float64)


class CheckpointCallback(skorch.callbacks.Callback):
    """Calls ``visit`` at every ``compute_every``-th optimiser step, before the step.

    Parameters
    ----------
    visit : callable
        ``visit(checkpoint)``; the network is as skorch has it, in training mode. Training ends
        after the step when it returns True.
    compute_every : int
        Optimiser steps from one checkpoint to the next.
    name : str
        Which trajectory this is, for messages.
    """

    def __init__(self, visit: Callable[[Checkpoint], bool], compute_every: int, name: str) -> None:
        self.visit = visit
        self.compute_every = compute_every
        self.name = name
        self.recorded = Recorded()
        self._step = 0
        self._new_step = False
        self._is_last = False

    def on_batch_begin(self, net: Any, batch: Any = None, training: bool = False, **_: Any) -> None:
        """Note that the next gradient is the first of a step: LBFGS computes several."""
        self._new_step = bool(training)

    def on_grad_computed(self, net: Any, named_parameters: Any, **_: Any) -> None:
        """Hold the target gradient, if a checkpoint is due."""
        if not self._new_step:
            return
        self._new_step = False
        step, self._step = self._step, self._step + 1
        if step % self.compute_every:
            return
        gradient = {
            name: p.grad for name, p in net.module_.named_parameters() if p.grad is not None
        }
        if not all(bool(grad.isfinite().all()) for grad in gradient.values()):
            self._stop("gradient is not finite", step)
        self.recorded.losses.append(np.nan)  # known at the end of the batch
        self._is_last = self.visit(Checkpoint(len(self.recorded.losses) - 1, step, gradient))

    def on_batch_end(self, net: Any, batch: Any = None, training: bool = False, **kw: Any) -> None:
        """Check the loss of the step that was just made."""
        if not training or "loss" not in kw:
            return
        loss = kw["loss"].item()
        if not np.isfinite(loss):
            self._stop(f"loss is {loss}", self._step - 1)
        if self.recorded.losses and np.isnan(self.recorded.losses[-1]):
            self.recorded.losses[-1] = loss
        if self._is_last:
            raise KeyboardInterrupt  # how callbacks end skorch's training

    def _stop(self, what: str, step: int) -> None:
        raise TrainingDivergedError(
            f"The target {what} at optimiser step {step} of {self.name}, near checkpoint "
            f"{max(0, len(self.recorded.losses) - 1)}. Values from there on would be NaN. Lower "
            "lr, or scale the features."
        )


@dataclass(frozen=True)
class Start:
    """What a trajectory needs once the weights are drawn: the target set, and its visitor."""

    X: Any
    y: Any
    visit: Callable[[Checkpoint], bool]


def follow(
    net: skorch.NeuralNet,
    seed: int,
    start: Callable[[skorch.NeuralNet], Start],
    compute_every: int = 1,
    name: str = "restart 0",
) -> Recorded:
    """Initialise a net and train it, visiting every checkpoint.

    Parameters
    ----------
    net : skorch net
        Not yet initialised; afterwards it is trained.
    seed : int
        Of every random draw: weights, order of batches, dropout.
    start : callable
        ``start(net)``, called once the weights are drawn, returns a :class:`Start`.
    compute_every : int
        Optimiser steps from one checkpoint to the next.
    name : str
        For messages.

    Returns
    -------
    Recorded

    Raises
    ------
    TrainingDivergedError
        If the loss or the gradient becomes NaN or infinite.
    KeyboardInterrupt
        On Ctrl-C. skorch swallows it; callbacks such as EarlyStopping raise it to end
        training, and those do end it.
    """
    with seeded(seed, net.device), interrupts() as interrupted:
        initialize(net)
        begin = start(net)
        callback = CheckpointCallback(begin.visit, compute_every, name)
        # First, so that it sees the gradient before a user's callback clips it.
        net.callbacks_.insert(0, ("skdvgs", callback))
        try:
            net.partial_fit(begin.X, begin.y)
        finally:
            net.callbacks_.remove(("skdvgs", callback))
        if interrupted:
            raise KeyboardInterrupt
    return callback.recorded
