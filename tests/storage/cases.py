"""Small fits for the tests of what is written to files."""

import pickle
import signal
from pathlib import Path

import numpy as np
import pytest
import skorch
import torch
from sklearn.datasets import load_iris
from torch import nn

from skdvgs import DVGSValuer

ATTRIBUTES = (
    "values_",
    "standard_errors_",
    "label_values_",
    "suggested_labels_",
    "low_fraction_",
    "n_checkpoints_",
    "converged_",
    "target_loss_",
    "engine_report_",
    "classes_",
)


class Small(nn.Module):
    """Dropout and batch norm: random draws at every step, and buffers."""

    def __init__(self, n_features=4, n_outputs=3):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_features, 8),
            nn.BatchNorm1d(8),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(8, n_outputs),
        )

    def forward(self, X):
        return self.layers(X)


class Failing(Small):
    """Stops in the middle of training, if told to."""

    error: BaseException | str | None = None
    left = 0

    def forward(self, X):
        if self.training and Failing.error is not None:
            Failing.left -= 1
            if Failing.left < 0 and Failing.error == "Ctrl-C":
                signal.raise_signal(signal.SIGINT)
            elif Failing.left < 0:
                raise Failing.error
        return super().forward(X)


def rows():
    X, y = load_iris(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(X))
    return X[order], y[order]


def given(target=True):
    X, y = rows()
    if not target:
        return {"X": X[:90], "y": y[:90]}
    return {"X": X[:60], "y": y[:60], "X_val": X[60:100], "y_val": y[60:100]}


def valuer(net=Small, **settings):
    options = {"max_epochs": 3, "n_restarts": 2, "cv": 3, "random_state": 0, **settings}
    return DVGSValuer(net, **options)


def momentum_net(module=Small):
    return skorch.NeuralNetClassifier(
        module,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.SGD,
        optimizer__momentum=0.9,
        lr=0.01,
        batch_size=16,
    )


def files(folder):
    return sorted(path.name for path in Path(folder).iterdir() if path.name != "fit.lock")


def assert_equal_fits(first, second):
    """Compare every fitted attribute, bit for bit."""
    for name in ATTRIBUTES:
        assert hasattr(first, name) == hasattr(second, name), name
        if hasattr(first, name):
            np.testing.assert_array_equal(getattr(first, name), getattr(second, name), name)
    states = [fitted.net_.module_.state_dict() for fitted in (first, second)]
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert without_times(first.net_.history) == without_times(second.net_.history)


def without_times(history):
    return [{name: row[name] for name in row if name != "dur"} for row in history.to_list()]


def fail_after(steps, error, monkeypatch):
    monkeypatch.setattr(Failing, "error", error)
    monkeypatch.setattr(Failing, "left", steps)


def hurt(path, damage):
    held = path.read_bytes()
    if damage == "cut":
        path.write_bytes(held[: len(held) // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "bit":
        # Within the numbers: some bytes of a zip file say nothing of its content.
        with np.load(path) as arrays:
            numbers = max((arrays[name].tobytes() for name in arrays.files), key=len)
        middle = held.index(numbers) + len(numbers) // 2
        path.write_bytes(held[:middle] + bytes([held[middle] ^ 1]) + held[middle + 1 :])
    elif damage == "foreign":
        np.save(path.with_suffix(".npy"), np.arange(3))
        path.with_suffix(".npy").rename(path)
    else:
        path.write_bytes(pickle.dumps(Detonator()))


class Detonator:
    """Fails the test when it is unpickled."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)
