"""Several target sets in one fit, against a plain float64 loop over sets and rows."""

import numpy as np
import pandas as pd
import pytest
import torch
from joblib import parallel_config
from skorch import NeuralNet
from torch import nn
from torch.nn import functional

from skdvgs import DVGSValuer, LowValueFilter, LowValueSampler, TargetSet
from skdvgs.exceptions import InvalidInputError
from tests import oracle

RNG = np.random.default_rng(0)
CLASSES = RNG.integers(0, 3, 54)
ROWS = (RNG.normal(size=(54, 4)) + CLASSES[:, None]).astype(np.float32)
X, Y = ROWS[:25], CLASSES[:25]
SETS = {"north": slice(25, 38), "south": slice(38, 46), "west": slice(46, 54)}
X_VAL = {name: ROWS[part] for name, part in SETS.items()}
Y_VAL = {name: CLASSES[part] for name, part in SETS.items()}


class Net(nn.Module):
    def __init__(self, n_outputs=3):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Dropout(0.3), nn.Linear(6, n_outputs)
        )

    def forward(self, X):
        return self.layers(X)


class Plain(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3))


class Scaled(Net):
    """With a parameter that the general path serves."""

    def __init__(self, n_outputs=3):
        super().__init__(n_outputs)
        self.scale = nn.Parameter(torch.linspace(0.5, 1.5, n_outputs))

    def forward(self, X):
        return self.layers(X) * self.scale


def make_net(module=Net, criterion=nn.CrossEntropyLoss, **settings):
    options = {"optimizer": torch.optim.Adam, "lr": 0.02, "max_epochs": 2, "batch_size": 10}
    options |= {"callbacks": [oracle.Recorder], "verbose": 0}
    return NeuralNet(module, criterion=criterion, **{**options, **settings})


def fitted(net=None, X=X, y=Y, X_val=X_VAL, y_val=Y_VAL, **options):
    oracle.RECORD.clear()
    valuer = DVGSValuer(net or make_net(), source_batch_size=7, random_state=0, **options)
    return valuer.fit(X, y, X_val=X_val, y_val=y_val)


def gradients(module, loss, X, y):
    """One float64 gradient a row, as (n, n_parameters)."""
    found = []
    for i in range(len(X)):
        module.zero_grad()
        x = torch.tensor(X[i : i + 1], dtype=torch.float64)
        loss(module(x), torch.as_tensor(y[i : i + 1])).backward()
        found.append(oracle.flatten([p.grad for p in module.parameters()]))
    return torch.stack(found)


def replayed(module, loss, sets, weights=None, compare=None, X=X, y=Y):
    """Similarities of every row with the mean gradient of every set: (checkpoints, n, sets)."""
    module = module.double().eval()
    found, lengths = [], []
    for state, _ in oracle.RECORD:
        module.load_state_dict(state)
        rows = gradients(module, loss, X, y)
        found.append([])
        lengths.append([])
        for X_set, y_set in sets:
            of_rows = gradients(module, loss, X_set, y_set)
            w = torch.ones(len(of_rows)).double() if weights is None else weights(y_set)
            target = (w[:, None] * of_rows).sum(0) / w.sum()
            lengths[-1].append(float(target.norm()))
            dots = rows @ target
            found[-1].append(dots / (rows.norm(dim=1) * target.norm()) if not compare else dots)
    return np.stack([torch.stack(one, 1).numpy() for one in found]), np.array(lengths)


def pairs():
    return [(X_VAL[name], Y_VAL[name]) for name in SETS]


@pytest.mark.parametrize("module", [Net, Scaled])
def test_values_by_target(module):
    valuer = fitted(make_net(module))
    expected = replayed(module(), functional.cross_entropy, pairs())[0].mean(0)
    assert valuer.n_checkpoints_ == 2 * 3
    np.testing.assert_allclose(valuer.values_by_target_, expected, atol=2e-5)
    np.testing.assert_allclose(valuer.values_, valuer.values_by_target_.mean(1), rtol=1e-12)
    assert valuer.target_names_.tolist() == list(SETS)
    # The columns differ by more than rounding, and so do the checkpoints.
    assert np.abs(expected[:, 0] - expected[:, 1]).max() > 0.05


def test_gradient_norms_weight_each_column_by_its_own():
    valuer = fitted(weighting="gradient_norm")
    cosines, lengths = replayed(Net(), functional.cross_entropy, pairs())
    expected = (cosines * lengths[:, None]).sum(0) / lengths[:, None].sum(0)
    np.testing.assert_allclose(valuer.values_by_target_, expected, atol=2e-5)


def test_dot_products_with_weighted_targets():
    weights = {0: 3.0, 1: 1.0, 2: 0.2}
    valuer = fitted(class_weight=weights, similarity="dot")
    dots, _ = replayed(
        Net(), functional.cross_entropy, pairs(), compare="dot",
        weights=lambda y: torch.tensor([weights[c] for c in y.tolist()]).double(),
    )  # fmt: skip
    np.testing.assert_allclose(valuer.values_by_target_, dots.mean(0), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("similarity", ["projection", "euclidean", "discounted_cosine", "own"])
def test_every_similarity(similarity):
    """One checkpoint, one set at a time by a fit of its own on the same weights."""

    def own(dot, norm, target_norm):
        return dot - norm * target_norm

    option = own if similarity == "own" else similarity
    net = make_net(max_epochs=1, batch_size=-1)
    valuer = fitted(net, similarity=option)
    module = Net().double().eval()
    module.load_state_dict(oracle.RECORD[0][0])
    rows = gradients(module, functional.cross_entropy, X, Y)
    targets = [gradients(module, functional.cross_entropy, *pair) for pair in pairs()]
    typical = torch.cat(targets).norm(dim=1).quantile(0.5)
    for column, of_target in enumerate(targets):
        t = of_target.mean(0)
        dot, norm = rows @ t, rows.norm(dim=1)
        formulas = {
            "projection": dot / t.norm(),
            "euclidean": -(rows - t).norm(dim=1),
            "discounted_cosine": (1 + dot / norm / t.norm()) / (1 + norm / typical),
            "own": dot - norm * t.norm(),
        }
        np.testing.assert_allclose(
            valuer.values_by_target_[:, column], formulas[similarity], rtol=1e-3, atol=1e-4
        )


def test_regression_is_standardised_by_the_union():
    numbers = ROWS.sum(1).astype(np.float64) ** 2
    y_val = {name: numbers[part] for name, part in SETS.items()}
    net = make_net(criterion=nn.MSELoss, module__n_outputs=1)
    valuer = fitted(net, y=numbers[:25], y_val=y_val)
    union = np.concatenate(list(y_val.values()))
    scaled = ((numbers - union.mean()) / union.std())[:, None]
    sets = [(ROWS[part], scaled[part]) for part in SETS.values()]
    expected = replayed(
        Net(1), lambda out, y: (out - y).square().mean(), sets, y=scaled[:25]
    )[0].mean(0)  # fmt: skip
    np.testing.assert_allclose(valuer.values_by_target_, expected, atol=5e-5)


def test_labels_are_suggested_by_the_mean():
    valuer = fitted(suggest_labels=True, store_trajectory=True)
    own = valuer.label_values_[np.arange(25), Y]
    np.testing.assert_allclose(own, valuer.values_, rtol=1e-6)
    expected = np.stack(
        [
            replayed(Net(), functional.cross_entropy, pairs(), y=np.full(25, c))[0].mean((0, 2))
            for c in range(3)
        ],
        axis=1,
    )
    np.testing.assert_allclose(valuer.label_values_, expected, atol=2e-5)
    # Rows after fit have the mean over the sets.
    np.testing.assert_allclose(valuer.score_samples(X, Y), valuer.values_, atol=1e-6)


def test_each_class_a_target():
    union = {"X_val": ROWS[25:], "y_val": CLASSES[25:]}
    valuer = fitted(by_class=True, **union)
    sets = [(ROWS[25:][CLASSES[25:] == c], CLASSES[25:][CLASSES[25:] == c]) for c in range(3)]
    expected = replayed(Net(), functional.cross_entropy, sets)[0].mean(0)
    np.testing.assert_allclose(valuer.values_by_target_, expected, atol=2e-5)
    assert valuer.target_names_.tolist() == [0, 1, 2]


def test_each_class_of_each_fold():
    folds = [(np.arange(25), np.arange(25, 54)), (np.arange(25, 54), np.arange(25))]
    valuer = fitted(X=ROWS, y=CLASSES, X_val=None, y_val=None, by_class=True, cv=folds)
    assert valuer.values_by_target_.shape == (54, 3)
    # Rows of a class pull towards it.
    own = valuer.values_by_target_[np.arange(54), CLASSES]
    assert np.mean(own > valuer.values_by_target_.mean(1)) > 0.9
    rare = CLASSES.copy()
    rare[:-1][rare[:-1] == 2] = 1
    rare[-1] = 2
    with pytest.raises(InvalidInputError, match=r"A fold of .* holds none of class 2"):
        fitted(X=ROWS, y=rare, X_val=None, y_val=None, by_class=True, cv=folds)


def test_a_set_alone_has_the_column_it_has_among_others():
    net = make_net(Plain, max_epochs=1, batch_size=-1)
    together = fitted(net)
    # The same weights at the only checkpoint: no step was made before it.
    for number, name in enumerate(SETS):
        alone = fitted(net, X_val={name: X_VAL[name]}, y_val={name: Y_VAL[name]})
        assert alone.target_names_.tolist() == [name]
        np.testing.assert_allclose(
            alone.values_by_target_[:, 0], together.values_by_target_[:, number], atol=1e-6
        )


def test_workers_and_files_give_the_same(tmp_path):
    expected = fitted(n_restarts=2)
    with parallel_config("threading", n_jobs=2):
        found = fitted(n_restarts=2)
    np.testing.assert_array_equal(found.values_by_target_, expected.values_by_target_)
    found = DVGSValuer(
        make_net(callbacks=None), source_batch_size=7, random_state=0, n_restarts=2,
        checkpoint_dir=tmp_path / "fit", store_trajectory=True,
    ).fit(X, Y, X_val=X_VAL, y_val=Y_VAL)  # fmt: skip
    np.testing.assert_array_equal(found.values_by_target_, expected.values_by_target_)
    np.testing.assert_allclose(found.score_samples(X, Y), found.values_, atol=1e-6)
    again = found.fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
    np.testing.assert_array_equal(again.values_by_target_, expected.values_by_target_)
    # A fit with one set leaves no columns behind.
    found.set_params(checkpoint_dir=None).fit(X, Y, X_val=ROWS[25:], y_val=CLASSES[25:])
    assert not hasattr(found, "values_by_target_")


def test_target_sets_as_objects_and_frames():
    expected = fitted().values_by_target_
    objects = {name: TargetSet(X_VAL[name], Y_VAL[name]) for name in SETS}
    np.testing.assert_array_equal(fitted(X_val=objects, y_val=None).values_by_target_, expected)
    frames = {name: pd.DataFrame(part, columns=list("abcd")) for name, part in X_VAL.items()}
    found = fitted(X=pd.DataFrame(X, columns=list("abcd")), X_val=frames)
    np.testing.assert_array_equal(found.values_by_target_, expected)


def test_the_default_network_refuses_several_target_sets_without_labels_too():
    with pytest.raises(InvalidInputError, match="X_val is a dict of target sets, but net=None"):
        DVGSValuer(random_state=0).fit(X, X_val=X_VAL)


@pytest.mark.parametrize("cls", [LowValueFilter, LowValueSampler])
def test_rows_are_chosen_for_one_set(cls):
    valuer = DVGSValuer(make_net(), random_state=0)
    chosen = cls(valuer, fraction=0.2, target="south").fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
    column = chosen.valuer_.values_by_target_[:, 1]
    np.testing.assert_array_equal(chosen.values_, column)
    assert set(np.flatnonzero(~chosen.support_)) == set(np.argsort(column)[:5])
    frame = chosen.values_frame()
    assert list(frame)[:4] == ["value", "value_north", "value_south", "value_west"]
    assert cls(valuer, target="south").fit(X, Y, X_val=X_VAL, y_val=Y_VAL).n_dropped_ < 25
    with pytest.raises(InvalidInputError, match=r"target='east' is none of .*'north', 'south'"):
        cls(valuer, target="east").fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
    with pytest.raises(InvalidInputError, match="the valuer has no values by target"):
        cls(valuer, target="south").fit(X, Y, X_val=ROWS[25:], y_val=CLASSES[25:])


def test_frame_report_and_summary_have_the_columns(tmp_path):
    valuer = fitted()
    frame = valuer.values_frame()
    np.testing.assert_array_equal(frame["value_north"], valuer.values_by_target_[:, 0])
    assert "value north" in repr(valuer.summary())
    page = valuer.report(tmp_path / "report.html").read_text()
    assert "value north" in page
    assert "29 trusted rows" in page


BAD = {
    "X_val is a dict of target sets, but net=None": lambda: DVGSValuer().fit(
        X, Y, X_val=X_VAL, y_val=Y_VAL
    ),
    "by_class=True was given, but net=None": lambda: DVGSValuer(by_class=True).fit(X, Y),
    "a dict of several arrays, but y_val is one": lambda: fitted(y_val=CLASSES[25:]),
    "y_val is a dict and X_val is not": lambda: fitted(X_val=ROWS[25:]),
    "Give both the same keys": lambda: fitted(y_val={"north": Y_VAL["north"]}),
    "an empty dict": lambda: fitted(X_val={}, y_val={}),
    "Target set 'south': X_val has 3 features": lambda: fitted(
        X_val={**X_VAL, "south": X_VAL["south"][:, :3]}
    ),
    "Target set 'west': y_val is missing": lambda: fitted(y_val={**Y_VAL, "west": None}),
    "X_val is a dict. Target sets are either": lambda: fitted(by_class=True),
    "by_class=True was given but the task is regression": lambda: fitted(
        make_net(criterion=nn.MSELoss, module__n_outputs=1), y=X[:, 0], X_val=X, y_val=X[:, 0],
        by_class=True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("message", BAD)
def test_errors(message):
    with pytest.raises(InvalidInputError, match=message):
        BAD[message]()
