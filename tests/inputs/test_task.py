"""Tasks: what labels are, and the unit of regression targets, which changes nothing."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge
from torch import nn

from skdvgs import DVGSValuer
from skdvgs._inputs.task import Rows, is_continuous, make_task

X, Y = load_diabetes(return_X_y=True)
X, X_VAL, Y, Y_VAL = X[:80], X[80:120], Y[:80], Y[80:120]


class Net(nn.Module):
    def __init__(self, n_features, n_outputs):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_features, 6), nn.Tanh(), nn.Linear(6, n_outputs))

    def forward(self, X):
        return self.layers(X)


def in_unit(unit, net, has_target):
    target = {"X_val": X_VAL, "y_val": Y_VAL * unit} if has_target else {}
    valuer = DVGSValuer(net, max_epochs=2, cv=2, n_restarts=2, random_state=0)
    return valuer.set_params(store_trajectory=True).fit(X, Y * unit, **target)


@pytest.mark.parametrize("has_target", [False, True])
@pytest.mark.parametrize("net", [None, Net])
def test_the_unit_of_targets_changes_no_value(net, has_target):
    plain = in_unit(1.0, net, has_target)
    assert np.ptp(plain.values_) > 0.1
    for unit in (1e-200, 1e-305, 1e140):
        ours = in_unit(unit, net, has_target)
        np.testing.assert_allclose(ours.values_, plain.values_, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(
            ours.score_samples(X_VAL, Y_VAL * unit), plain.score_samples(X_VAL, Y_VAL), atol=1e-6
        )


def test_each_column_of_targets_has_its_own_scale():
    units = np.array([1.0, 1e-200, 1e150, 0.0])
    y = np.random.default_rng(0).uniform(-1, 1, (50, 1)) * units + [5.0, 0.0, 0.0, 3.0]
    rows = Rows(np.zeros((50, 1), np.float32), y, "regression")
    encoded = make_task(rows, rows).encode(rows)
    np.testing.assert_allclose(encoded[:, :3].std(axis=0), 1.0, rtol=1e-5)
    np.testing.assert_allclose(encoded[:, 1], encoded[:, 0], rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(encoded[:, 3], 0.0)


class Valuer:
    """A valuer with the attributes that it is given."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


@pytest.mark.parametrize(
    ("valuer", "y", "expected"),
    [
        (Valuer(), None, False),
        (Valuer(), [0, 1, 2], False),
        (Valuer(), [0.5, 1.0, 2.0], True),
        (Valuer(task_="regression"), [0, 1, 2], True),
        (Valuer(task="regression"), [0, 1, 2], True),
        (Valuer(task="regression", task_="classification"), [0.5, 1.0], False),
        (Valuer(task_="multilabel"), [[0, 1], [1, 1]], False),
        (Valuer(task_="reconstruction"), [0.5, 1.0], True),
        (Valuer(classes_=[0.5, 1.0]), [0.5, 1.0], False),
        (Ridge(), [0, 1, 2], True),
        (LogisticRegression(), [0, 1, 2], False),
    ],
)
def test_the_valuer_says_first_whether_labels_are_quantities(valuer, y, expected):
    assert is_continuous(valuer, None if y is None else np.array(y)) is expected
