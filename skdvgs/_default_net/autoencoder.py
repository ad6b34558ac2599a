"""DefaultAutoencoder: the network that reconstructs rows without labels."""

from __future__ import annotations

from torch import Tensor, nn


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
        found: Tensor = self.layers(X)
        return found
