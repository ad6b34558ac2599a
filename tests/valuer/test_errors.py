"""Bad input gets a clear error before training starts, and nothing is left half-fitted."""

import re
import signal

import numpy as np
import pandas as pd
import pytest
import skorch
from sklearn.datasets import load_iris
from torch import nn

from skdvgs import DVGSValuer, TargetSet
from skdvgs.exceptions import (
    InvalidInputError,
    SkdvgsWarning,
    TargetScaleWarning,
    TrainingDivergedError,
    UnseenLabelWarning,
    UnsupportedModuleError,
)


class Net(nn.Module):
    def __init__(self, n_features=4, n_outputs=3):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_features, 8), nn.ReLU(), nn.Linear(8, n_outputs))

    def forward(self, X):
        return self.layers(X)


class Needy(Net):
    def __init__(self, n_features, width):
        super().__init__(n_features)


class Untrained(skorch.callbacks.Callback):
    """Fails the test when training starts."""

    def on_train_begin(self, net, **kwargs):
        raise AssertionError("training started")


def classifier(module=Net, **settings):
    options = {"criterion": nn.CrossEntropyLoss, "callbacks": [Untrained], **settings}
    return skorch.NeuralNetClassifier(module, **options)


X, Y = load_iris(return_X_y=True)
X, X_VAL, Y, Y_VAL = X[::2], X[1::2], Y[::2], Y[1::2]
NAMED, NAMED_VAL = pd.DataFrame(X, columns=list("abcd")), pd.DataFrame(X_VAL, columns=list("abcd"))
REVERSED, RENAMED = NAMED_VAL[list("dcba")], NAMED_VAL.rename(columns={"a": "e"})
TEXT = pd.DataFrame({"size": X[:, 0], "colour": ["red"] * 75})


def bad(message, net=None, X=X, y=Y, X_val=X_VAL, y_val=Y_VAL, error=InvalidInputError, **options):
    return pytest.param(net, X, y, X_val, y_val, options, error, message)


CASES = {
    "lengths": bad("y has 74 rows, its X has 75", y=Y[:74]),
    "target lengths": bad("y_val has 10 rows, its X has 75", y_val=Y_VAL[:10]),
    "columns": bad("X_val has 3 features, X has 4", X_val=X_VAL[:, :3]),
    "label alone": bad("y_val was passed without X_val", X_val=None),
    "label twice": bad("X_val is a TargetSet", X_val=TargetSet(X_VAL, Y_VAL)),
    "no target labels": bad("y_val is missing: y makes the task class.*Pass y_val", y_val=None),
    "no target targets": bad("y_val is missing: y makes the task reg", y=X[:, 0], y_val=None),
    "no target indicators": bad("y_val is missing: y makes the task multi", y=X > 3, y_val=None),
    "other order": bad("column 0 is 'd', in X 'a'.*X_val\\[X.columns\\]", X=NAMED, X_val=REVERSED),
    "other names": bad("lacks \\['a'\\] and has \\['e'\\]", X=NAMED, X_val=RENAMED),
    "fewer names": bad("it lacks \\['d'\\]\\. The", X=NAMED, X_val=NAMED_VAL[["a", "b", "c"]]),
    "labels of the target alone": bad("y_val was passed without y\\. .*Pass y", y=None),
    "module arguments": bad("built with n_features: .*'width'.* module__width=\\.\\.", net=Needy),
    "net arguments": bad("built with no arg.* module__width=\\.\\.\\.", net=classifier(Needy)),
    "unknown argument": bad("built with hidden: .*'hidden'", net=classifier(module__hidden=3)),
    "one class": bad("holds one class only: \\[0\\]", y=np.zeros(75, int), X_val=None, y_val=None),
    "one target class": bad("holds one class only: \\[1\\]", y_val=np.ones(75, int)),
    "few rows": bad(
        "fewer rows than the 5 folds", X=X[:4], y=X[:4, 0] + 0.01, X_val=None, y_val=None, net=Net
    ),
    "one-sided folds": bad(
        "rows always in the target",
        X_val=None,
        y_val=None,
        cv=[(np.arange(5), np.arange(75))],
        net=Net,
    ),
    "one fold": bad("1 folds, and 0 rows are in none", cv=[(np.arange(5), np.arange(75))]),
    "a row in two folds": bad(
        "a row in two folds", cv=[(np.arange(5), np.arange(75)), (np.arange(5), np.arange(3))]
    ),
    "NaN": bad("Input X contains NaN", X=np.where(X > 7, np.nan, X), net=classifier()),
    "infinity": bad("Input X contains infinity", X=np.where(X > 7, np.inf, X)),
    "overflow": bad("Input X contains infinity or a value too large", X=np.where(X > 7, 1e300, X)),
    "overflow in X_val": bad("X_val contains infinity or a value too large", X_val=X_VAL * 1e300),
    "overflow in own net": bad("value too large", X=np.where(X > 7, -1e300, X), net=classifier()),
    "NaN in X_val": bad(
        "X_val contains NaN|Input X contains NaN", X_val=X_VAL * np.nan, net=classifier()
    ),
    "NaN in y": bad("Input y contains NaN", y=np.where(Y == 0, np.nan, Y)),
    "text": bad("in columns \\['colour'\\].*Encode", X=TEXT, X_val=None, y_val=None, net=Net),
    "text array": bad("text or dates in columns \\[0, 1", X=X.astype(str)),
    "text objects": bad(
        "text or dates in columns \\[1\\]", X=TEXT.to_numpy(), X_val=None, y_val=None
    ),
    "mixed labels": bad("Labels of both sets must be of one type", y_val=Y_VAL.astype(str)),
    "mixed kinds": bad("continuous numbers but the task is class", y_val=Y_VAL + 0.5),
    "many columns of labels": bad("Unknown label type", y=np.stack([Y, Y], 1), y_val=None),
    "continuous classes": bad("use task='regression'", y=Y + 0.5, task="classification"),
    "text targets": bad("cannot be read as numbers", y=["a"] * 75, task="regression"),
    "large targets": bad(
        "y holds numbers up to .*Divide it by", y=X[:, 0] * 1e150, y_val=X_VAL[:, 0]
    ),
    "large targets of an own net": bad(
        "y holds numbers up to", y=-X[:, 0] * 1e150, y_val=X_VAL[:, 0], net=Net
    ),
    "large targets of the target set": bad(
        "y_val holds numbers up to .*Divide it by", y=X[:, 0], y_val=X_VAL[:, 0] * 1e150
    ),
    "class weight": bad(
        "Only classes have weights", y=X[:, 0], y_val=X_VAL[:, 0], class_weight="balanced", net=Net
    ),
    "class weight of the default network": bad(
        "class_weight='balanced'.*net=None", class_weight="balanced"
    ),
    "similarity of the default network": bad(
        "similarity='dot' was given, but net=None", similarity="dot"
    ),
    "instance": bad("restart would start from the same weights", net=Net()),
    "instance in skorch": bad("instance of Net", net=classifier(Net())),
    "no net": bad("must be None, a torch.nn.Module subclass or a skorch", net="mlp"),
    "outputs": bad("2 outputs but y has 3 classes", net=classifier(module__n_outputs=2)),
    "inputs": bad("cannot read X.*rows of shape \\(4,\\)", net=classifier(module__n_features=5)),
    "NLL on logits": bad(
        "needs probabilities.*CrossEntropyLoss", net=classifier(criterion=nn.NLLLoss)
    ),
    "plain NLL on logits": bad(
        "needs log-probabilities", net=skorch.NeuralNet(Net, criterion=nn.NLLLoss)
    ),
    "BCE on logits": bad(
        "BCELoss needs probabilities",
        net=skorch.NeuralNet(Net, module__n_outputs=1, criterion=nn.BCELoss),
        y=Y > 0,
        y_val=Y_VAL > 0,
    ),
    "one logit, three classes": bad(
        "knows two classes but y has 3",
        net=skorch.NeuralNet(Net, module__n_outputs=1, criterion=nn.BCEWithLogitsLoss),
        task="classification",
    ),
    "regression outputs": bad(
        "output has shape \\(3,\\) a row",
        net=skorch.NeuralNetRegressor(Net),
        y=X[:, 0],
        y_val=X_VAL[:, 0],
    ),
    "weights of squares": bad(
        "class_weight cannot be given to BCEWithLogitsLoss",
        net=skorch.NeuralNet(Net, module__n_outputs=1, criterion=nn.BCEWithLogitsLoss),
        y=Y > 0,
        y_val=Y_VAL > 0,
        class_weight="balanced",
        task="classification",
    ),
    "layers": bad("matches no trainable parameter.*'layers.0'", net=classifier(), layers="head"),
    "no CUDA": bad("CUDA", net=classifier(), device="cuda"),
}


@pytest.mark.parametrize(
    ("net", "X", "y", "X_val", "y_val", "options", "error", "message"),
    [pytest.param(*case.values, id=name) for name, case in CASES.items()],
)
def test_bad_input(net, X, y, X_val, y_val, options, error, message):
    valuer = DVGSValuer(net, max_epochs=1, random_state=0, **options)
    with pytest.raises(error) as caught:
        valuer.fit(X, y, X_val=X_val, y_val=y_val)
    assert re.search(message, str(caught.value), re.DOTALL), str(caught.value)
    assert not [name for name in vars(valuer) if name.endswith("_")]


class Lazy(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.LazyLinear(3)

    def forward(self, X):
        return self.layer(X)


class BatchStatistics(Net):
    def __init__(self):
        super().__init__()
        self.layers.insert(1, nn.BatchNorm1d(8, track_running_stats=False))


class Centred(Net):
    def forward(self, X):
        return self.layers(X - X.mean(0))


class FrozenNet(Net):
    def __init__(self):
        super().__init__()
        self.requires_grad_(False)


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
@pytest.mark.parametrize(
    ("module", "message"),
    [
        (Lazy, "LazyLinear, which has no parameters before its first call"),
        (BatchStatistics, "statistics of the batch"),
        (Centred, "changes with the other rows of its batch"),
        (FrozenNet, "no trainable parameter"),
    ],
)
def test_modules_without_per_sample_gradients(module, message):
    with pytest.raises(UnsupportedModuleError, match=message):
        DVGSValuer(module, max_epochs=1).fit(X, Y, X_val=X_VAL, y_val=Y_VAL)


def test_batch_norm_on_a_last_batch_of_one():
    class Normed(Net):
        def __init__(self):
            super().__init__()
            self.layers.insert(1, nn.BatchNorm1d(8))

    with pytest.raises(InvalidInputError, match="75 target rows in batches of 37 leave"):
        DVGSValuer(Normed, batch_size=37).fit(X, Y, X_val=X_VAL, y_val=Y_VAL)


def test_learning_outside_the_module():
    class TwoParts(skorch.NeuralNetClassifier):
        def initialize_module(self):
            super().initialize_module()
            self.head_ = nn.Linear(3, 3)
            return self

    net = TwoParts(Net, criterion=nn.CrossEntropyLoss)
    with pytest.raises(UnsupportedModuleError, match="learns parameters in \\['head'\\]"):
        DVGSValuer(net, max_epochs=1).fit(X, Y, X_val=X_VAL, y_val=Y_VAL)


def test_exploding_training_names_the_checkpoint():
    net = classifier(lr=1e30, callbacks=None, max_epochs=20)
    with pytest.raises(TrainingDivergedError, match=r"optimiser step .* checkpoint .*Lower lr"):
        DVGSValuer(net, random_state=0).fit(X, Y, X_val=X_VAL, y_val=Y_VAL)


def test_rows_too_large_for_float32():
    large = X.copy()
    large[7] = 1e30
    net = classifier(callbacks=None, max_epochs=1)
    with pytest.raises(InvalidInputError, match="source row 7 is not finite at checkpoint 0"):
        DVGSValuer(net, random_state=0).fit(large, Y, X_val=X_VAL, y_val=Y_VAL)


def test_a_failed_fit_leaves_the_last_one_as_it_was():
    valuer = DVGSValuer(max_epochs=1, random_state=0).fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
    before = dict(vars(valuer))
    with pytest.raises(ValueError, match="holds one class only"):
        valuer.fit(X[:, :2], Y, X_val=X_VAL[:, :2], y_val=np.zeros(75, int))
    assert vars(valuer) == before
    assert valuer.n_features_in_ == 4


def test_labels_unseen_in_the_source_are_allowed():
    rows = Y < 2
    valuer = DVGSValuer(max_epochs=1, random_state=0)
    valuer.fit(X[rows], Y[rows], X_val=X_VAL, y_val=Y_VAL)
    assert valuer.classes_.tolist() == [0, 1, 2]


def test_labels_unseen_in_the_target_warn():
    rows = Y_VAL < 2
    valuer = DVGSValuer(max_epochs=1, random_state=0)
    with pytest.warns(UnseenLabelWarning, match="\\[2\\], which the target set lacks: 25 rows"):
        valuer.fit(X, Y, X_val=X_VAL[rows], y_val=Y_VAL[rows])
    assert valuer.values_[Y == 2].mean() < valuer.values_[Y < 2].mean()


def test_another_scale_warns():
    scaled = (X - X.mean(0)) / X.std(0)
    with pytest.warns(TargetScaleWarning, match="transform_input"):
        DVGSValuer(max_epochs=1).fit(scaled, Y, X_val=X_VAL, y_val=Y_VAL)


@pytest.mark.parametrize(("X", "X_val"), [(NAMED, X_VAL), (X, NAMED_VAL)])
def test_names_in_one_set_only_warn(X, X_val):
    with pytest.warns(SkdvgsWarning, match="have none. They are matched by their order"):
        DVGSValuer(max_epochs=1).fit(X, Y, X_val=X_val, y_val=Y_VAL)


def test_errors_within_a_constructor_are_its_own():
    class Broken(Net):
        def __init__(self):
            raise TypeError("a mistake in it")

    with pytest.raises(TypeError, match=r"^a mistake in it$"):
        DVGSValuer(Broken).fit(X, Y, X_val=X_VAL, y_val=Y_VAL)


@pytest.mark.usefixtures("_ctrl_c_is_heard")
def test_ctrl_c_is_not_swallowed():
    class PressCtrlC(skorch.callbacks.Callback):
        def on_epoch_end(self, net, **kwargs):
            signal.raise_signal(signal.SIGINT)

    net = classifier(callbacks=[PressCtrlC], max_epochs=3)
    valuer = DVGSValuer(net, random_state=0)
    with pytest.raises(KeyboardInterrupt):
        valuer.fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
    assert not hasattr(valuer, "values_")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
