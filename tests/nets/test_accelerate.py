"""Nets with the mixin of accelerate: the values are those of the same net without it."""

import numpy as np
import pytest
from skorch import NeuralNetClassifier
from torch import nn

from skdvgs import DVGSValuer
from skdvgs.exceptions import InvalidInputError
from tests import oracle

accelerate = pytest.importorskip("accelerate")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 5)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 2))

    def forward(self, X):
        return self.layers(X)


def make_net(accelerator=None, **settings):
    options = {
        "criterion": nn.CrossEntropyLoss, "max_epochs": 3, "lr": 0.1, "batch_size": 8,
        "train_split": None, "callbacks": "disable", **settings,
    }  # fmt: skip
    if accelerator is None:
        return NeuralNetClassifier(Net, **options)
    from skorch.hf import AccelerateMixin

    class Accelerated(AccelerateMixin, NeuralNetClassifier):
        pass

    return Accelerated(Net, accelerator=accelerator, **options)


@pytest.fixture
def accelerator():
    accelerate.state.AcceleratorState._reset_state(True)
    yield lambda **options: accelerate.Accelerator(cpu=True, **options)
    accelerate.state.AcceleratorState._reset_state(True)


def fitted(net, **options):
    return DVGSValuer(net, cv=2, random_state=0, **options).fit(X, Y)


@pytest.mark.parametrize("unwraps", [True, False])
def test_values(accelerator, unwraps):
    expected = fitted(make_net()).values_
    net = make_net(accelerator(), unwrap_after_train=unwraps)
    valuer = fitted(net, store_trajectory=True)
    np.testing.assert_array_equal(valuer.values_, expected)
    np.testing.assert_array_equal(valuer.score_samples(X, Y), expected)


def test_checkpoints_are_taken_where_a_step_is_made(accelerator):
    net = make_net(accelerator(gradient_accumulation_steps=2), callbacks=[oracle.Recorder])
    oracle.RECORD.clear()
    valuer = DVGSValuer(net, random_state=0).fit(X[32:], Y[32:], X_val=X[:32], y_val=Y[:32])
    assert len(oracle.RECORD) == 3 * 4 == 2 * valuer.n_checkpoints_
    del oracle.RECORD[::2]  # batches after which no step is made
    expected = oracle.replay(Net(), nn.functional.cross_entropy, X[32:], Y[32:])
    np.testing.assert_allclose(valuer.values_, expected, atol=1e-5)


def test_mixed_precision(accelerator):
    expected = fitted(make_net()).values_
    found = fitted(make_net(accelerator(mixed_precision="bf16"))).values_
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_worker_processes_are_refused(accelerator):
    with pytest.raises(InvalidInputError, match="n_jobs=2 was given with an accelerator"):
        fitted(make_net(accelerator()), n_jobs=2)
