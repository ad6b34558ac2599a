"""scikit-learn's own checks, without an expected failure."""

from sklearn.utils.estimator_checks import check_param_validation, parametrize_with_checks

from skdvgs import DVGSValuer


@parametrize_with_checks([DVGSValuer(max_epochs=2, cv=2, random_state=0)])
def test_sklearn_checks(estimator, check):
    check(estimator)


@parametrize_with_checks([DVGSValuer()])
def test_sklearn_checks_with_defaults(estimator, check):
    check(estimator)


def test_parameters_are_validated_as_scikit_learn_does():
    check_param_validation("DVGSValuer", DVGSValuer(max_epochs=1))
