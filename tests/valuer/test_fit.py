"""What DVGSValuer promises beside its numbers: repeatable, side-effect free, any labels."""

import functools
import random

import numpy as np
import pandas as pd
import pytest
import skorch
import torch
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits, load_iris, make_friedman1
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, train_test_split
from torch import nn

from skdvgs import DVGSValuer, TargetSet
from skdvgs.gradients import GradientEngine


class Small(nn.Module):
    """Dropout, so that training draws random numbers at every step."""

    def __init__(self, n_features, n_outputs):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_features, 16),
            nn.BatchNorm1d(16),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(16, n_outputs),
        )

    def forward(self, X):
        return self.layers(X)


def flip(y, share, seed, n_classes=10):
    rng = np.random.default_rng(seed)
    flipped = rng.random(len(y)) < share
    noisy = y.copy()
    noisy[flipped] = (y[flipped] + rng.integers(1, n_classes, flipped.sum())) % n_classes
    return noisy, flipped


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    X, X_val, y, y_val = train_test_split(X, y, test_size=250, stratify=y, random_state=0)
    noisy, flipped = flip(y, 0.2, seed=0)
    return X, noisy, X_val, y_val, flipped


@pytest.fixture
def iris():
    X, y = load_iris(return_X_y=True)
    return X[::2], y[::2], X[1::2], y[1::2]


@pytest.mark.whole_forest
def test_flipped_digits_with_a_target_set(digits):
    X, noisy, X_val, y_val, flipped = digits
    valuer = DVGSValuer(random_state=0).fit(X, noisy, X_val=X_val, y_val=y_val)
    assert roc_auc_score(~flipped, valuer.values_) >= 0.99
    assert valuer.values_.dtype == np.float64
    assert np.abs(valuer.values_).max() <= 1


@pytest.mark.whole_forest
def test_flipped_digits_without_a_target_set(digits):
    X, noisy, _, _, flipped = digits
    valuer = DVGSValuer(random_state=0).fit(X, noisy)
    assert roc_auc_score(~flipped, valuer.values_) >= 0.97


@pytest.mark.whole_forest
def test_replaced_regression_targets_are_found():
    X, y = make_friedman1(300, noise=0.5, random_state=0)
    rng = np.random.default_rng(0)
    replaced = rng.random(len(y)) < 0.2
    noisy = np.where(replaced, rng.permutation(y), y)
    valuer = DVGSValuer(random_state=0).fit(X, noisy)
    assert roc_auc_score(~replaced, valuer.values_) > 0.6


def test_whole_floats_of_many_values_are_targets_not_classes():
    X, y = load_diabetes(return_X_y=True)
    valuer = DVGSValuer(n_restarts=1, random_state=0).fit(X[:150], y[:150])
    assert not hasattr(valuer, "classes_")


def test_noisy_rows_are_found_without_labels(digits):
    X = digits[0][:300]
    rng = np.random.default_rng(0)
    noisy = rng.random(len(X)) < 0.2
    X = np.where(noisy[:, None], rng.permuted(X, axis=1), X)
    valuer = DVGSValuer(random_state=0).fit(X, X_val=digits[2])
    assert roc_auc_score(~noisy, valuer.values_) > 0.99
    assert abs(valuer.low_fraction_ - noisy.mean()) < 0.1


def test_same_seed_same_bits(iris):
    X, y, X_val, y_val = iris
    valuer = DVGSValuer(Small, max_epochs=3, n_restarts=2, random_state=3)
    first = valuer.fit(X, y, X_val=X_val, y_val=y_val).values_
    again = clone(valuer).fit(X, y, X_val=X_val, y_val=y_val).values_
    other = clone(valuer).set_params(random_state=4).fit(X, y, X_val=X_val, y_val=y_val).values_
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


@pytest.mark.parametrize("net", [None, Small])
def test_same_bits_for_any_n_jobs(net, iris):
    X, y, _, _ = iris
    valuer = DVGSValuer(net, max_epochs=2, n_restarts=2, cv=2, random_state=0)
    alone = valuer.fit(X, y).values_
    crowd = clone(valuer).set_params(n_jobs=2).fit(X, y)
    np.testing.assert_array_equal(alone, crowd.values_)
    nets = valuer.net_.module_, crowd.net_.module_
    assert all(map(torch.equal, *(net.parameters() for net in nets)))


@pytest.mark.parametrize("source_batch_size", [1, 7, 1000])
def test_source_batch_size_changes_only_rounding(source_batch_size, iris):
    X, y, X_val, y_val = iris
    valuer = DVGSValuer(Small, max_epochs=3, random_state=0)
    whole = valuer.fit(X, y, X_val=X_val, y_val=y_val).values_
    valuer.set_params(source_batch_size=source_batch_size)
    parts = valuer.fit(X, y, X_val=X_val, y_val=y_val).values_
    np.testing.assert_allclose(parts, whole, atol=1e-5)


def test_global_random_states_are_untouched(iris):
    X, y, X_val, y_val = iris
    before = np.random.get_state()[1].copy(), torch.get_rng_state(), random.getstate()  # noqa: NPY002
    threads = torch.get_num_threads()
    DVGSValuer(Small, max_epochs=2, random_state=0).fit(X, y, X_val=X_val, y_val=y_val)
    np.testing.assert_array_equal(np.random.get_state()[1], before[0])  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), before[1])
    assert random.getstate() == before[2]
    assert torch.get_num_threads() == threads


STARTS = []


class KeepStart(skorch.callbacks.Callback):
    def on_train_begin(self, net, **kwargs):
        STARTS.append([p.detach().clone() for p in net.module_.parameters()])


def test_restarts_start_from_different_weights_norm_layers_included(iris):
    X, y, X_val, y_val = iris
    STARTS.clear()

    class RandomNorm(Small):
        def __init__(self, n_features, n_outputs):
            super().__init__(n_features, n_outputs)
            nn.init.normal_(self.layers[1].weight)

    net = skorch.NeuralNetClassifier(
        RandomNorm,
        module__n_features=4,
        module__n_outputs=3,
        criterion=nn.CrossEntropyLoss,
        max_epochs=1,
        callbacks=[KeepStart],
    )
    DVGSValuer(net, n_restarts=3, random_state=0).fit(X, y, X_val=X_val, y_val=y_val)
    assert len(STARTS) == 3
    for name, weights in enumerate(zip(*STARTS, strict=True)):
        if bool(weights[0].any()):
            assert not torch.equal(weights[0], weights[1]), name
            assert not torch.equal(weights[1], weights[2]), name


def test_labels_of_any_type_give_the_same_values(iris):
    X, y, X_val, y_val = iris
    valuer = DVGSValuer(max_epochs=2, random_state=0)
    plain = valuer.fit(X, y, X_val=X_val, y_val=y_val).values_
    for names in (["a", "b", "c"], [1, 3, 7], [-1.0, 0.0, 5.0]):
        named, named_val = np.asarray(names)[y], np.asarray(names)[y_val]
        for make in (np.asarray, list, pd.Series):
            values = valuer.fit(X, make(named), X_val=X_val, y_val=make(named_val)).values_
            np.testing.assert_array_equal(values, plain)
            assert valuer.classes_.tolist() == names
    categories = pd.Series(np.asarray(["a", "b", "c"])[y]).astype("category")
    values = valuer.fit(X, categories, X_val=X_val, y_val=list(np.asarray(["a", "b", "c"])[y_val]))
    np.testing.assert_array_equal(values.values_, plain)


def test_frames_keep_their_names_and_arrays_give_the_same(iris):
    X, y, X_val, y_val = iris
    valuer = DVGSValuer(max_epochs=2, random_state=0)
    plain = valuer.fit(X, y, X_val=X_val, y_val=y_val).values_
    names = ["sl", "sw", "pl", "pw"]
    frame, frame_val = pd.DataFrame(X, columns=names), pd.DataFrame(X_val, columns=names)
    valuer.fit(frame, y, X_val=frame_val, y_val=y_val)
    np.testing.assert_array_equal(valuer.values_, plain)
    assert valuer.feature_names_in_.tolist() == names
    with pytest.raises(ValueError, match="in another order"):
        valuer.fit(frame, y, X_val=frame_val[names[::-1]], y_val=y_val)


def test_target_set_object_is_the_same_as_two_arguments(iris):
    X, y, X_val, y_val = iris
    valuer = DVGSValuer(max_epochs=2, random_state=0)
    plain = valuer.fit(X, y, X_val=X_val, y_val=y_val).values_
    wrapped = valuer.fit(X, y, X_val=TargetSet(X_val, y_val)).values_
    np.testing.assert_array_equal(plain, wrapped)


def test_a_users_splitter_is_used(iris):
    X, y, _, _ = iris
    groups = np.arange(len(X)) % 3
    folds = list(GroupKFold(3).split(X, y, groups))
    valuer = DVGSValuer(Small, max_epochs=2, random_state=0, cv=folds).fit(X, y)
    assert np.isfinite(valuer.values_).all()
    assert len(valuer.target_loss_) == 3
    by_folds = DVGSValuer(max_epochs=2, random_state=0, cv=folds).fit(X, y).values_
    by_groups = DVGSValuer(max_epochs=2, random_state=0).fit(X, y, groups=groups).values_
    np.testing.assert_array_equal(by_folds, by_groups)
    alone = DVGSValuer(max_epochs=2, random_state=0).fit(X, y).values_
    assert np.abs(by_folds - alone).max() > 0


def test_settings_of_the_valuer_win_over_those_of_the_net(iris):
    X, y, X_val, y_val = iris
    net = skorch.NeuralNetClassifier(
        Small,
        module__n_features=4,
        module__n_outputs=3,
        criterion=nn.CrossEntropyLoss,
        lr=0.5,
        max_epochs=4,
        batch_size=25,
    )
    own = DVGSValuer(net, random_state=0).fit(X, y, X_val=X_val, y_val=y_val)
    assert (own.net_.lr, own.net_.max_epochs, own.net_.batch_size) == (0.5, 4, 25)
    assert own.n_checkpoints_ == 4 * 3
    changed = DVGSValuer(net, lr=0.1, max_epochs=2, batch_size=75, random_state=0)
    changed.fit(X, y, X_val=X_val, y_val=y_val)
    assert (changed.net_.lr, changed.n_checkpoints_) == (0.1, 2)
    assert net.lr == 0.5
    assert not getattr(net, "initialized_", False)


def test_callbacks_of_the_users_own_are_honoured(iris):
    """EarlyStopping ends training by KeyboardInterrupt, which is no Ctrl-C."""
    X, y, X_val, y_val = iris
    net = skorch.NeuralNetClassifier(
        Small,
        module__n_features=4,
        module__n_outputs=3,
        criterion=nn.CrossEntropyLoss,
        max_epochs=50,
        callbacks=[skorch.callbacks.EarlyStopping(patience=2, threshold=10.0, sink=lambda _: None)],
    )
    valuer = DVGSValuer(net, random_state=0).fit(X, y, X_val=X_val, y_val=y_val)
    assert len(valuer.net_.history) < 50
    # It monitors a validation loss, so skorch's hidden fifth of the rows stays hidden.
    assert valuer.net_.train_split is not None


def test_layers_restrict_the_comparison(iris):
    X, y, X_val, y_val = iris
    options = {"max_epochs": 2, "random_state": 0}
    whole = DVGSValuer(Small, **options).fit(X, y, X_val=X_val, y_val=y_val)
    last = DVGSValuer(Small, layers="last", **options).fit(X, y, X_val=X_val, y_val=y_val)
    assert list(last.engine_report_) == ["layers.4.weight", "layers.4.bias"]
    assert set(last.engine_report_) < set(whole.engine_report_)
    assert np.abs(last.values_ - whole.values_).max() > 1e-3


def test_general_engine_gives_the_same_values(iris, monkeypatch):
    X, y, X_val, y_val = iris
    options = {"max_epochs": 2, "random_state": 0}
    fast = DVGSValuer(Small, **options).fit(X, y, X_val=X_val, y_val=y_val)
    general = functools.partial(GradientEngine, engine="general")
    monkeypatch.setattr("skdvgs._scoring.engines.GradientEngine", general)
    slow = DVGSValuer(Small, **options).fit(X, y, X_val=X_val, y_val=y_val)
    np.testing.assert_allclose(fast.values_, slow.values_, atol=1e-5)
    assert all(path.startswith("rule") for path in fast.engine_report_.values())
    assert all(path.startswith("general") for path in slow.engine_report_.values())


def test_images_reach_a_convolutional_net_in_their_shape(digits):
    X, noisy, X_val, y_val, flipped = digits

    class Convolutional(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(
                nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 10)
            )

        def forward(self, X):
            return self.layers(X / 16)

    images, images_val = X[:400].reshape(-1, 1, 8, 8), X_val.reshape(-1, 1, 8, 8)
    valuer = DVGSValuer(Convolutional, max_epochs=8, random_state=0)
    valuer.fit(images, noisy[:400], X_val=images_val, y_val=y_val)
    assert roc_auc_score(~flipped[:400], valuer.values_) > 0.9


def test_integer_tokens_reach_an_embedding():
    class Tokens(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(10, 4)
            self.last = nn.Linear(12, 2)

        def forward(self, X):
            return self.last(self.embedding(X).flatten(1))

    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 10, (40, 3)), rng.integers(0, 2, 40)
    valuer = DVGSValuer(Tokens, max_epochs=2, cv=2, random_state=0).fit(X, y)
    assert np.isfinite(valuer.values_).all()


def test_integer_targets_are_regressed_when_asked(iris):
    X, _, _, _ = iris
    counts = np.arange(len(X))
    valuer = DVGSValuer(task="regression", max_epochs=2, random_state=0).fit(X, counts)
    assert not hasattr(valuer, "classes_")
    assert np.isfinite(valuer.values_).all()


def test_refit_on_another_task_leaves_no_classes_behind(iris):
    X, y, _, _ = iris
    valuer = DVGSValuer(max_epochs=1, cv=2, random_state=0).fit(X, y)
    assert valuer.classes_.tolist() == [0, 1, 2]
    assert not hasattr(valuer.fit(X, X[:, 0] + 0.5), "classes_")


def test_the_default_network_computes_on_the_cpu_whatever_the_device():
    X, y = load_iris(return_X_y=True)
    there = DVGSValuer(device="meta", random_state=0).fit(X, y)  # which can hold no value
    np.testing.assert_array_equal(there.values_, DVGSValuer(random_state=0).fit(X, y).values_)


def test_discounted_cosine_of_labels_that_are_text():
    X, y = load_iris(return_X_y=True)
    names = np.array(["a", "b", "c"])[y]
    settings = {"similarity": "discounted_cosine", "cv": 2, "max_epochs": 2, "random_state": 0}
    valuer = DVGSValuer(Small, **settings).fit(X, names)
    assert 0.0 <= valuer.low_fraction_ < 1.0
