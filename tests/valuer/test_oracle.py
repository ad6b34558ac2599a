"""``values_`` against a plain float64 loop that replays the same checkpoints."""

import numpy as np
import pytest
import skorch
import torch
from sklearn.datasets import make_classification, make_regression
from skorch.callbacks import LRScheduler
from torch import nn
from torch.nn import functional

from skdvgs import DVGSValuer
from skdvgs.exceptions import InvalidInputError
from tests import oracle


class Plain(nn.Module):
    def __init__(self, n_outputs=2):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(6, 8), nn.Mish(), nn.Linear(8, n_outputs))

    def forward(self, X):
        return self.layers(X)


class Regularised(nn.Module):
    """Dropout and three kinds of norm layers."""

    def __init__(self, n_outputs=2):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(6, 8),
            nn.BatchNorm1d(8),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(8, 8, bias=False),
            nn.LayerNorm(8, elementwise_affine=False),
            nn.PReLU(),
            nn.LayerNorm(8),
            nn.Linear(8, n_outputs),
        )

    def forward(self, X):
        return self.layers(X)


class Frozen(Plain):
    def __init__(self, n_outputs=2):
        super().__init__(n_outputs)
        self.layers[0].weight.requires_grad_(False)


class Custom(nn.Module):
    """A parameter of its own and a layer used twice: the general path."""

    def __init__(self, n_outputs=2):
        super().__init__()
        self.twice = nn.Linear(6, 6)
        self.scale = nn.Parameter(torch.linspace(0.5, 1.5, 6))
        self.last = nn.Linear(6, n_outputs)

    def forward(self, X):
        return self.last(torch.tanh(self.twice(torch.tanh(self.twice(X)))) * self.scale)


MODULES = [Plain, Regularised, Frozen, Custom]


def class_loss(output, y):
    return functional.cross_entropy(output, y)


def squared_loss(output, y):
    return (output - y).square().mean()


def make_net(module, n_outputs, criterion, **settings):
    """A skorch net with several target batches an epoch, the last one smaller."""
    usual = {"lr": 0.01, "batch_size": 16, "iterator_train__shuffle": True}
    return oracle.recorded_net(module, criterion, module__n_outputs=n_outputs, **(usual | settings))


def value(net, X, y, X_val, y_val, **options):
    """Values with source batches that do not divide the rows."""
    oracle.RECORD.clear()
    valuer = DVGSValuer(net, source_batch_size=7, random_state=0, **options)
    return valuer.fit(X, y, X_val=X_val, y_val=y_val)


@pytest.fixture
def classes():
    X, y = make_classification(75, 6, n_informative=5, n_redundant=0, n_classes=3, random_state=0)
    X = X.astype(np.float32)
    return X[:25], y[:25], X[25:], y[25:]


@pytest.fixture
def numbers():
    X, y = make_regression(75, 6, n_targets=2, noise=5.0, random_state=0)
    X = X.astype(np.float32)
    return X[:25], y[:25], X[25:], y[25:]


@pytest.mark.parametrize("module", MODULES)
def test_multiclass(module, classes):
    X, y, _, _ = classes
    valuer = value(make_net(module, 3, nn.CrossEntropyLoss), *classes)
    expected = oracle.replay(module(3), class_loss, X, y)
    assert len(oracle.RECORD) == 2 * 4 == valuer.n_checkpoints_
    np.testing.assert_allclose(valuer.values_, expected, atol=1e-5)
    assert np.ptp(expected) > 0.1


@pytest.mark.parametrize("names", [["no", "yes"], [3, 7], [False, True]])
def test_binary_labels_of_any_kind(names, classes):
    X, y, X_val, y_val = classes
    y, y_val = (a > 0 for a in (y, y_val))
    named, named_val = (np.asarray(names)[a.astype(int)] for a in (y, y_val))
    net = make_net(Plain, 2, nn.CrossEntropyLoss)
    valuer = value(net, X, named, X_val, named_val)
    expected = oracle.replay(Plain(2), class_loss, X, y.astype(int))
    np.testing.assert_allclose(valuer.values_, expected, atol=1e-5)
    assert valuer.classes_.tolist() == names


def test_one_logit_with_binary_cross_entropy(classes):
    X, y, X_val, y_val = classes
    y, y_val = (a > 0 for a in (y, y_val))
    valuer = value(make_net(Plain, 1, nn.BCEWithLogitsLoss), X, y, X_val, y_val)

    def loss(output, y):
        return functional.binary_cross_entropy_with_logits(output[:, 0], y.double())

    np.testing.assert_allclose(valuer.values_, oracle.replay(Plain(1), loss, X, y), atol=1e-5)


def test_skorch_classifier_on_probabilities(classes):
    class Softmax(Plain):
        def forward(self, X):
            return self.layers(X).softmax(1)

    X, y, _, _ = classes
    net = skorch.NeuralNetClassifier(
        Softmax, module__n_outputs=3, max_epochs=2, batch_size=16, callbacks=[oracle.Recorder]
    )
    valuer = value(net, *classes)
    assert valuer.n_checkpoints_ == 8  # skorch's default of hiding a fifth of the rows is off

    def loss(output, y):
        return -torch.log(output + torch.finfo(torch.float32).eps)[0, y].sum()

    np.testing.assert_allclose(valuer.values_, oracle.replay(Softmax(3), loss, X, y), atol=1e-5)


def test_weighted_target_loss_leaves_source_rows_unweighted(classes):
    X, y, X_val, y_val = classes
    y_val = y_val.copy()
    y_val[:20] = 0
    net = make_net(Plain, 3, nn.CrossEntropyLoss)
    valuer = value(net, X, y, X_val, y_val, class_weight="balanced")
    expected = oracle.replay(Plain(3), class_loss, X, y)
    np.testing.assert_allclose(valuer.values_, expected, atol=1e-5)
    assert not np.allclose(value(net, X, y, X_val, y_val).values_, expected, atol=1e-3)


@pytest.mark.parametrize("module", [Plain, Custom])
@pytest.mark.parametrize("n_outputs", [1, 2])
def test_regression(module, n_outputs, numbers):
    X, y, X_val, y_val = numbers
    y, y_val = y[:, :n_outputs], y_val[:, :n_outputs]
    net = make_net(module, n_outputs, nn.MSELoss)
    valuer = value(net, X, y.squeeze(), X_val, y_val.squeeze())
    standardised = (y - y_val.mean(0)) / y_val.std(0)
    expected = oracle.replay(module(n_outputs), squared_loss, X, standardised)
    np.testing.assert_allclose(valuer.values_, expected, atol=1e-5)


@pytest.mark.parametrize("module", [Plain, Regularised])
def test_autoencoder(module, numbers):
    X, _, X_val, _ = numbers
    valuer = value(make_net(module, 6, nn.MSELoss), X, None, X_val, None)
    expected = oracle.replay(module(6), squared_loss, X, X.astype(np.float64))
    np.testing.assert_allclose(valuer.values_, expected, atol=1e-5)


def test_multilabel(classes):
    X, y, X_val, y_val = classes
    indicators, indicators_val = (np.stack([a > 0, a > 1], 1).astype(int) for a in (y, y_val))
    net = make_net(Plain, 2, nn.BCEWithLogitsLoss)
    valuer = value(net, X, indicators, X_val, indicators_val)

    def loss(output, y):
        return functional.binary_cross_entropy_with_logits(output, y.double())

    expected = oracle.replay(Plain(2), loss, X, indicators)
    np.testing.assert_allclose(valuer.values_, expected, atol=1e-5)


def test_every_third_step(classes):
    X, y, _, _ = classes
    net = make_net(Regularised, 3, nn.CrossEntropyLoss)
    valuer = value(net, *classes, compute_every=3)
    assert valuer.n_checkpoints_ == 3
    expected = oracle.replay(Regularised(3), class_loss, X, y, compute_every=3)
    np.testing.assert_allclose(valuer.values_, expected, atol=1e-5)


@pytest.mark.parametrize("similarity", ["dot", "projection", "euclidean", "own"])
def test_other_similarities(similarity, classes):
    """One checkpoint: each similarity from the gradients themselves."""
    X, y, X_val, y_val = classes
    net = make_net(Plain, 3, nn.CrossEntropyLoss, iterator_train__drop_last=True)
    net.set_params(max_epochs=1, batch_size=50)

    def own(dot, norm, target_norm):
        return dot - norm * target_norm

    option = own if similarity == "own" else similarity
    valuer = value(net, X, y, X_val, y_val, similarity=option)
    (state, grads) = oracle.RECORD[0]
    module = Plain(3).double()
    module.load_state_dict(state)
    target = oracle.flatten(grads.values())
    expected = []
    for i in range(len(X)):
        module.zero_grad()
        output = module(torch.tensor(X[i : i + 1], dtype=torch.float64))
        class_loss(output, torch.as_tensor(y[i : i + 1])).backward()
        row = oracle.flatten([p.grad for p in module.parameters()])
        formulas = {
            "dot": row @ target,
            "projection": row @ target / target.norm(),
            "euclidean": -(row - target).norm(),
            "own": row @ target - row.norm() * target.norm(),
        }
        expected.append(float(formulas[similarity]))
    np.testing.assert_allclose(valuer.values_, expected, rtol=1e-4, atol=1e-5)


def test_gradient_norm_weights(classes):
    X, y, X_val, y_val = classes
    net = make_net(Plain, 3, nn.CrossEntropyLoss)
    valuer = value(net, X, y, X_val, y_val, weighting="gradient_norm")
    steps = list(oracle.RECORD)
    weights = [float(oracle.flatten(grads.values()).norm()) for _, grads in steps]
    cosines = []
    for step in steps:
        oracle.RECORD[:] = [step]
        cosines.append(oracle.replay(Plain(3), class_loss, X, y))
    expected = np.average(cosines, axis=0, weights=weights)
    np.testing.assert_allclose(valuer.values_, expected, atol=1e-5)


@pytest.mark.parametrize("files", [False, True])
def test_learning_rate_weights(files, classes, tmp_path):
    X, y, X_val, y_val = classes
    halves = LRScheduler(torch.optim.lr_scheduler.StepLR, step_size=1, gamma=0.25)
    net = make_net(Plain, 3, nn.CrossEntropyLoss)
    net.set_params(callbacks=[halves, oracle.Recorder], max_epochs=3)
    place = tmp_path / "fit" if files else None
    options = {"weighting": "learning_rate", "store_trajectory": True, "checkpoint_dir": place}
    valuer = value(net, X, y, X_val, y_val, **options)
    steps = list(oracle.RECORD)
    cosines = []
    for step in steps:
        oracle.RECORD[:] = [step]
        cosines.append(oracle.replay(Plain(3), class_loss, X, y))
    weights = np.repeat([0.01, 0.0025, 0.000625], 4)
    expected = np.average(cosines, axis=0, weights=weights)
    np.testing.assert_allclose(valuer.values_, expected, atol=1e-5)
    assert np.abs(expected - np.mean(cosines, axis=0)).max() > 1e-3
    np.testing.assert_allclose(valuer.score_samples(X, y), valuer.values_, atol=1e-6)
    net.set_params(optimizer__param_groups=[("*bias", {"lr": 0.1})])
    with pytest.raises(InvalidInputError, match="the optimiser has several learning rates"):
        value(net, X, y, X_val, y_val, weighting="learning_rate")


def test_a_loss_of_the_users_own(classes):
    """A get_loss that reads X and a forward that returns a tuple."""

    class TwoHeads(Plain):
        def forward(self, X):
            return self.layers(X), X.sum(1)

    class Net(skorch.NeuralNet):
        def get_loss(self, y_pred, y_true, X=None, training=False):
            logits, total = y_pred
            return functional.cross_entropy(logits, y_true) * (1 + total.square().mean())

    X, y, X_val, y_val = classes
    net = Net(
        TwoHeads,
        module__n_outputs=3,
        criterion=nn.CrossEntropyLoss,
        max_epochs=2,
        batch_size=16,
        callbacks=[oracle.Recorder],
    )
    valuer = value(net, X, y, X_val, y_val)

    def loss(output, y):
        return functional.cross_entropy(output[0], y) * (1 + output[1].square().mean())

    np.testing.assert_allclose(valuer.values_, oracle.replay(TwoHeads(3), loss, X, y), atol=1e-5)


def test_cross_fitted_values_are_means_over_the_other_folds(classes):
    """Two folds by hand: each values the other."""
    _, _, X_val, y_val = classes
    net = make_net(Plain, 3, nn.CrossEntropyLoss)
    first, second = np.arange(0, 25), np.arange(25, 50)
    oracle.RECORD.clear()
    folds = [(second, first), (first, second)]
    valuer = DVGSValuer(net, cv=folds, random_state=0).fit(X_val, y_val)
    steps = list(oracle.RECORD)
    assert len(steps) == 8
    assert len(valuer.target_loss_) == 2
    for rows, record in ((second, steps[:4]), (first, steps[4:])):
        oracle.RECORD[:] = record
        expected = oracle.replay(Plain(3), class_loss, X_val[rows], y_val[rows])
        np.testing.assert_allclose(valuer.values_[rows], expected, atol=1e-5)
