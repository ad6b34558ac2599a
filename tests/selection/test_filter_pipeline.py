"""LowValueFilter inside scikit-learn's own Pipeline, and what reaches its valuer there."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdvgs import LowValueFilter
from tests.fake_valuers import CentroidValuer

X, Y = load_breast_cancer(return_X_y=True)
X_VAL, Y_VAL = X[:50], Y[:50]


def low_value(fraction=0.2):
    return LowValueFilter(CentroidValuer(), fraction=fraction)


def scaled_pipe(**parameters):
    steps = [("scale", StandardScaler()), ("clean", low_value()), ("clf", LogisticRegression())]
    return Pipeline(steps, **parameters)


def test_the_next_step_sees_the_replaced_rows_and_test_rows_pass_untouched():
    pipe = scaled_pipe().fit(X, Y)
    X_scaled = StandardScaler().fit_transform(X)
    by_hand = LogisticRegression().fit(low_value().fit_transform(X_scaled, Y), Y)
    np.testing.assert_array_equal(pipe["clf"].coef_, by_hand.coef_)
    np.testing.assert_array_equal(pipe.predict(X), by_hand.predict(X_scaled))
    assert len(pipe.predict(X)) == len(X)


def test_fraction_zero_is_as_if_the_step_were_not_there():
    pipe = scaled_pipe().set_params(clean__fraction=0.0).fit(X, Y)
    without = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    np.testing.assert_array_equal(pipe["clf"].coef_, without[-1].coef_)


def test_grid_search_over_its_own_and_its_valuers_parameters():
    grid = {"clean__fraction": [0.0, 0.1], "clean__valuer__scale": [1.0, 2.0]}
    search = GridSearchCV(scaled_pipe(), grid, cv=3, error_score="raise").fit(X, Y)
    assert search.cv_results_["mean_test_score"].shape == (4,)
    assert search.best_estimator_["clean"].support_.shape == (len(X),)


def test_cross_validation_and_clone():
    pipe = scaled_pipe()
    scores = cross_val_score(clone(pipe), X, Y, cv=3, error_score="raise")
    np.testing.assert_array_equal(scores, cross_val_score(pipe, X, Y, cv=3, error_score="raise"))
    assert not hasattr(pipe["clean"], "values_")


def test_nested_pipelines():
    inner = Pipeline([("scale", StandardScaler()), ("clean", low_value())])
    nested = Pipeline([("inner", inner), ("clf", LogisticRegression())]).fit(X, Y)
    np.testing.assert_array_equal(nested["clf"].coef_, scaled_pipe().fit(X, Y)["clf"].coef_)


def test_memory_gives_the_same_and_reads_the_fitted_step_back(tmp_path):
    plain = scaled_pipe().fit(X, Y)
    for _ in range(2):
        cached = scaled_pipe(memory=str(tmp_path)).fit(X, Y)
        np.testing.assert_array_equal(cached["clf"].coef_, plain["clf"].coef_)
        np.testing.assert_array_equal(cached["clean"].support_, plain["clean"].support_)


def test_before_a_step_that_encodes_text_when_the_valuer_can_read_it():
    frame = pd.DataFrame({"size": X[:, 0], "kind": np.where(X[:, 1] > 18, "rough", "smooth")})
    valuer = OnColumn(column="size")
    encode = ColumnTransformer([("kind", OneHotEncoder(), ["kind"])], remainder="passthrough")
    pipe = make_pipeline(LowValueFilter(valuer, fraction=0.1), encode, DecisionTreeClassifier())
    assert pipe.fit(frame, Y).predict(frame).shape == Y.shape


class OnColumn(CentroidValuer):
    """Value the rows by one column of a frame."""

    def __init__(self, column=None):
        super().__init__()
        self.column = column

    def fit(self, X, y=None):
        return super().fit(X[[self.column]].to_numpy(), y)


def test_side_by_side_with_another_step_the_row_count_still_fits():
    union = FeatureUnion([("clean", low_value()), ("as_is", FunctionTransformer())])
    assert union.fit_transform(X, Y).shape == (len(X), 2 * X.shape[1])


def test_regression_pipeline():
    X_reg, y_reg = load_diabetes(return_X_y=True)
    y_reg = y_reg + 0.5 * np.random.default_rng(0).uniform(size=len(y_reg))
    pipe = make_pipeline(StandardScaler(), low_value(), Ridge()).fit(X_reg, y_reg)
    assert pipe[1].n_dropped_ == int(0.2 * len(y_reg))
    assert pipe.score(X_reg, y_reg) > 0.3


def test_target_set_by_step_name_arrives_as_it_was_given():
    pipe = scaled_pipe().fit(X, Y, clean__X_val=X_VAL, clean__y_val=Y_VAL)
    np.testing.assert_array_equal(pipe["clean"].valuer_.seen_["X_val"], X_VAL)
    np.testing.assert_array_equal(pipe["clean"].valuer_.seen_["y_val"], Y_VAL)


def test_target_set_by_routing_arrives_scaled_without_any_request_being_set():
    with config_context(enable_metadata_routing=True):
        pipe = scaled_pipe(transform_input=["X_val"]).fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
    seen = pipe["clean"].valuer_.seen_
    np.testing.assert_allclose(seen["X_val"], pipe["scale"].transform(X_VAL))
    np.testing.assert_array_equal(seen["y_val"], Y_VAL)


def test_target_set_by_routing_through_a_nested_pipeline():
    with config_context(enable_metadata_routing=True):
        inner = Pipeline([("clean", low_value())])
        outer = Pipeline(
            [("scale", StandardScaler()), ("inner", inner), ("clf", LogisticRegression())],
            transform_input=["X_val"],
        ).fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
    seen = outer["inner"]["clean"].valuer_.seen_
    np.testing.assert_allclose(seen["X_val"], outer["scale"].transform(X_VAL))


def test_the_request_can_be_turned_off_or_renamed():
    with config_context(enable_metadata_routing=True):
        off = low_value().set_fit_request(X_val=False, y_val=False)
        pipe = make_pipeline(StandardScaler(), off, LogisticRegression())
        with pytest.raises(TypeError, match="unexpected argument"):
            pipe.fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
        renamed = low_value().set_fit_request(X_val="X_trusted", y_val="y_trusted")
        pipe = make_pipeline(renamed, LogisticRegression(max_iter=5000))
        pipe.fit(X, Y, X_trusted=X_VAL, y_trusted=Y_VAL)
    np.testing.assert_array_equal(pipe[0].valuer_.seen_["X_val"], X_VAL)


def test_cross_validation_hands_over_the_slice_of_the_training_rows():
    # An X_val of as many rows as X is taken for one value a row, and sliced like X.
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(
            scaled_pipe(transform_input=["X_val"]), {"clean__fraction": [0.1]}, cv=3
        )
        whole = search.fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
    assert whole.best_estimator_["clean"].valuer_.seen_["X_val"].shape == X_VAL.shape
