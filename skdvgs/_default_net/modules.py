"""The networks used where a user gives none."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from skdvgs._default_net.head_training import HEAD_STEPS, head_learning_rate
from skdvgs._inputs.task import Task


class DefaultHead(nn.Module):
    """A linear layer that starts at zero, on features that hold a constant column.

    At zero every class is as likely as any other, so the first target gradient is already that
    of the question asked, and two runs on the same target set are equal.

    Parameters
    ----------
    n_features, n_outputs : int
        Sizes of input and output.
    """

    def __init__(self, n_features: int, n_outputs: int) -> None:
        super().__init__()
        self.output = nn.Linear(n_features, n_outputs, bias=False)
        nn.init.zeros_(self.output.weight)

    def forward(self, X: Tensor) -> Tensor:
        """Logits, or numbers, of shape (n_samples, n_outputs)."""
        return self.output(X)


class DefaultAutoencoder(nn.Module):
    """Features through a narrow layer and back.

    Parameters
    ----------
    n_features, n_outputs : int
        Sizes of input and output.
    width : int
        Units of the outer hidden layers; the narrow one has a quarter.
    """

    def __init__(self, n_features: int, n_outputs: int, width: int = 256) -> None:
        super().__init__()
        narrow = max(2, min(width // 4, n_features // 2))
        self.layers = nn.Sequential(
            nn.Linear(n_features, width),
            nn.Mish(),
            nn.Linear(width, narrow),
            nn.Mish(),
            nn.Linear(narrow, width),
            nn.Mish(),
            nn.Linear(width, n_outputs),
        )

    def forward(self, X: Tensor) -> Tensor:
        """Reconstructed features, shape (n_samples, n_outputs)."""
        return self.layers(X)


def default_module(task: Task) -> tuple[type[nn.Module], type[torch.optim.Optimizer]]:
    """Network and optimiser for a task."""
    if task.kind == "reconstruction":
        return DefaultAutoencoder, torch.optim.Adam
    return DefaultHead, torch.optim.SGD


def default_settings(task: Task, features: NDArray[np.float32]) -> dict[str, Any]:
    """Training of the default network that differs from that of any other.

    Parameters
    ----------
    task : Task
        What is learnt.
    features : array of shape (n_target, n_features)
        The target set as the network reads it.
    """
    if task.kind == "reconstruction":
        return {}
    return {
        "lr": head_learning_rate(task.kind, features, task.n_outputs),
        "max_epochs": HEAD_STEPS[task.kind],
        "batch_size": -1,  # every row: skorch's word for it
    }
