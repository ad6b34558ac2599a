"""scikit-learn's own checks, without an expected failure."""

import sklearn
from packaging.version import Version
from sklearn.utils.estimator_checks import check_param_validation, parametrize_with_checks

from skdvgs import DVGSValuer


@parametrize_with_checks([DVGSValuer(max_epochs=2, cv=2, random_state=0)])
def test_sklearn_checks(estimator, check):
    check(estimator)


def refused_by_old_checks(_):
    """scikit-learn 1.6 fits ten rows, four of them of one class, which five folds cannot share."""
    if Version(sklearn.__version__) >= Version("1.7"):
        return {}
    return {"check_n_features_in_after_fitting": "five folds need five rows of each class"}


@parametrize_with_checks([DVGSValuer()], expected_failed_checks=refused_by_old_checks)
def test_sklearn_checks_with_defaults(estimator, check):
    check(estimator)


def test_parameters_are_validated_as_scikit_learn_does():
    check_param_validation("DVGSValuer", DVGSValuer(max_epochs=1))
