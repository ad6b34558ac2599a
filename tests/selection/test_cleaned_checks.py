"""scikit-learn's own checks of CleanedClassifier and CleanedRegressor."""

import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_param_validation, parametrize_with_checks

from skdvgs import CleanedClassifier, CleanedRegressor, DVGSValuer
from tests.fake_valuers import CentroidValuer, NearestCentreValuer

EACH_ROW_ONCE = (
    "demands that a row of weight 2 be two rows, and one of weight 0 none; the valuer sees each "
    "row once, so what it finds low is another thing where rows are repeated or left out"
)
EXPECTED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data": EACH_ROW_ONCE,
    "check_sample_weight_equivalence_on_sparse_data": EACH_ROW_ONCE,
}
ESTIMATORS = [
    CleanedClassifier(LogisticRegression(), NearestCentreValuer(), fraction=0.1),
    CleanedClassifier(LogisticRegression(), NearestCentreValuer(), action="weight"),
    CleanedClassifier(LogisticRegression(), CentroidValuer(), action="drop", fraction=0.1),
    CleanedRegressor(Ridge(), CentroidValuer(), fraction=0.1),
    # Here no row is low, and weights are those of the estimator.
    CleanedClassifier(LogisticRegression(), CentroidValuer(), action="drop", fraction=0.0),
    CleanedRegressor(Ridge(), CentroidValuer(), fraction=0.0),
]


@parametrize_with_checks(
    ESTIMATORS,
    expected_failed_checks=lambda estimator: {} if estimator.fraction == 0 else EXPECTED_FAILURES,
)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


QUICK = DVGSValuer(cv=2, n_restarts=1, max_epochs=2, random_state=0)


@pytest.mark.parametrize("action", ["relabel", "drop", "weight"])
@pytest.mark.parametrize(
    "check",
    [
        "check_classifiers_classes",
        "check_classifiers_one_label",
        "check_classifiers_regression_target",
        "check_dict_unchanged",
        "check_fit2d_1sample",
        "check_fit_idempotent",
        "check_n_features_in_after_fitting",
        "check_supervised_y_no_nan",
        "check_supervised_y_2d",
        "check_dataframe_column_names_consistency",
    ],
)
def test_checks_of_the_default_valuer(check, action):
    estimator = CleanedClassifier(LogisticRegression(), QUICK, action=action)
    getattr(estimator_checks, check)("CleanedClassifier", clone(estimator))


@pytest.mark.parametrize(
    "check", ["check_regressors_int", "check_supervised_y_no_nan", "check_fit_idempotent"]
)
def test_checks_of_the_default_valuer_of_numbers(check):
    estimator = CleanedRegressor(Ridge(), QUICK)
    getattr(estimator_checks, check)("CleanedRegressor", clone(estimator))


@pytest.mark.parametrize("estimator", ESTIMATORS[:4], ids=repr)
def test_parameters_are_validated_as_scikit_learn_demands(estimator):
    check_param_validation(type(estimator).__name__, estimator)
