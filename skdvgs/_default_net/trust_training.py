"""TrustNet: skorch trains the default network on all rows at once, the noise layer in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import skorch
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from skdvgs._utils.types import Labels

# Optimiser iterations of one epoch.
_ITERATIONS = 30


class TrustNet(skorch.NeuralNet):  # type: ignore[misc]
    """A skorch net whose module has a prior: the loss is minus the mean log-posterior of a row."""

    def get_loss(self, y_pred: Tensor, y_true: Any, *args: Any, **kwargs: Any) -> Tensor:
        """Mean loss of the rows, and the module's penalty shared among them."""
        loss = super().get_loss(y_pred, y_true, *args, **kwargs)
        total: Tensor = loss + self.module_.penalty() / len(y_pred)
        return total


class RecordStates(skorch.callbacks.Callback):  # type: ignore[misc]
    """Updates the noise layer after each epoch, and records the weights from some epoch on.

    Each recorded state is a checkpoint: values are means over them.

    Parameters
    ----------
    from_epoch : int
        First epoch whose weights are recorded, counted from 1.
    noise_data : tuple of Tensors or None
        What the module's ``update_noise`` is given; None for a module without one.

    Attributes
    ----------
    states : list of dict of str to Tensor
        Weights and buffers after each recorded epoch.
    """

    def __init__(self, from_epoch: int, noise_data: tuple[Tensor, ...] | None) -> None:
        self.from_epoch, self.noise_data = from_epoch, noise_data
        self.states: list[dict[str, Tensor]] = []

    def on_epoch_end(self, net: Any, *_: Any, **__: Any) -> None:
        """Update the noise layer and record."""
        epoch = len(net.history)
        if self.noise_data is not None:
            net.module_.update_noise(*self.noise_data, choose_strength=epoch >= self.from_epoch)
            # The loss is another one now: what the optimiser knows of its curvature is out of date.
            net.optimizer_.state.clear()
        if epoch >= self.from_epoch:
            state = net.module_.state_dict()
            self.states.append({name: value.clone() for name, value in state.items()})


class WholeSet:
    """All rows at once, in place of a DataLoader, which would fetch them one by one.

    Parameters
    ----------
    dataset : skorch.dataset.Dataset
        With a mapping of arrays as its X.
    batch_size : int
        Not used.
    """

    def __init__(self, dataset: Any, batch_size: int) -> None:
        inputs = {name: torch.as_tensor(part) for name, part in dataset.X.items()}
        self._batch = inputs, torch.as_tensor(dataset.y)

    def __iter__(self) -> Iterator[Any]:
        """One batch."""
        return iter([self._batch])


class MinusMean(nn.Module):
    """Loss of a module that returns the log-density of each row."""

    def forward(self, log_density: Tensor, _: Any) -> Tensor:
        """Minus the mean."""
        return -log_density.mean()


def train_trust(
    module: type[nn.Module],
    sizes: Mapping[str, Any],
    criterion: type[nn.Module],
    inputs: Mapping[str, NDArray[Any]],
    y: Labels,
    callback: RecordStates,
    settings: Mapping[str, Any],
) -> TrustNet:
    """Train a trust layer and its pool on all rows.

    Parameters
    ----------
    module : type
        :class:`ClassTrust` or :class:`NumberTrust`.
    sizes : mapping of str to object
        Arguments of the module.
    criterion : type
        Class of the loss; it gets the module's output and `y`.
    inputs : mapping of str to array of shape (n_samples, ...)
        Arguments of the module's ``forward``.
    y : array of shape (n_samples, ...)
        Class numbers or targets of the criterion.
    callback : RecordStates
        Records the checkpoints.
    settings : mapping of str to object
        ``max_epochs``, and any other setting of a skorch net.

    Returns
    -------
    TrustNet
        Trained.
    """
    net = TrustNet(
        module,
        criterion=criterion,
        optimizer=torch.optim.LBFGS,
        optimizer__max_iter=_ITERATIONS,
        optimizer__line_search_fn="strong_wolfe",
        lr=1.0,
        iterator_train=WholeSet,
        batch_size=-1,
        train_split=None,
        callbacks=[("record", callback)],
        callbacks__print_log=None,
        verbose=0,
        **{f"module__{name}": value for name, value in sizes.items()},
    ).set_params(**settings)
    found: TrustNet = net.fit(dict(inputs), y)
    return found
