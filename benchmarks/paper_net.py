"""The network and training of the paper's experiments on tables, as a user's skorch net."""

import skorch
import torch
from torch import nn


class PaperNet(nn.Module):
    """Two hidden layers of 100, Mish, dropout, hidden units normalised row by row."""

    def __init__(self, n_features, n_outputs=2, width=100, depth=2, dropout=0.5):
        super().__init__()
        layers = [nn.Linear(n_features, width), nn.Mish(), nn.Dropout(dropout)]
        for _ in range(depth - 1):
            layers += [nn.LayerNorm(width, elementwise_affine=False), nn.Linear(width, width)]
            layers += [nn.Mish(), nn.Dropout(dropout)]
        layers += [nn.LayerNorm(width, elementwise_affine=False), nn.Linear(width, n_outputs)]
        self.layers = nn.Sequential(*layers)

    def forward(self, X):
        return self.layers(X)


def paper_net(n_features, **settings):
    """Adam at 1e-3, 100 epochs, one target batch of up to 500 rows an epoch."""
    options = {"lr": 1e-3, "max_epochs": 100, "batch_size": 500, **settings}
    return skorch.NeuralNetClassifier(
        PaperNet,
        module__n_features=n_features,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        train_split=None,
        verbose=0,
        **options,
    )
