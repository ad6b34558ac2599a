"""scikit-learn's own checks, without an expected failure."""

import pytest
from sklearn.utils.estimator_checks import check_param_validation, parametrize_with_checks

from skdvgs import DVGSValuer

# Some of the checks draw y at random.
pytestmark = pytest.mark.filterwarnings("ignore:Nothing can be learnt about y")


@parametrize_with_checks(
    [DVGSValuer("paper", max_epochs=2, cv=2, store_trajectory=True, random_state=0)]
)
def test_sklearn_checks(estimator, check):
    check(estimator)


@parametrize_with_checks([DVGSValuer()])
def test_sklearn_checks_with_defaults(estimator, check):
    check(estimator)


def test_parameters_are_validated_as_scikit_learn_does():
    check_param_validation("DVGSValuer", DVGSValuer(max_epochs=1))
