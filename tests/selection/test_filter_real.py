"""LowValueFilter and LowValueSampler on the real valuer: the whole way from labels to a model."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skdvgs import DVGSValuer, LowValueFilter, LowValueSampler, TargetSet

X, Y = load_breast_cancer(return_X_y=True)
TRAIN, TARGET, TEST = np.split(np.random.default_rng(0).permutation(len(X)), [300, 400])
QUICK = DVGSValuer(max_epochs=20, random_state=0)


def flip(labels, share, seed=0):
    rows = np.random.default_rng(seed).choice(len(labels), int(share * len(labels)), replace=False)
    flipped = np.zeros(len(labels), dtype=bool)
    flipped[rows] = True
    return np.where(flipped, 1 - labels, labels), flipped


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3])
def test_auto_finds_about_as_many_as_were_flipped(share):
    y, flipped = flip(Y[TRAIN], share)
    low_value = LowValueFilter(QUICK).fit(X[TRAIN], y, X_val=X[TARGET], y_val=Y[TARGET])
    assert abs(low_value.n_dropped_ / len(y) - share) < 0.05
    if share:
        assert flipped[~low_value.support_].mean() > 0.8


def test_what_the_flips_cost_is_mostly_recovered():
    y, _ = flip(Y[TRAIN], 0.3)
    plain = make_pipeline(StandardScaler(), SVC(C=100))
    clean = Pipeline(
        [("scale", StandardScaler()), ("clean", LowValueFilter(QUICK)), ("clf", SVC(C=100))],
        transform_input=["X_val"],
    )
    best = plain.fit(X[TRAIN], Y[TRAIN]).score(X[TEST], Y[TEST])
    worst = plain.fit(X[TRAIN], y).score(X[TEST], Y[TEST])
    with config_context(enable_metadata_routing=True):
        clean.fit(X[TRAIN], y, X_val=X[TARGET], y_val=Y[TARGET])
    assert clean.score(X[TEST], Y[TEST]) > worst + 0.5 * (best - worst)


def test_grid_search_reaches_into_the_valuer():
    y, _ = flip(Y[TRAIN], 0.2)
    fast = DVGSValuer(max_epochs=2, cv=2, random_state=0)
    pipe = Pipeline(
        [
            ("scale", StandardScaler()),
            ("clean", LowValueFilter(fast)),
            ("clf", LogisticRegression()),
        ]
    )
    grid = {"clean__fraction": [0.0, 0.2], "clean__valuer__lr": [1e-3, 1e-2]}
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(X[TRAIN], y)
    assert search.best_estimator_["clean"].valuer_.lr in (1e-3, 1e-2)


def test_a_target_set_in_one_object_is_handed_over():
    low_value = LowValueFilter(QUICK, fraction=0.1)
    in_two = low_value.fit(X[TRAIN], Y[TRAIN], X_val=X[TARGET], y_val=Y[TARGET]).values_
    in_one = low_value.fit(X[TRAIN], Y[TRAIN], X_val=TargetSet(X[TARGET], Y[TARGET])).values_
    np.testing.assert_array_equal(in_one, in_two)


@pytest.mark.parametrize("cls", [LowValueFilter, LowValueSampler])
def test_default_valuer(cls):
    valuer = cls(fraction=0.0).fit(X[:20], Y[:20], X_val=X[20:40], y_val=Y[20:40]).valuer_
    assert valuer.get_params() == DVGSValuer().get_params()


def test_whole_numbers_are_quantities_for_a_regression_valuer():
    X_reg, y_reg = load_diabetes(return_X_y=True)  # whole numbers, 214 different ones
    valuer = DVGSValuer(max_epochs=2, cv=2, task="regression", random_state=0)
    low_value = LowValueFilter(valuer, fraction=0.1)
    X_out = low_value.fit_transform(X_reg[:200], y_reg[:200])
    assert low_value.n_dropped_ == 20
    assert {tuple(row) for row in X_out} == {tuple(row) for row in X_reg[:200][low_value.support_]}
