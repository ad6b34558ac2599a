"""What is changed in a user's skorch net, and what is not."""

import numpy as np
import pytest
import skorch
import torch
from sklearn.base import clone
from skorch.callbacks import EarlyStopping, EpochTimer
from skorch.dataset import Dataset, ValidSplit
from torch import nn

from skdvgs._inputs.task import Task
from skdvgs._nets.build import ArrayDataset, build_net
from skdvgs._nets.output import shape_targets

CLASSES = Task("classification", 2, np.array([0, 1]))
NONE = dict.fromkeys(("lr", "max_epochs", "batch_size", "device"))


class Net(nn.Module):
    def __init__(self, width=3):
        super().__init__()
        self.layer = nn.Linear(4, 2)

    def forward(self, X):
        return self.layer(X)


def test_settings_of_a_users_net_stay():
    net = skorch.NeuralNetClassifier(
        Net, module__width=9, lr=0.3, optimizer=torch.optim.RMSprop, batch_size=11, max_epochs=7
    )
    built = build_net(net, CLASSES, 4, NONE, None)
    assert built is not net
    assert built.optimizer is torch.optim.RMSprop
    assert (built.lr, built.batch_size, built.max_epochs, built.module__width) == (0.3, 11, 7, 9)
    assert built.verbose == 0
    built = build_net(net, CLASSES, 4, {**NONE, "lr": 0.1, "batch_size": 5}, None)
    assert (built.lr, built.batch_size, built.max_epochs) == (0.1, 5, 7)


@pytest.mark.parametrize("kind", [skorch.NeuralNetClassifier, skorch.NeuralNetRegressor])
@pytest.mark.parametrize("copy", [lambda net: net, clone])
def test_hidden_validation_rows_only_where_they_are_asked_for(kind, copy):
    assert build_net(copy(kind(Net)), CLASSES, 4, NONE, None).train_split is None
    own = kind(Net, train_split=ValidSplit(3))
    assert build_net(copy(own), CLASSES, 4, NONE, None).train_split.cv == 3
    watching = kind(Net, callbacks=[EarlyStopping()])
    assert build_net(copy(watching), CLASSES, 4, NONE, None).train_split is not None
    timing = kind(Net, callbacks=[EpochTimer()])
    assert build_net(copy(timing), CLASSES, 4, NONE, None).train_split is None


def test_data_sets_of_the_users_own_are_kept():
    class Own(Dataset):
        pass

    net = skorch.NeuralNetClassifier(Net)
    assert build_net(net, CLASSES, 4, NONE, None).dataset is ArrayDataset
    assert build_net(net.set_params(dataset=Own), CLASSES, 4, NONE, None).dataset is Own


def test_module_class_is_told_the_sizes_it_asks_for():
    class Asks(nn.Module):
        def __init__(self, n_features):
            super().__init__()
            self.n_features = n_features

    built = build_net(Asks, CLASSES, 4, NONE, None)
    assert built.module__n_features == 4
    assert not hasattr(built, "module__n_outputs")


def test_batches_are_those_of_a_data_loader():
    X, y = np.arange(20.0, dtype=np.float32).reshape(10, 2), np.arange(10)
    nets = [
        skorch.NeuralNetClassifier(Net, iterator_train__shuffle=True, batch_size=4, verbose=0)
        for _ in range(2)
    ]
    fast, plain = build_net(nets[0], CLASSES, 4, NONE, None), nets[1]
    batches = []
    for net in (fast, plain):
        net.initialize()
        torch.manual_seed(0)
        batches.append(list(net.get_iterator(net.get_dataset(X, y), training=True)))
    for (Xa, ya), (Xb, yb) in zip(*batches, strict=True):
        assert torch.equal(Xa, Xb)
        assert torch.equal(ya, yb)


def test_targets_take_the_shape_of_the_output():
    task = Task("regression", 1)
    net = skorch.NeuralNetRegressor(Net).initialize()
    y = np.ones((5, 1), dtype=np.float32)
    assert shape_targets(net, y, torch.zeros(2), task).shape == (5,)
    assert shape_targets(net, y, torch.zeros(2, 1), task).shape == (5, 1)
