"""Class probabilities of the user's own as a scorer: alone, and beside ours."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from torch import nn

from skdvgs import DVGSValuer, TargetSet
from skdvgs._default_net.class_trust import ClassTrust
from skdvgs.exceptions import InvalidInputError
from skdvgs.metrics import noise_detection_auroc

N, N_TARGET = 300, 80
VALUER = DVGSValuer(n_restarts=1, random_state=0)


@pytest.fixture(scope="module")
def digits():
    """A few weak pixels, and probabilities by a model that sees all of them."""
    pixels, truth = load_digits(n_class=4, return_X_y=True)
    rng = np.random.default_rng(0)
    rows = rng.permutation(len(truth))[: N + N_TARGET]
    pixels, truth = pixels[rows] / 16.0, truth[rows]
    wrong = np.zeros(len(truth), dtype=bool)
    wrong[rng.permutation(N)[: N // 5]] = True
    y = np.where(wrong, (truth + rng.integers(1, 4, len(truth))) % 4, truth)
    model = LogisticRegression(C=0.1)
    probs = cross_val_predict(model, pixels, y, cv=5, method="predict_proba")
    return pixels[:, [10, 21, 35]], y, wrong, probs


@pytest.fixture(scope="module")
def beside(digits):
    X, y, _, probs = digits
    return clone(VALUER).fit(X[:N], y[:N], pred_probs=probs[:N])


@pytest.fixture(scope="module")
def alone(digits):
    _, y, _, probs = digits
    return clone(VALUER).fit(None, y[:N], pred_probs=probs[:N])


def margin(probs, y):
    own = np.take_along_axis(probs, y[:, None], axis=1)[:, 0]
    others = np.where(np.arange(probs.shape[1]) == y[:, None], -1.0, probs)
    return own - others.max(axis=1)


def test_they_find_more_than_features_and_than_their_own_margin(digits, beside, alone):
    X, y, wrong, probs = digits
    without = clone(VALUER).fit(X[:N], y[:N])
    found = {
        "without": without.values_,
        "beside": beside.values_,
        "alone": alone.values_,
        "margin": margin(probs[:N], y[:N]),
    }
    scores = {name: noise_detection_auroc(v, wrong[:N]) for name, v in found.items()}
    assert scores["without"] + 0.05 < scores["margin"]
    assert scores["margin"] - 0.005 < min(scores["beside"], scores["alone"])
    assert abs(alone.low_fraction_ - 0.2) < 0.05


def test_without_features_a_value_is_the_trust_of_the_given_probabilities(digits, alone):
    """By hand, from the trained weights."""
    _, y, _, probs = digits
    logs = np.log(probs[:N] + 0.03)
    scores = logs - logs.mean(axis=1, keepdims=True)
    module = alone.net_.module_
    assert isinstance(module, ClassTrust)
    weights, biases = module.weights.detach().numpy(), module.biases.detach().numpy()
    assert weights.shape == (1,)
    logits = weights[0] * scores + biases
    clean = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = torch.as_tensor(y[:N])
    joint = clean * module.of_given(torch.as_tensor(clean), labels).numpy()
    expected = joint[np.arange(N), y[:N]] / joint.sum(axis=1)
    # Values are means over the last checkpoints, which hardly differ.
    np.testing.assert_allclose(alone.values_, expected, atol=0.02)
    for name in ("typicality_", "n_features_in_", "feature_names_in_"):
        assert not hasattr(alone, name)
    np.testing.assert_array_equal(alone.standard_errors_, 0.0)


def test_rows_after_fit(digits, beside, alone):
    X, y, _, probs = digits
    known = beside.score_samples(X[:N], y[:N], pred_probs=probs[:N])
    np.testing.assert_allclose(known, beside.values_, atol=1e-6)
    new = beside.score_samples(X[N:], y[N:], pred_probs=probs[N:])
    turned = beside.score_samples(X[N:], (y[N:] + 1) % 4, pred_probs=probs[N:])
    assert new.mean() > 0.85 > 0.15 > turned.mean()
    known = alone.score_samples(None, y[:N], pred_probs=probs[:N])
    np.testing.assert_allclose(known, alone.values_, atol=1e-6)
    labels = alone.label_values(None, pred_probs=probs[N:])
    assert (labels.argmax(axis=1) == y[N:]).mean() > 0.9
    best = alone.score_samples(None, pred_probs=probs[N:])
    np.testing.assert_allclose(best, labels.max(axis=1))


@pytest.mark.parametrize("with_features", [True, False])
def test_a_target_set(digits, with_features):
    X, y, wrong, probs = digits
    given = {"y_val": y[N:], "pred_probs": probs[:N], "pred_probs_val": probs[N:]}
    if with_features:
        given["X_val"] = X[N:]
    valuer = clone(VALUER).fit(X[:N] if with_features else None, y[:N], **given)
    assert valuer.target_trust_ > 0.9
    assert noise_detection_auroc(valuer.values_, wrong[:N]) > 0.97


def test_rows_permuted_are_values_permuted(digits, beside, alone):
    X, y, _, probs = digits
    order = np.random.default_rng(1).permutation(N)
    for X_all, before in ((X, beside), (None, alone)):
        given = None if X_all is None else X_all[order]
        after = clone(VALUER).fit(given, y[order], pred_probs=probs[order])
        np.testing.assert_allclose(after.values_, before.values_[order], atol=1e-9)


def test_columns_of_a_frame_go_by_name(digits, alone):
    _, y, _, probs = digits
    names = np.array(["a", "b", "c", "d"])
    frame = pd.DataFrame(probs[:N, [2, 0, 3, 1]], columns=names[[2, 0, 3, 1]])
    valuer = clone(VALUER).fit(None, names[y[:N]], pred_probs=frame)
    np.testing.assert_array_equal(valuer.values_, alone.values_)
    numbered = pd.DataFrame(probs[:N, ::-1], columns=[3, 2, 1, 0])
    again = clone(VALUER).fit(None, y[:N], pred_probs=numbered)
    np.testing.assert_array_equal(again.values_, alone.values_)


def test_groups_and_refits(digits):
    X, y, _, probs = digits
    valuer = clone(VALUER).fit(X[:N], y[:N])
    assert valuer.n_features_in_ == 3
    valuer.fit(None, y[:N], pred_probs=probs[:N], groups=np.arange(N) // 2)
    assert not hasattr(valuer, "n_features_in_")
    assert len(np.unique(valuer.groups_)) == N // 2
    valuer.fit(X[:N], y[:N])
    assert valuer.score_samples(X[:2], y[:2]).shape == (2,)


WRONG = {
    "too few rows": (lambda p: p[:-1], {}, r"shape \(299, 4\), expected \(300, 4\)"),
    "too many columns": (lambda p: np.c_[p, 0 * p[:, :1]], {}, r"Leave out columns of classes"),
    "one column": (lambda p: p[:, 0], {}, r"shape \(300,\)"),
    "NaN": (lambda p: np.where(p == p.max(), np.nan, p), {}, "holds NaN"),
    "negative": (lambda p: p - np.eye(4)[0] * 0.5 + np.eye(4)[1] * 0.5, {}, "at least 0"),
    "logits": (lambda p: p * 3, {}, "sum to 1"),
    "text": (lambda p: p.astype(str).astype(object) + "x", {}, "cannot be read as numbers"),
    "other names": (lambda p: pd.DataFrame(p, columns=list("abcd")), {}, "columns a, b, c, d"),
    "no labels": (lambda p: p, {"y": None}, "without y"),
    "numbers": (lambda p: p, {"y": np.linspace(0, 1, N)}, "task is regression"),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("with_features", [True, False])
def test_what_cannot_be_used_is_refused(digits, case, with_features):
    X, y, _, probs = digits
    change, other, message = WRONG[case]
    y = other.get("y", y[:N])
    if y is None and with_features:
        message = "task is reconstruction"
    with pytest.raises(InvalidInputError, match=message):
        clone(VALUER).fit(X[:N] if with_features else None, y, pred_probs=change(probs[:N]))


def test_what_does_not_go_together_is_refused(digits, beside, alone):
    X, y, _, probs = digits
    (X, X_val), (y, y_val), (probs, probs_val) = (
        np.split(part[: N + N_TARGET], [N]) for part in (X, y, probs)
    )

    def refuses(message, *args, **given):
        valuer = given.pop("valuer", VALUER)
        with pytest.raises(InvalidInputError, match=message):
            clone(valuer).fit(*args, **given)

    target = {"X_val": X_val, "y_val": y_val}
    refuses("pred_probs_val is missing", X, y, pred_probs=probs, **target)
    refuses("pred_probs_val is missing", X, y, pred_probs=probs, X_val=TargetSet(X_val, y_val))
    refuses("pred_probs_val is missing", None, y, pred_probs=probs, y_val=y_val)
    refuses("without pred_probs", X, y, pred_probs_val=probs_val, **target)
    refuses("without a target set", X, y, pred_probs=probs, pred_probs_val=probs_val)
    refuses("X_val was passed with X=None", None, y, pred_probs=probs, **target)
    refuses("y_val was passed without X_val", X, y, pred_probs=probs, y_val=y_val)
    refuses("pred_probs_val has shape", X, y, pred_probs=probs, pred_probs_val=probs, **target)
    refuses("passed with a net", X, y, pred_probs=probs, valuer=DVGSValuer(net=nn.Linear))
    refuses("X is None", None, y)
    for fitted, args, given, message in (
        (beside, (X, y), {}, "pred_probs is missing"),
        (beside, (None, y), {"pred_probs": probs}, "X is None"),
        (beside, (X[:5], y[:5]), {"pred_probs": probs[:4]}, "shape"),
        (alone, (X, y), {"pred_probs": probs}, "Pass X=None"),
        (alone, (None, y[:5]), {"pred_probs": probs}, "inconsistent|rows"),
        (clone(VALUER).fit(X, y), (X, y), {"pred_probs": probs}, "fit was given none"),
    ):
        with pytest.raises(ValueError, match=message):
            fitted.score_samples(*args, **given)
