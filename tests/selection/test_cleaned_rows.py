"""CleanedClassifier and CleanedRegressor: rows and labels of every kind."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdvgs import CleanedClassifier, CleanedRegressor
from skdvgs.exceptions import InvalidInputError
from tests.selection.cleaned_cases import (
    ACTIONS,
    GIVEN,
    LINEAR,
    NAMES,
    QUICK,
    WRONG,
    Y_NUMBERS,
    X,
    Y,
    cleaned,
)


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
