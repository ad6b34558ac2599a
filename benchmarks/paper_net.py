"""The network and training of the paper's experiments on tables, as a user's skorch net."""

import skorch
import torch
from torch import nn

from skdvgs._nets.paper_net import PAPER_TRAINING, PaperNet


def paper_net(n_features, **settings):
    """Adam at 1e-3, 100 epochs, one target batch of up to 500 rows an epoch."""
    options = {**PAPER_TRAINING, **settings}
    return skorch.NeuralNetClassifier(
        PaperNet,
        module__n_features=n_features,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        train_split=None,
        verbose=0,
        **options,
    )
