"""Values of further rows, and under other labels, along trajectories that were kept."""

import pickle

import numpy as np
import pytest
import skorch
import torch
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris, make_classification
from sklearn.exceptions import NotFittedError
from torch import nn
from torch.nn import functional

from skdvgs import DVGSValuer
from skdvgs.exceptions import InvalidInputError
from tests import oracle


class Net(nn.Module):
    def __init__(self, n_outputs=3):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Mish(), nn.Dropout(0.2), nn.Linear(8, n_outputs)
        )

    def forward(self, X):
        return self.layers(X)


@pytest.fixture
def rows():
    X, y = make_classification(90, 6, n_informative=5, n_redundant=0, n_classes=3, random_state=0)
    return X.astype(np.float32), y


def own_net(**settings):
    return skorch.NeuralNet(
        Net, criterion=nn.CrossEntropyLoss, lr=0.05, max_epochs=2, batch_size=16, **settings
    )


@pytest.mark.parametrize("call_cost", [0, np.inf], ids=["shared forward", "one for each label"])
def test_label_values_against_a_float64_loop(call_cost, rows, monkeypatch):
    monkeypatch.setattr("skdvgs._scoring.scorer._CALL_COST", call_cost)
    X, y = rows
    oracle.RECORD.clear()
    net = own_net(callbacks=[oracle.Recorder])
    valuer = DVGSValuer(net, random_state=0, suggest_labels=True, source_batch_size=7)
    valuer.fit(X[:25], y[:25], X_val=X[25:89], y_val=y[25:89])
    expected = np.stack(
        [oracle.replay(Net(), functional.cross_entropy, X[:25], np.full(25, c)) for c in range(3)],
        1,
    )
    np.testing.assert_allclose(valuer.label_values_, expected, atol=1e-5)
    np.testing.assert_array_equal(valuer.suggested_labels_, expected.argmax(1))
    np.testing.assert_allclose(valuer.values_, expected[np.arange(25), y[:25]], atol=1e-5)
    assert len(set(expected.argmax(1))) > 1


@pytest.mark.parametrize("target", [True, False])
@pytest.mark.parametrize("n_restarts", [1, 2])
def test_a_net_of_ones_own_values_new_rows_as_fit_would(target, n_restarts, rows):
    X, y = rows
    given = {"X_val": X[60:], "y_val": y[60:]} if target else {}
    valuer = DVGSValuer(
        own_net(), store_trajectory=True, random_state=0, n_restarts=n_restarts, cv=3
    )
    everyone = valuer.fit(X[:60], y[:60], **given)
    np.testing.assert_allclose(everyone.score_samples(X[:60], y[:60]), everyone.values_, atol=1e-6)
    if target:
        some = clone(valuer).fit(X[:20], y[:20], **given)
        np.testing.assert_allclose(
            some.score_samples(X[20:60], y[20:60]), everyone.values_[20:], atol=1e-6
        )


@pytest.mark.parametrize("target", [True, False])
def test_the_default_network_knows_its_rows_again(target):
    X, y = load_iris(return_X_y=True)
    y[:10] = 2
    order = np.random.default_rng(0).permutation(150)
    X, y = X[order], y[order]
    given = {"X_val": X[100:], "y_val": y[100:]} if target else {}
    valuer = DVGSValuer(random_state=0).fit(X[:100], y[:100], **given)
    np.testing.assert_allclose(
        valuer.score_samples(X[:100][::-1], y[:100][::-1]), valuer.values_[::-1], atol=1e-6
    )
    own = valuer.label_values_[np.arange(100), y[:100]]
    np.testing.assert_allclose(own, valuer.values_, atol=1e-12)
    np.testing.assert_allclose(valuer.label_values_.sum(axis=1), 1.0)


def test_new_rows_under_wrong_labels_are_low():
    X, y = load_iris(return_X_y=True)
    order = np.random.default_rng(0).permutation(150)
    X, y = X[order], y[order]
    valuer = DVGSValuer(random_state=0).fit(X[:100], y[:100])
    right, wrong = (
        valuer.score_samples(X[100:], labels) for labels in (y[100:], (y[100:] + 1) % 3)
    )
    assert np.mean(right > wrong) > 0.9
    values = valuer.label_values(X[100:])
    np.testing.assert_allclose(values.sum(axis=1), 1.0)
    assert np.mean(values.argmax(1) == y[100:]) > 0.9
    np.testing.assert_allclose(valuer.score_samples(X[100:]), values.max(1), atol=1e-6)


def test_regression_values_new_rows():
    X, y = load_diabetes(return_X_y=True)
    valuer = DVGSValuer(random_state=0).fit(X[:200], y[:200], X_val=X[200:300], y_val=y[200:300])
    np.testing.assert_allclose(valuer.score_samples(X[:200], y[:200]), valuer.values_, atol=1e-6)
    shuffled = np.random.default_rng(0).permutation(y[300:])
    right, wrong = (valuer.score_samples(X[300:], t).mean() for t in (y[300:], shuffled))
    assert right > wrong
    with pytest.raises(InvalidInputError, match="label_values needs classes"):
        valuer.label_values(X)
    with pytest.raises(InvalidInputError, match="requires y"):
        valuer.score_samples(X)


def test_rows_without_labels_are_known_again():
    X, _ = load_iris(return_X_y=True)
    valuer = DVGSValuer(max_epochs=2, random_state=0).fit(X[:90], X_val=X[90:])
    np.testing.assert_allclose(valuer.score_samples(X[:90]), valuer.values_, atol=1e-6)


def test_a_pickled_valuer_values_alike(rows):
    X, y = rows
    valuer = DVGSValuer(own_net(), store_trajectory=True, random_state=0).fit(X[:60], y[:60])
    again = pickle.loads(pickle.dumps(valuer))
    np.testing.assert_array_equal(again.score_samples(X, y), valuer.score_samples(X, y))
    np.testing.assert_array_equal(again.confidence_intervals(), valuer.confidence_intervals())


def test_errors_say_what_to_do(rows):
    X, y = rows
    valuer = DVGSValuer(own_net(), random_state=0)
    with pytest.raises(NotFittedError):
        valuer.score_samples(X, y)
    valuer.fit(X, y)
    with pytest.raises(InvalidInputError, match="store_trajectory=True"):
        valuer.score_samples(X, y)
    valuer.set_params(store_trajectory=True).fit(X, y)
    with pytest.raises(InvalidInputError, match=r"\[7\], which fit did not see"):
        valuer.score_samples(X[:2], [0, 7])
    with pytest.raises(InvalidInputError, match="of one type"):
        valuer.score_samples(X[:2], ["a", "b"])
    with pytest.raises(ValueError, match="expecting 6 features"):
        valuer.score_samples(X[:, :5], y)
    with pytest.raises(InvalidInputError, match="no probability"):
        valuer.confidence_intervals(95)
    with pytest.raises(InvalidInputError, match="suggest_labels=True"):
        DVGSValuer(suggest_labels=True).fit(X, X[:, 0])


def test_a_fit_without_suggestions_leaves_none_behind(rows):
    X, y = rows
    valuer = DVGSValuer(random_state=0).fit(X, y)
    assert valuer.label_values_.shape == (90, 3)
    valuer.set_params(suggest_labels=False).fit(X, y)
    assert not hasattr(valuer, "label_values_")
    assert not hasattr(valuer, "suggested_labels_")
    torch.testing.assert_close(valuer.label_values(X).shape, (90, 3))
