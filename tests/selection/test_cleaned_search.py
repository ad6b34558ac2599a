"""CleanedClassifier and CleanedRegressor in searches, Pipelines and metadata routing."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.datasets import load_iris
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdvgs import CleanedClassifier, CleanedRegressor, DVGSValuer, TargetSet
from skdvgs.exceptions import InvalidInputError
from tests.fake_valuers import CentroidValuer, NearestCentreValuer
from tests.selection.cleaned_cases import Recorder

X, Y = load_iris(return_X_y=True)
GROUPS = np.arange(150) // 3
PROBS = np.random.default_rng(0).dirichlet(np.ones(3), 150)
WEIGHTS = np.random.default_rng(0).uniform(0.5, 2.0, 150)
LINEAR = LogisticRegression(max_iter=1000)


def cleaned(estimator=LINEAR, **parameters):
    return CleanedClassifier(estimator, NearestCentreValuer(), **parameters)


def test_a_grid_over_action_estimator_and_valuer():
    grid = {
        "action": ["relabel", "drop", "weight"],
        "estimator__C": [0.1, 1.0],
        "valuer__scale": [0.5, 1.0],
    }
    search = GridSearchCV(cleaned(), grid, cv=3, error_score="raise").fit(X, Y)
    assert search.best_score_ > 0.9
    assert search.cv_results_["mean_test_score"].shape == (12,)
    assert search.best_estimator_.estimator_.C == search.best_params_["estimator__C"]
    assert search.predict_proba(X).shape == (150, 3)


def test_a_grid_of_the_default_valuer():
    model = CleanedClassifier(LINEAR, DVGSValuer(cv=3, n_restarts=1, random_state=0))
    grid = {"action": ["relabel", "drop", "weight"]}
    search = GridSearchCV(model, grid, cv=2, error_score="raise").fit(X, Y)
    assert search.cv_results_["mean_test_score"].min() > 0.9


def test_in_a_pipeline_and_by_other_scores():
    pipe = make_pipeline(StandardScaler(), cleaned())
    scores = cross_val_score(pipe, X, Y, cv=3, scoring="roc_auc_ovr", error_score="raise")
    assert scores.min() > 0.9
    numbers = make_pipeline(
        StandardScaler(), CleanedRegressor(Ridge(), CentroidValuer(), fraction=0.1)
    )
    assert cross_val_score(numbers, X, X[:, 2] + 0.5 * X[:, 3], cv=3).mean() > 0.5


def test_the_target_set_in_cross_validation():
    with config_context(enable_metadata_routing=True):
        found = cross_validate(
            cleaned(),
            X,
            Y,
            cv=3,
            params={"X_val": TargetSet(X, Y)},
            return_estimator=True,
            error_score="raise",
        )
    for fitted in found["estimator"]:
        assert fitted.valuer_.seen_["X_val"].X is X


def test_groups_and_probabilities_reach_valuer_and_splitter_without_a_request():
    with config_context(enable_metadata_routing=True):
        found = cross_validate(
            cleaned(),
            X,
            Y,
            cv=GroupKFold(3),
            params={"groups": GROUPS, "pred_probs": PROBS},
            return_estimator=True,
            return_indices=True,
        )
    for fitted, rows in zip(found["estimator"], found["indices"]["train"], strict=True):
        np.testing.assert_array_equal(fitted.valuer_.seen_["groups"], GROUPS[rows])
        np.testing.assert_array_equal(fitted.valuer_.seen_["pred_probs"], PROBS[rows])


def test_weights_by_routing():
    with config_context(enable_metadata_routing=True):
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
            GridSearchCV(cleaned(), {"action": ["drop"]}).fit(X, Y, sample_weight=WEIGHTS)
        model = cleaned(Recorder(), fraction=0.1).set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=False)
        search = GridSearchCV(model, {"action": ["drop"]}, cv=2)
        kept = search.fit(X, Y, sample_weight=WEIGHTS).best_estimator_
    np.testing.assert_array_equal(kept.estimator_.seen_[2], WEIGHTS[kept.support_])


def test_what_the_estimator_requests_goes_along_with_the_kept_rows():
    class Asks(Recorder):
        def fit(self, X, y, sample_weight=None, ids=None):
            return super().fit(X, y, sample_weight, ids=ids)

    with config_context(enable_metadata_routing=True):
        model = cleaned(Asks().set_fit_request(ids=True), action="drop", fraction=0.1)
        fitted = model.fit(X, Y, ids=np.arange(150))
        np.testing.assert_array_equal(
            fitted.estimator_.seen_[3]["ids"], np.flatnonzero(fitted.support_)
        )
        with pytest.raises(UnsetMetadataPassedError, match="ids"):
            cleaned(Asks(), action="drop").fit(X, Y, ids=np.arange(150))
        with pytest.raises(TypeError, match="unexpected argument"):
            cleaned(LINEAR, action="drop").fit(X, Y, ids=np.arange(150))


def test_a_pipeline_with_routing_takes_weights_where_it_asks_for_them():
    with config_context(enable_metadata_routing=True):
        unasked = make_pipeline(StandardScaler(), LINEAR)
        assert cleaned(unasked).fit(X, Y).score(X, Y) > 0.9
        with pytest.raises(InvalidInputError, match=r"its steps have to ask: set_fit_request"):
            cleaned(unasked, action="weight").fit(X, Y)
        asks = make_pipeline(
            StandardScaler().set_fit_request(sample_weight=False),
            Recorder().set_fit_request(sample_weight=True),
        )
        fitted = cleaned(asks, action="weight").fit(X, Y)
    np.testing.assert_array_equal(fitted.estimator_[-1].seen_[2], fitted.values_)


def test_a_search_within():
    search = GridSearchCV(LINEAR, {"C": [0.1, 1.0]}, cv=3)
    fitted = cleaned(search, action="drop", fraction=0.1).fit(X, Y)
    assert fitted.score(X, Y) > 0.9
    assert fitted.estimator_.best_params_["C"] in (0.1, 1.0)
