"""CleanedClassifier and CleanedRegressor: what the estimator within is trained on."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skdvgs import CleanedClassifier, CleanedRegressor, LowValueSampler
from skdvgs.exceptions import InvalidInputError
from tests.fake_valuers import CentroidValuer, GivenValuer, NearestCentreValuer
from tests.selection.cleaned_cases import (
    ACTIONS,
    GIVEN,
    LINEAR,
    NAMES,
    QUICK,
    WEIGHTS,
    Recorder,
    Unweighted,
    X,
    Y,
    cleaned,
    low_rows,
    seen,
)


@pytest.mark.parametrize("sample_weight", [None, WEIGHTS])
def test_drop(sample_weight):
    fitted, rows, labels, weights = seen("drop", sample_weight)
    kept = np.delete(np.arange(150), low_rows())
    np.testing.assert_array_equal(rows, X[kept])
    np.testing.assert_array_equal(labels, GIVEN[kept])
    if sample_weight is None:
        assert weights is None
    else:
        np.testing.assert_array_equal(weights, WEIGHTS[kept])
    np.testing.assert_array_equal(np.flatnonzero(fitted.support_), kept)
    assert fitted.n_changed_ == 10


@pytest.mark.parametrize("sample_weight", [None, WEIGHTS])
def test_relabel(sample_weight):
    fitted, rows, labels, weights = seen("relabel", sample_weight)
    posterior = NearestCentreValuer().fit(X, GIVEN).label_values_
    expected, chance = GIVEN.copy(), np.ones(150)
    for row in low_rows():
        others = [label for label in range(3) if label != GIVEN[row]]
        expected[row] = max(others, key=lambda label: posterior[row, label])
        chance[row] = posterior[row, expected[row]]
    assert rows is X
    np.testing.assert_array_equal(labels, expected)
    np.testing.assert_allclose(weights, chance * (1 if sample_weight is None else WEIGHTS))
    assert fitted.n_changed_ == 10
    assert np.array_equal(np.flatnonzero(~fitted.support_), low_rows())


@pytest.mark.parametrize("sample_weight", [None, WEIGHTS])
def test_weight(sample_weight):
    fitted, rows, labels, weights = seen("weight", sample_weight)
    assert rows is X
    assert labels is GIVEN
    expected = fitted.values_ if sample_weight is None else fitted.values_ * WEIGHTS
    np.testing.assert_allclose(weights, expected)
    assert fitted.support_.all()
    assert fitted.n_changed_ == 150


def test_negative_values_weigh_nothing():
    values = np.linspace(-1, 1, 150)[np.random.default_rng(0).permutation(150)]
    _, _, _, weights = seen("weight", valuer=GivenValuer(values))
    np.testing.assert_array_equal(weights, np.maximum(values, 0))


def test_relabelled_rows_of_an_estimator_without_weights():
    fitted = cleaned("relabel", Unweighted()).fit(X, GIVEN)
    np.testing.assert_array_equal(fitted.estimator_.seen_[1], seen("relabel")[2])


def test_label_values_that_are_no_probabilities_are_no_weights():
    class Cosines(NearestCentreValuer):
        def fit(self, X, y=None):
            super().fit(X, y)
            self.label_values_ = 2 * self.label_values_ - 1
            return self

    _, _, labels, weights = seen("relabel", valuer=Cosines())
    np.testing.assert_array_equal(labels, seen("relabel")[2])
    np.testing.assert_array_equal(weights, np.ones(150))


@ACTIONS
def test_where_no_row_is_low_it_is_the_estimator_alone(action):
    if action == "weight":
        fitted = cleaned(action, LINEAR, GivenValuer(np.ones(150))).fit(X, Y)
        assert fitted.n_changed_ == 0
    else:
        fitted = cleaned(action, LINEAR).set_params(fraction=0.0).fit(X, Y)
    np.testing.assert_array_equal(fitted.estimator_.coef_, clone(LINEAR).fit(X, Y).coef_)


MODELS = {
    "linear": LINEAR,
    "forest": RandomForestClassifier(20, random_state=0),
    "boosting": HistGradientBoostingClassifier(max_iter=10, random_state=0),
    "pipeline": make_pipeline(StandardScaler(), LINEAR),
    "no weights": KNeighborsClassifier(),
    "no probabilities": LinearSVC(random_state=0),
}


@ACTIONS
@pytest.mark.parametrize("model", MODELS)
def test_true_labels_are_predicted_better_than_by_the_estimator_alone(model, action):
    if (model, action) == ("no weights", "weight"):
        return
    names = NAMES[Y]
    given = names.copy()
    rows = np.arange(0, 150, 4)
    given[rows] = NAMES[(Y[rows] + 1 + np.arange(len(rows)) % 2) % 3]
    alone = clone(MODELS[model]).fit(X, given).score(X, names)
    fitted = CleanedClassifier(MODELS[model], QUICK, action=action).fit(X, given)
    assert fitted.score(X, names) >= alone
    assert fitted.score(X, names) > 0.85
    assert set(fitted.predict(X)) == set(NAMES)
    assert fitted.classes_.tolist() == NAMES.tolist()
    for name in ("predict_proba", "predict_log_proba", "decision_function"):
        assert hasattr(fitted, name) == hasattr(fitted.estimator_, name)
        if hasattr(fitted, name) and (model, name) != ("forest", "predict_log_proba"):  # log of 0
            expected = getattr(fitted.estimator_, name)(X)
            np.testing.assert_array_equal(getattr(fitted, name)(X), expected)


def test_a_pipeline_is_given_weights_for_its_last_step():
    fitted = cleaned("relabel", make_pipeline(StandardScaler(), Recorder())).fit(X, GIVEN)
    np.testing.assert_array_equal(fitted.estimator_[-1].seen_[2], seen("relabel")[3])
    nested = make_pipeline(StandardScaler(), make_pipeline(Recorder()))
    fitted = cleaned("weight", nested).fit(X, GIVEN)
    np.testing.assert_array_equal(fitted.estimator_[-1][-1].seen_[2], fitted.values_)


def test_a_pipeline_that_resamples_is_not_given_weights():
    imblearn = pytest.importorskip("imblearn.pipeline")
    pipe = imblearn.make_pipeline(LowValueSampler(CentroidValuer(), fraction=0.1), LINEAR)
    assert cleaned("relabel", pipe).fit(X, GIVEN).score(X, Y) > 0.9
    with pytest.raises(InvalidInputError, match="action='weight' weights the rows, but Pipeline"):
        cleaned("weight", pipe).fit(X, GIVEN)


def test_kinds_and_tags():
    assert is_classifier(cleaned("drop"))
    assert is_regressor(CleanedRegressor(Ridge(), CentroidValuer()))
    tags = CleanedClassifier(HistGradientBoostingClassifier()).__sklearn_tags__()
    assert tags.input_tags.allow_nan
    assert not tags.input_tags.sparse
    tags = CleanedClassifier(LINEAR).__sklearn_tags__()
    assert tags.input_tags.sparse
    assert not tags.input_tags.allow_nan


def test_a_frozen_valuer():
    frozen = FrozenEstimator(clone(QUICK).fit(X[::2], GIVEN[::2]))
    rows = np.arange(1, 150, 2)
    fitted = CleanedClassifier(LINEAR, frozen).fit(X[rows], GIVEN[rows])
    assert fitted.n_changed_ > 0
    assert fitted.score(X[rows], Y[rows]) > 0.9


def test_fit_parameters_go_along_with_the_kept_rows():
    fitted = cleaned("drop").fit(X, GIVEN, ids=np.arange(150), note="all")
    more = fitted.estimator_.seen_[3]
    np.testing.assert_array_equal(more["ids"], np.delete(np.arange(150), low_rows()))
    assert more["note"] == "all"


def test_clone_pickle_and_nested_parameters():
    model = cleaned("drop", LINEAR)
    assert model.get_params()["estimator__max_iter"] == 1000
    copy = clone(model).set_params(estimator__C=0.5, valuer__scale=2.0, action="relabel")
    assert (model.estimator.C, model.valuer.scale, model.action) == (1.0, 1.0, "drop")
    fitted = copy.fit(X, GIVEN)
    assert fitted.estimator_.C == 0.5
    assert fitted.valuer_.scale == 2.0
    assert not hasattr(copy.estimator, "coef_")
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))
    np.testing.assert_array_equal(again.values_, fitted.values_)


def test_a_failed_refit_leaves_the_earlier_fit_whole():
    model = cleaned("drop", LINEAR).fit(X, GIVEN)
    before = dict(vars(model))
    with pytest.raises(ValueError, match="NaN"):
        model.fit(np.full((7, 2), np.nan), [0, 1, 0, 1, 0, 1, 0])
    assert vars(model) == before


def test_names_of_an_earlier_fit_go():
    model = cleaned("drop", LINEAR).fit(pd.DataFrame(X, columns=list("abcd")), GIVEN)
    assert model.feature_names_in_.tolist() == list("abcd")
    assert not hasattr(model.fit(X, GIVEN), "feature_names_in_")


def test_before_fit():
    with pytest.raises(NotFittedError):
        cleaned("drop").predict(X)
    assert hasattr(cleaned("drop", LINEAR), "predict_proba")
    assert not hasattr(cleaned("drop", LinearSVC()), "predict_proba")
