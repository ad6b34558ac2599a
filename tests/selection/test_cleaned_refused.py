"""CleanedClassifier and CleanedRegressor: what is refused, and said."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.svm import SVR

from skdvgs import CleanedClassifier, CleanedRegressor
from skdvgs.exceptions import InvalidInputError
from tests.fake_valuers import CentroidValuer, GivenValuer
from tests.selection.cleaned_cases import (
    LINEAR,
    NAMES,
    WEIGHTS,
    Y_NUMBERS,
    Unweighted,
    X,
    Y,
    cleaned,
)

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
