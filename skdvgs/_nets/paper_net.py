"""PaperNet: the network of the paper's experiments on tables, and its training."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

# Adam; up to 500 target rows a step.
PAPER_TRAINING = {"lr": 1e-3, "max_epochs": 100, "batch_size": 500}


class PaperNet(nn.Module):
    """Hidden layers with Mish and dropout, whose units are normalised row by row.

    Parameters
    ----------
    n_features, n_outputs : int
        Width of input and output.
    width, depth : int
        Units of a hidden layer, and number of these.
    dropout : float
        Share of hidden units that are dropped.
    """

    def __init__(
        self,
        n_features: int,
        n_outputs: int = 2,
        width: int = 100,
        depth: int = 2,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Linear(n_features, width), nn.Mish(), nn.Dropout(dropout)]
        for _ in range(depth - 1):
            layers += [nn.LayerNorm(width, elementwise_affine=False), nn.Linear(width, width)]
            layers += [nn.Mish(), nn.Dropout(dropout)]
        layers += [nn.LayerNorm(width, elementwise_affine=False), nn.Linear(width, n_outputs)]
        self.layers = nn.Sequential(*layers)

    def forward(self, X: Tensor) -> Any:
        """Logits or numbers, of shape (n_samples, n_outputs)."""
        return self.layers(X.flatten(1))


NAMED_NETS: dict[str, type[nn.Module]] = {"paper": PaperNet}


def net_by_name(net: Any) -> Any:
    """The Module class that a name stands for; anything else as it is."""
    return NAMED_NETS[net] if isinstance(net, str) else net
