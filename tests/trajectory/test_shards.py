"""Rows of one trajectory, valued in parts, get the values of the whole."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale
from torch import nn

from skdvgs import DVGSValuer
from skdvgs._trajectory.shards import n_shards

X, Y = load_breast_cancer(return_X_y=True)
X = scale(X)[:300, :6].astype(np.float32)
Y = Y[:300]
TARGET = {"X_val": X[:60] + 0.01, "y_val": Y[:60]}


class Net(nn.Module):
    def __init__(self, n_features, n_outputs):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_features, 7), nn.Dropout(0.3), nn.ReLU(), nn.Linear(7, n_outputs)
        )

    def forward(self, X):
        return self.layers(X)


VALUER = DVGSValuer(Net, max_epochs=3, suggest_labels=True, random_state=0, store_trajectory=True)


@pytest.fixture
def whole():
    return {
        has_target: clone(VALUER).fit(X, Y, **(TARGET if has_target else {}))
        for has_target in (False, True)
    }


@pytest.fixture
def _parts_of_64(monkeypatch, whole):
    monkeypatch.setattr("skdvgs._trajectory.shards.SHARD_ROWS", 64)


@pytest.mark.usefixtures("_parts_of_64")
@pytest.mark.parametrize("has_target", [False, True])
def test_values_are_those_of_the_whole(has_target, whole, tmp_path):
    target = TARGET if has_target else {}
    whole = whole[has_target]
    parts = clone(VALUER).fit(X, Y, **target)
    for name in ("values_", "label_values_", "standard_errors_", "target_loss_"):
        expected = getattr(whole, name)
        np.testing.assert_allclose(getattr(parts, name), expected, rtol=1e-5, atol=1e-6)
    assert parts.n_checkpoints_ == whole.n_checkpoints_
    np.testing.assert_array_equal(parts.score_samples(X, Y), whole.score_samples(X, Y))
    # In whichever processes, and from files that an interrupted fit has left.
    folder = tmp_path / "run"
    for settings in ({"n_jobs": 2}, {"checkpoint_dir": folder}, {"checkpoint_dir": folder}):
        again = clone(VALUER).set_params(**settings).fit(X, Y, **target)
        np.testing.assert_array_equal(again.values_, parts.values_)
        np.testing.assert_array_equal(again.label_values_, parts.label_values_)
    stored = clone(VALUER).set_params(checkpoint_dir=tmp_path / "kept").fit(X, Y, **target)
    np.testing.assert_array_equal(stored.score_samples(X, Y), whole.score_samples(X, Y))


@pytest.mark.usefixtures("_parts_of_64", "_bar_draws_every_step")
def test_shows_how_many_parts_there_are(capfd):
    clone(VALUER).set_params(verbose=1).fit(X, Y, **TARGET)
    assert "part 5 of 5" in capfd.readouterr().err


def test_number_of_parts(monkeypatch):
    monkeypatch.setattr("skdvgs._trajectory.shards.SHARD_ROWS", 64)
    assert [n_shards(n, None) for n in (0, 1, 64, 65, 128, 129)] == [1, 1, 1, 2, 2, 3]
    assert n_shards(1000, 0.01) == 1
