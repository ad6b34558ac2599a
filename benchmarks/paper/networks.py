"""The paper's networks as a user's skorch nets."""

import skorch
import torch
from torch import nn

from benchmarks.paper_net import PaperNet


class GridNet(PaperNet):
    """The paper's network, and with parts left out or changed."""

    def __init__(self, n_features, n_outputs=2, normalise=True, activation="mish", **settings):
        super().__init__(n_features, n_outputs, **settings)
        kept = [
            nn.ReLU() if activation == "relu" and isinstance(layer, nn.Mish) else layer
            for layer in self.layers
            if normalise or not isinstance(layer, nn.LayerNorm)
        ]
        self.layers = nn.Sequential(*kept)


class ExpressionAutoencoder(nn.Module):
    """978-256-64-256-978, Mish."""

    def __init__(self, n_features):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_features, 256),
            nn.Mish(),
            nn.Linear(256, 64),
            nn.Mish(),
            nn.Linear(64, 256),
            nn.Mish(),
            nn.Linear(256, n_features),
        )

    def forward(self, X):
        return self.layers(X)


class ImageAutoencoder(nn.Module):
    """Three strided convolutions down to a latent layer, and three transposed ones back."""

    def __init__(self, width=32, latent=10):
        super().__init__()
        step = {"kernel_size": 4, "stride": 2, "padding": 1}
        self.layers = nn.Sequential(
            nn.Conv2d(3, width, **step),
            nn.Mish(),
            nn.Conv2d(width, width, **step),
            nn.Mish(),
            nn.Conv2d(width, width, **step),
            nn.Mish(),
            nn.Flatten(),
            nn.Linear(16 * width, latent),
            nn.Linear(latent, 16 * width),
            nn.Mish(),
            nn.Unflatten(1, (width, 4, 4)),
            nn.ConvTranspose2d(width, width, **step),
            nn.Mish(),
            nn.ConvTranspose2d(width, width, **step),
            nn.Mish(),
            nn.ConvTranspose2d(width, 3, **step),
        )

    def forward(self, X):
        return self.layers(X)


def classifier(n_features, *, epochs, n_outputs=2, lr=1e-3, batch_size=500, **module):
    """Two hidden layers of 100, unless module settings say otherwise; Adam."""
    return skorch.NeuralNetClassifier(
        GridNet,
        module__n_features=n_features,
        module__n_outputs=n_outputs,
        criterion=nn.CrossEntropyLoss,
        **_training(epochs, lr, batch_size),
        **{f"module__{name}": setting for name, setting in module.items()},
    )


def autoencoder(module, *, epochs, lr=1e-3, batch_size=100, **settings):
    """One of the autoencoders above, mean squared error, Adam."""
    return skorch.NeuralNet(
        module,
        criterion=nn.MSELoss,
        **_training(epochs, lr, batch_size),
        **{f"module__{name}": setting for name, setting in settings.items()},
    )


def _training(epochs, lr, batch_size):
    return {
        "optimizer": torch.optim.Adam,
        "max_epochs": epochs,
        "lr": lr,
        "batch_size": batch_size,
        "iterator_train__shuffle": True,
        "train_split": None,
        "callbacks": "disable",
        "verbose": 0,
    }
