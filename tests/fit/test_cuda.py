"""Fits on a GPU: the same values as on the CPU, wherever the rows are held."""

import pickle

import numpy as np
import pytest
import torch
from skorch import NeuralNetClassifier
from torch import nn

from skdvgs import DVGSValuer, LowValueFilter

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")

CLOSE = {"rtol": 2e-3, "atol": 2e-4}  # training in float32 takes other sums on another device


def rows(n=120, seed=0):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(n, 6)).astype(np.float32)
    y = (X[:, 0] + 0.3 * generator.normal(size=n) > 0).astype(np.int64)
    return X, y


class Dense(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 2))


class Mixed(nn.Module):
    """A recurrent layer beside a convolution."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 4, batch_first=True)
        self.convolution = nn.Conv1d(2, 3, 2)
        self.head = nn.Linear(7, 2)

    def forward(self, x):
        x = x.reshape(len(x), 3, 2)
        last = self.lstm(x)[0][:, -1]
        seen = self.convolution(x.transpose(1, 2)).amax(dim=2)
        return self.head(torch.cat([last, seen], dim=1))


def net(module=Dense, kind=NeuralNetClassifier, **options):
    settings = {"criterion": nn.CrossEntropyLoss, "max_epochs": 4, "batch_size": 40, "lr": 0.1}
    return kind(module, train_split=None, **(settings | options))


def fitted(device, network=None, **options):
    return fit(DVGSValuer(network or net(), device=device, random_state=0, **options))


def fit(valuer):
    X, y = rows()
    X_val, y_val = rows(50, seed=1)
    return valuer.fit(X, y, X_val=X_val, y_val=y_val)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"similarity": "dot", "weighting": "gradient_norm"},
        {"similarity": "influence"},
        {"by_class": True},
        {"source_batch_size": 13},
    ],
    ids=str,
)
def test_values_are_those_of_the_cpu(options):
    on_cpu, on_gpu = fitted("cpu", **options), fitted("cuda", **options)
    np.testing.assert_allclose(on_gpu.values_, on_cpu.values_, **CLOSE)
    assert on_gpu.values_.dtype == on_cpu.values_.dtype


def test_the_default_network_gives_the_values_of_the_cpu():
    found, expected = (fit(DVGSValuer(device=d, random_state=0)) for d in ("cuda", "cpu"))
    np.testing.assert_allclose(found.values_, expected.values_, **CLOSE)
    assert np.corrcoef(found.values_, expected.values_)[0, 1] > 0.999


def test_a_net_set_to_cuda_needs_no_device():
    found = fitted(None, net(device="cuda"))
    np.testing.assert_allclose(found.values_, fitted("cuda").values_, **CLOSE)


def test_rows_that_the_device_has_no_room_for_are_copied_as_they_are_needed(monkeypatch):
    expected = fitted("cuda").values_
    monkeypatch.setattr("skdvgs._scoring.resident._SHARE", 0.0)
    np.testing.assert_allclose(fitted("cuda").values_, expected, **CLOSE)


def test_rows_are_scored_later_on_the_device_of_the_fit(tmp_path):
    valuer = fitted("cuda", store_trajectory=True, checkpoint_dir=tmp_path)
    X, y = rows()
    np.testing.assert_allclose(valuer.score_samples(X, y), valuer.values_, **CLOSE)


def test_a_pickled_fit_scores_rows_where_there_is_no_gpu():
    valuer = fitted("cuda", store_trajectory=True)
    X, y = rows()
    read = pickle.loads(pickle.dumps(valuer)).set_params(device="cpu")
    np.testing.assert_allclose(read.score_samples(X, y), valuer.values_, **CLOSE)


class Stop(Exception):
    pass


class Stopped(NeuralNetClassifier):
    stops = False

    def on_epoch_end(self, *args, **kwargs):
        super().on_epoch_end(*args, **kwargs)
        if self.stops and len(self.history) == 2:
            raise Stop


def test_a_fit_that_was_stopped_goes_on(tmp_path, monkeypatch):
    expected = fitted("cuda", net(kind=Stopped)).values_
    monkeypatch.setattr(Stopped, "stops", True)
    with pytest.raises(Stop):
        fitted("cuda", net(kind=Stopped), checkpoint_dir=tmp_path)
    monkeypatch.setattr(Stopped, "stops", False)
    gone_on = fitted("cuda", net(kind=Stopped), checkpoint_dir=tmp_path)
    np.testing.assert_allclose(gone_on.values_, expected, **CLOSE)


def test_the_filter_drops_the_rows_that_it_drops_on_the_cpu():
    X, y = rows()
    kept = {}
    for device in ("cuda", "cpu"):
        valuer = DVGSValuer(net(), device=device, random_state=0)
        kept[device] = LowValueFilter(valuer, fraction=0.2).fit(X, y)
    assert kept["cuda"].n_dropped_ == 24
    assert np.mean(kept["cuda"].support_ == kept["cpu"].support_) > 0.95


def test_recurrent_layers_and_convolutions_agree():
    found, expected = (fitted(device, net(Mixed)) for device in ("cuda", "cpu"))
    np.testing.assert_allclose(found.values_, expected.values_, **CLOSE)
