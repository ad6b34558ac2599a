"""scikit-learn's own checks, without an expected failure."""

import numpy as np
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


def test_rows_have_the_same_values_in_any_order():
    rng = np.random.default_rng(0)
    X, new = rng.normal(size=(2, 37, 5))
    y = rng.integers(3, size=37)
    valuer = DVGSValuer("paper", max_epochs=2, cv=2, store_trajectory=True, random_state=0)
    valuer.fit(X, y)
    both = np.concatenate([X[:20], new[20:]])
    np.testing.assert_array_equal(valuer.score_samples(X, y), valuer.values_)
    values, of_labels = valuer.score_samples(both, y), valuer.label_values(both)
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(37)
        found = valuer.score_samples(both[order], y[order])
        np.testing.assert_array_equal(found, values[order])
        np.testing.assert_array_equal(valuer.label_values(both[order]), of_labels[order])
