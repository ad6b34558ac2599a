"""LowValueSampler as imbalanced-learn sees it: its Pipeline, its routing, its own checks."""

from functools import partial

import numpy as np
import pytest
from sklearn import config_context
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.preprocessing import StandardScaler

from skdvgs import LowValueSampler
from tests.fake_valuers import CentroidValuer

pytest.importorskip("imblearn")
from imblearn.base import is_sampler
from imblearn.pipeline import Pipeline, make_pipeline
from imblearn.utils.estimator_checks import check_param_validation, estimator_checks_generator

X, Y = load_breast_cancer(return_X_y=True)
X_VAL, Y_VAL = X[:50], Y[:50]

EXPECTED_FAILURES = {
    "check_target_type": (
        "demands an error for continuous and for multilabel targets, because imbalanced-learn "
        "balances classes; rows of low value can be removed for any target"
    ),
    "check_samplers_one_label": (
        "demands an error for a single class, which cannot be balanced; a valuer that values "
        "rows of one class, as the one used here does, leaves nothing to refuse"
    ),
    "check_samplers_fit": (
        "demands sampling_strategy_, how many rows of each class to draw; the values decide that"
    ),
    "check_samplers_multiclass_ova": (
        "takes 0/1 columns for a single label in one-against-all form; here, as in "
        "scikit-learn, they are a multilabel target and are valued as such"
    ),
}


# Spelt out, because its parametrize_with_checks hands pytest a generator, which is deprecated.
@pytest.mark.parametrize(
    ("estimator", "check"),
    list(
        estimator_checks_generator(
            LowValueSampler(CentroidValuer(), fraction=0.2),
            expected_failed_checks=EXPECTED_FAILURES,
            mark="xfail",
        )
    ),
    ids=lambda case: case.func.__name__ if isinstance(case, partial) else type(case).__name__,
)
def test_imbalanced_learns_own_checks(estimator, check):
    check(estimator)


def test_parameters_are_validated_as_imbalanced_learn_demands():
    check_param_validation("LowValueSampler", LowValueSampler(CentroidValuer()))


def scaled_pipe(**parameters):
    sampler = LowValueSampler(CentroidValuer(), fraction=0.2)
    return Pipeline(
        [("scale", StandardScaler()), ("clean", sampler), ("clf", LogisticRegression())],
        **parameters,
    )


def test_it_is_a_sampler():
    assert is_sampler(LowValueSampler(CentroidValuer()))


def test_classification_pipeline_learns_from_the_kept_rows_only():
    pipe = scaled_pipe().fit(X, Y)
    X_scaled = StandardScaler().fit_transform(X)
    kept = pipe["clean"].sample_indices_
    by_hand = LogisticRegression().fit(X_scaled[kept], Y[kept])
    np.testing.assert_array_equal(pipe["clf"].coef_, by_hand.coef_)
    assert pipe.predict(X).shape == Y.shape


def test_regression_pipeline():
    y = X[:, 0] + 0.01
    sampler = LowValueSampler(CentroidValuer(), fraction=0.2)
    pipe = make_pipeline(StandardScaler(), sampler, Ridge()).fit(X, y)
    assert pipe[1].n_dropped_ == int(0.2 * len(X))
    assert pipe.score(X, y) > 0.9


def test_grid_search_and_cross_validation():
    grid = {"clean__fraction": [0.0, 0.1], "clean__valuer__scale": [1.0, 2.0]}
    search = GridSearchCV(scaled_pipe(), grid, cv=3, error_score="raise").fit(X, Y)
    assert search.best_score_ > 0.9
    assert cross_val_score(scaled_pipe(), X, Y, cv=3, error_score="raise").min() > 0.9


def test_memory_gives_the_same(tmp_path):
    plain = scaled_pipe().fit(X, Y)
    for _ in range(2):
        cached = scaled_pipe(memory=str(tmp_path)).fit(X, Y)
        np.testing.assert_array_equal(cached["clf"].coef_, plain["clf"].coef_)


def test_target_set_by_step_name_never_arrives():
    # Without routing, imbalanced-learn hands samplers no parameter at all, and says nothing. The
    # day it does, this fails and the warning in the docstring of LowValueSampler goes.
    pipe = scaled_pipe().fit(X, Y, clean__X_val=X_VAL, clean__y_val=Y_VAL)
    assert pipe["clean"].valuer_.seen_["X_val"] is None


def test_target_set_by_routing_arrives_but_is_never_transformed():
    # imbalanced-learn ignores transform_input for samplers; the day it does not, this fails
    # and the note in the docstring of LowValueSampler goes.
    with config_context(enable_metadata_routing=True):
        pipe = scaled_pipe(transform_input=["X_val"]).fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
    seen = pipe["clean"].valuer_.seen_
    np.testing.assert_array_equal(seen["X_val"], X_VAL)
    np.testing.assert_array_equal(seen["y_val"], Y_VAL)


def test_requests_of_fit_hold_for_fit_resample():
    sampler = LowValueSampler(CentroidValuer(), fraction=0.2)
    with config_context(enable_metadata_routing=True):
        sampler.set_fit_request(X_val="X_trusted", y_val="y_trusted")
        pipe = make_pipeline(sampler, LogisticRegression(max_iter=5000))
        pipe.fit(X, Y, X_trusted=X_VAL, y_trusted=Y_VAL)
    np.testing.assert_array_equal(pipe[0].valuer_.seen_["X_val"], X_VAL)
