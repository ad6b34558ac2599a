"""CleanedClassifier and CleanedRegressor: what the estimator within is trained on."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier, is_regressor
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR, LinearSVC

from skdvgs import CleanedClassifier, CleanedRegressor, DVGSValuer, LowValueSampler
from skdvgs.exceptions import InvalidInputError
from tests.fake_valuers import CentroidValuer, GivenValuer, NearestCentreValuer

X, Y = load_iris(return_X_y=True)
X = X + np.random.default_rng(0).normal(scale=1e-3, size=X.shape)
NAMES = np.array(["setosa", "versicolor", "virginica"])
WRONG = np.arange(0, 150, 15)
GIVEN = Y.copy()
GIVEN[WRONG] = (Y[WRONG] + 1) % 3
SHARE = len(WRONG) / 150
WEIGHTS = np.random.default_rng(0).uniform(0.5, 2.0, 150)
QUICK = DVGSValuer(cv=3, n_restarts=1, random_state=0)
ACTIONS = pytest.mark.parametrize("action", ["relabel", "drop", "weight"])
Y_NUMBERS = X[:, 0] + 0.1 * X[:, 1]
LINEAR = LogisticRegression(max_iter=1000)


class Recorder(ClassifierMixin, BaseEstimator):
    """Keep what fit was given."""

    def fit(self, X, y, sample_weight=None, **more):
        self.seen_, self.classes_ = (X, y, sample_weight, more), np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


class Unweighted(Recorder):
    def fit(self, X, y):
        return super().fit(X, y)


def cleaned(action, estimator=None, valuer=None, **parameters):
    estimator = Recorder() if estimator is None else estimator
    valuer = NearestCentreValuer() if valuer is None else valuer
    return CleanedClassifier(estimator, valuer, action=action, fraction=SHARE, **parameters)


def seen(action, sample_weight=None, **parameters):
    fitted = cleaned(action, **parameters).fit(X, GIVEN, sample_weight=sample_weight)
    return fitted, *fitted.estimator_.seen_[:3]


def low_rows():
    values = NearestCentreValuer().fit(X, GIVEN).values_
    return np.sort(np.argsort(values)[:10])


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


def test_numbers_are_dropped_and_weighted():
    y = Y_NUMBERS.copy()
    y[WRONG] += 30
    alone = LinearRegression().fit(X, y).score(X, Y_NUMBERS)
    for action in ("drop", "weight"):
        fitted = CleanedRegressor(LinearRegression(), QUICK, action=action).fit(X, y)
        assert fitted.score(X, Y_NUMBERS) > 0.95 > alone
        assert fitted.predict(X).shape == (150,)
        assert not hasattr(fitted, "predict_proba")
        assert not fitted.support_[WRONG].any() or action == "weight"
        assert fitted.values_[WRONG].max() < 0.5


def test_whole_numbers_are_what_the_estimator_says_they_are():
    counts = np.arange(75) // 5  # 15 different ones, which a valuer takes for classes
    piped = CleanedRegressor(Ridge(), make_pipeline(StandardScaler(), QUICK)).fit(X[::2], counts)
    assert piped.valuer_[-1].task_ == "regression"
    codes = 7 * (np.arange(150) // 6)  # 25 different ones, which it takes for numbers
    fitted = CleanedClassifier(LINEAR, QUICK, max_class_fraction=None).fit(X, codes)
    assert fitted.valuer_.task_ == "classification"
    assert QUICK.task == "auto"


def test_kinds_and_tags():
    assert is_classifier(cleaned("drop"))
    assert is_regressor(CleanedRegressor(Ridge(), CentroidValuer()))
    tags = CleanedClassifier(HistGradientBoostingClassifier()).__sklearn_tags__()
    assert tags.input_tags.allow_nan
    assert not tags.input_tags.sparse
    tags = CleanedClassifier(LINEAR).__sklearn_tags__()
    assert tags.input_tags.sparse
    assert not tags.input_tags.allow_nan


def test_frames_with_gaps_and_text_before_boosting():
    pytest.importorskip("skrub")
    frame = pd.DataFrame(X, columns=list("abcd"), index=range(900, 1050))
    frame["word"] = pd.Categorical(np.array(["x", "y", "z"])[Y])
    frame.iloc[::5, 0] = np.nan
    boosting = HistGradientBoostingClassifier(max_iter=10, categorical_features="from_dtype")
    labels = pd.Series(NAMES[GIVEN], index=frame.index)
    fitted = CleanedClassifier(boosting, QUICK).fit(frame, labels)
    assert fitted.score(frame, NAMES[Y]) > 0.9
    assert fitted.feature_names_in_.tolist() == frame.columns.tolist()
    assert fitted.n_features_in_ == 5
    assert fitted.sampler_.values_frame().index.equals(frame.index)


@ACTIONS
def test_sparse_rows(action):
    dense = cleaned(action, LINEAR).fit(X, GIVEN)
    sparse = cleaned(action, LINEAR).fit(csr_array(X), GIVEN)
    np.testing.assert_array_equal(sparse.support_, dense.support_)
    np.testing.assert_allclose(
        sparse.predict_proba(csr_array(X)), dense.predict_proba(X), atol=0.01
    )


def test_several_labels_a_row():
    rows, y = make_multilabel_classification(n_samples=120, n_classes=3, random_state=0)
    mlp = MLPClassifier((5,), max_iter=500, tol=1e-2, random_state=0)
    fitted = CleanedClassifier(mlp, QUICK, action="drop").fit(rows, y)
    assert fitted.predict(rows).shape == y.shape
    with pytest.raises(InvalidInputError, match="the valuer reads y as multilabel"):
        CleanedClassifier(mlp, QUICK).fit(rows, y)


TEXTS = [f"{word} and {word} but {other}" for word in ("good", "bad") for other in "abcd"]
TEXTS = TEXTS * 10
MOODS = np.repeat([1, 0], 4).tolist() * 10


def test_texts():
    vectorizer = TfidfVectorizer(token_pattern=r"\w+")
    estimator = make_pipeline(vectorizer, LINEAR)
    for container in (list, np.array, pd.Series):
        with pytest.raises(InvalidInputError) as caught:
            CleanedClassifier(estimator, QUICK).fit(container(TEXTS), MOODS)
        assert str(caught.value) == (
            "X holds a text in each row, which the estimator may read, but DVGSValuer reads "
            "numbers. The valuer is given the rows as they are. Pass a Pipeline of the same "
            "vectorizer and a DVGSValuer as valuer, e.g. make_pipeline(TfidfVectorizer(), "
            "DVGSValuer())."
        )
    with pytest.raises(InvalidInputError, match="X holds a text in each row"):
        CleanedClassifier(estimator).fit(TEXTS, MOODS)
    given = MOODS.copy()
    given[0], given[5] = 0, 1
    valuer = make_pipeline(vectorizer, QUICK)
    for action, container in {"relabel": list, "drop": np.array, "weight": pd.Series}.items():
        fitted = CleanedClassifier(estimator, valuer, action=action).fit(container(TEXTS), given)
        assert fitted.score(TEXTS, MOODS) == 1.0
        assert not hasattr(fitted, "n_features_in_")


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


NEVER = np.r_[np.full(149, -1.0), -2.0]


@pytest.mark.parametrize(
    ("model", "y", "message"),
    [
        (CleanedClassifier(Ridge()), Y, "Ridge is a regressor, but CleanedClassifier trains"),
        (CleanedRegressor(LINEAR), Y, "LogisticRegression is a classifier, but CleanedRegressor"),
        (CleanedClassifier(LINEAR), X[:, 0], "Unknown label type: y holds continuous numbers"),
        (CleanedClassifier(LINEAR), None, "requires y to be passed, but the target y is None"),
        (
            cleaned("weight", Unweighted()),
            Y,
            "action='weight' weights the rows, but Unweighted takes no sample_weight in fit. Use "
            "another estimator, or leave weights out.",
        ),
        (cleaned("weight", LINEAR, GivenValuer(NEVER)), Y, "no value is above 0. No row would"),
        (
            cleaned("weight", LINEAR, GivenValuer(np.r_[NEVER[:100], np.ones(50)])),
            NAMES[Y],
            "no row of class 'setosa' has a value above 0. The class would not be learnt",
        ),
        (cleaned("relabel", LINEAR, CentroidValuer()), Y, "CentroidValuer has no label_values_"),
        (
            CleanedClassifier(LINEAR, CentroidValuer(), action="drop", fraction=0.1, threshold=0),
            Y,
            "fraction=0.1 and threshold=0 were both given",
        ),
    ],
)
def test_refused(model, y, message):
    with pytest.raises(InvalidInputError, match=message):
        model.fit(X, y)


def test_weights_of_an_estimator_that_takes_none_are_refused():
    with pytest.raises(InvalidInputError, match="sample_weight was passed for the rows, but Unwei"):
        cleaned("drop", Unweighted()).fit(X, Y, sample_weight=WEIGHTS)


def test_numbers_are_not_relabelled():
    with pytest.raises(ValueError, match="The 'action' parameter of CleanedRegressor must be a st"):
        CleanedRegressor(SVR(), CentroidValuer(), action="relabel").fit(X, Y_NUMBERS)
