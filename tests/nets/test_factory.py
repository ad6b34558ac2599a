"""Weights that come back from another process."""

import numpy as np
import pytest
import torch
from torch import nn

from skdvgs import DVGSValuer
from skdvgs._nets.factory import load_state, read_state


class Net(nn.Sequential):
    """Logistic regression."""

    def __init__(self):
        super().__init__(nn.Linear(3, 2))


@pytest.fixture
def net():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)).astype(np.float32), np.arange(40) % 2
    return DVGSValuer(Net, max_epochs=1, n_restarts=1, cv=2, random_state=0).fit(X, y).net_


def test_weights_may_come_as_arrays_that_cannot_be_written_to(net):
    """As Ray hands them over. The net holds copies, which training may change."""
    state = {name: value + 1 for name, value in read_state(net).items()}
    for value in state.values():
        value.flags.writeable = False
    load_state(net, state)
    with torch.no_grad():
        for parameter in net.module_.parameters():
            parameter.add_(1.0)
    for name, value in read_state(net).items():
        np.testing.assert_array_equal(value, state[name] + 1)
