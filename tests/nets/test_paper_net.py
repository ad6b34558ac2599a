"""The paper's network by name, beside the same as a skorch net."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.preprocessing import minmax_scale

from benchmarks.paper_net import paper_net
from skdvgs import DVGSValuer, LowValueFilter
from skdvgs.exceptions import InvalidInputError

X, y = load_iris(return_X_y=True)
X = minmax_scale(X).astype(np.float32)


def test_the_name_stands_for_network_and_training():
    options = {"max_epochs": 8, "random_state": 0}
    target = {"X_val": X[::2], "y_val": y[::2]}
    named = DVGSValuer("paper", **options).fit(X, y, **target)
    net = paper_net(4, module__n_outputs=3)
    expected = DVGSValuer(net, **options).fit(X, y, **target).values_
    # All target rows are in one batch, whose order only matters to rounding and dropout.
    assert np.corrcoef(named.values_, expected)[0, 1] > 0.95
    found = named.net_
    assert (found.lr, found.batch_size, len(found.history)) == (1e-3, 500, 8)
    assert DVGSValuer("paper").get_params()["net"] == "paper"
    shape = [tuple(p.shape) for p in found.module_.parameters()]
    assert shape == [(100, 4), (100,), (100, 100), (100,), (3, 100), (3,)]


def test_settings_and_tasks():
    valuer = DVGSValuer("paper", max_epochs=2, batch_size=20, random_state=0, cv=2)
    assert valuer.fit(X, y).net_.batch_size == 20
    assert valuer.fit(X, X[:, 0]).task_ == "regression"
    assert LowValueFilter(valuer, fraction=0.1).fit(X, y).n_dropped_ == 15


def test_errors():
    with pytest.raises(InvalidInputError, match=r"must be None, a torch.* or 'paper'.*Got 'mlp'"):
        DVGSValuer("mlp").fit(X, y)
    with pytest.raises(InvalidInputError, match="net='paper' was given without labels"):
        DVGSValuer("paper").fit(X)
