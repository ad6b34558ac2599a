"""scikit-learn's own checks of LowValueFilter, on the real valuer."""

import pytest
from sklearn.utils.estimator_checks import check_param_validation, parametrize_with_checks

from skdvgs import DVGSValuer, LowValueFilter

# Some of the checks draw y at random.
pytestmark = pytest.mark.filterwarnings("ignore:Nothing can be learnt about y")

REPLACES = (
    "demands fit_transform(X, y) == fit(X, y).transform(X); fit_transform replaces low-value "
    "rows of the training data, transform leaves every row as it is"
)
EXPECTED_FAILURES = {
    "check_transformer_data_not_an_array": REPLACES,
    "check_transformer_general": REPLACES,
}
QUICK = DVGSValuer("paper", max_epochs=2, cv=2, random_state=0)


@parametrize_with_checks(
    [LowValueFilter(QUICK, fraction=0.2)],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_parameters_are_validated_as_scikit_learn_demands():
    check_param_validation("LowValueFilter", LowValueFilter(QUICK))
