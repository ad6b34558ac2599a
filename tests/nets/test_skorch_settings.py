"""Settings that work in skorch work here, or are refused in clear words."""

import numpy as np
import pytest
import skorch
import torch
from sklearn.metrics import roc_auc_score
from skorch import NeuralNetClassifier, NeuralNetRegressor
from skorch.callbacks import EarlyStopping
from skorch.dataset import Dataset
from skorch.helper import predefined_split
from torch import nn
from torch.utils.data import TensorDataset

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs.exceptions import InvalidInputError

RNG = np.random.default_rng(0)
N = 160
CLASS = RNG.integers(0, 2, N)
X = (RNG.normal(size=(N, 4)) + 3 * CLASS[:, None]).astype(np.float32)
BAD = RNG.random(N) < 0.15
Y = CLASS ^ BAD
NAMES = np.array(["no", "yes"])
NUMBERS = (500 + 100 * X[:, 0] + RNG.normal(size=N)).astype(np.float32)


class Net(nn.Module):
    def __init__(self, n_outputs=2):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, n_outputs))

    def forward(self, X):
        return self.layers(X)


def classifier(cls=NeuralNetClassifier, **settings):
    options = {"criterion": nn.CrossEntropyLoss, "lr": 0.1, "max_epochs": 5, "verbose": 0}
    return cls(Net, **{**options, **settings})


def fitted(net, y=Y, **target):
    return DVGSValuer(net, cv=3, random_state=0).fit(X, y, **target)


VALID = {
    "skorch": Dataset(X[:40], Y[:40]),
    "torch": TensorDataset(torch.as_tensor(X[:40]), torch.as_tensor(Y[:40])),
    "float64": TensorDataset(torch.as_tensor(X[:40]).double(), torch.as_tensor(Y[:40])),
    "subset": torch.utils.data.Subset(Dataset(X, Y), range(40)),
}


@pytest.mark.parametrize("rows", VALID.values(), ids=VALID)
def test_predefined_split(rows):
    split = classifier(train_split=predefined_split(rows))
    # Rows to validate on are not taken from the target set, and change nothing of its values.
    expected = fitted(classifier(train_split=None)).values_
    np.testing.assert_array_equal(fitted(split).values_, expected)
    assert roc_auc_score(BAD, -expected) > 0.8


def test_predefined_split_with_early_stopping():
    split = predefined_split(VALID["skorch"])
    net = classifier(
        train_split=split, max_epochs=60, lr=1.0, callbacks=[EarlyStopping(patience=2)]
    )
    valuer = fitted(net, X_val=X[40:], y_val=CLASS[40:])
    assert valuer.n_checkpoints_ < 60
    assert "valid_loss" in valuer.net_.history[-1]


def test_predefined_split_of_names_and_of_numbers():
    named = classifier(train_split=predefined_split(Dataset(X[:40], NAMES[Y[:40]])))
    coded = classifier(train_split=predefined_split(Dataset(X[:40], Y[:40])))
    history = [fitted(net, y).net_.history for net, y in ((named, NAMES[Y]), (coded, Y))]
    assert history[0][:, "valid_loss"] == history[1][:, "valid_loss"]
    with pytest.raises(InvalidInputError, match=r"predefined_split gives the label .*y does not"):
        fitted(coded, NAMES[Y])
    net = NeuralNetRegressor(
        Net, module__n_outputs=1, max_epochs=40, lr=0.1, verbose=0,
        train_split=predefined_split(Dataset(X[:40], NUMBERS[:40])),
    )  # fmt: skip
    # Targets are learnt with variance 1, and so are those that training is watched by.
    assert fitted(net, NUMBERS).net_.history[-1, "valid_loss"] < 1.0


def test_drop_last():
    net = classifier(iterator_train__drop_last=True, batch_size=16)
    assert roc_auc_score(BAD, -fitted(net).values_) > 0.8
    net = classifier(iterator_train__drop_last=True, batch_size=200)
    with pytest.raises(InvalidInputError, match="are fewer than batch_size=200, and drop_last"):
        fitted(net)


def test_no_device():
    np.testing.assert_array_equal(
        fitted(classifier(device=None)).values_, fitted(classifier()).values_
    )


def test_warm_start():
    cold = classifier()
    expected = fitted(cold).values_
    np.testing.assert_array_equal(fitted(classifier(warm_start=True)).values_, expected)
    np.testing.assert_array_equal(fitted(classifier().fit(X, Y)).values_, expected)
    warm = classifier(warm_start=True).fit(X, Y)
    with pytest.raises(InvalidInputError, match="is fitted and has warm_start=True"):
        fitted(warm)


class Accumulates(NeuralNetClassifier):
    """As skorch's documentation does it."""

    def train_step(self, batch, **fit_params):
        step = self.train_step_single(batch, **fit_params)
        if len(self.history[-1, "batches"]) % 2 == 0:
            self.optimizer_.step()
            self.optimizer_.zero_grad()
        return step


class AccumulatesAndTells(NeuralNetClassifier):
    def train_step(self, batch, **fit_params):
        step = self.train_step_single(batch, **fit_params)
        if len(self.history[-1, "batches"]) % 2 == 0:
            named = list(self.module_.named_parameters())
            self.notify("on_grad_computed", named_parameters=named, batch=batch)
            self.optimizer_.step()
            self.optimizer_.zero_grad()
        return step


class Logs(NeuralNetClassifier):
    def train_step(self, batch, **fit_params):
        return super().train_step(batch, **fit_params)


def test_gradient_accumulation():
    with pytest.raises(InvalidInputError, match="does not notify of gradients"):
        fitted(classifier(Accumulates, batch_size=16))
    found = fitted(classifier(AccumulatesAndTells, batch_size=16), X_val=X, y_val=CLASS)
    assert found.n_checkpoints_ == 5 * N // 16 // 2
    assert roc_auc_score(BAD, -found.values_) > 0.9
    np.testing.assert_array_equal(fitted(classifier(Logs)).values_, fitted(classifier()).values_)


def test_in_a_filter():
    net = classifier(train_split=predefined_split(VALID["skorch"]), device=None)
    valuer = DVGSValuer(net, cv=3, random_state=0)
    assert LowValueFilter(valuer, fraction=0.1).fit(X, Y).n_dropped_ == 16
    assert isinstance(net, skorch.NeuralNet)
    assert not getattr(net, "initialized_", False)
