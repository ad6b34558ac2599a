"""Left-out scores of kernel ridge against truly refitting without each row."""

import numpy as np
import pytest

from skdvgs._default_net.kernel import typical_distance
from skdvgs._default_net.kernel_ridge import PENALTIES, KernelRidge

from .cases import DISTANCES, TABLES, dual_ridge, make, refitted_without_each_row


def reference(distance, bandwidth, penalty):
    def kernel(A, B):
        return np.exp(-distance(A, B) / bandwidth)

    return lambda X, Y, X_new: dual_ridge(kernel(X, X), Y, penalty, kernel(X_new, X))


@pytest.mark.parametrize("penalty", [0.01, 1.0])
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("kind", DISTANCES)
def test_left_out_scores_are_those_of_refitting_without_the_row(kind, table, penalty):
    distance, exact = DISTANCES[kind]
    X, Y = make(table)
    ridge = KernelRidge(distance, penalty=penalty).fit(X, Y)
    fit = reference(exact, typical_distance(distance(X, X)), penalty)
    expected = refitted_without_each_row(fit, X, Y)
    np.testing.assert_allclose(ridge.left_out_, expected, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("kind", DISTANCES)
def test_new_rows_are_predicted_by_the_full_fit(kind):
    distance, exact = DISTANCES[kind]
    X, Y = make("many features")
    X_new = X[:7] + 0.3
    ridge = KernelRidge(distance, penalty=0.1).fit(X, Y)
    fit = reference(exact, typical_distance(distance(X, X)), 0.1)
    expected = fit(X.astype(float), Y.astype(float), X_new.astype(float))
    np.testing.assert_allclose(ridge.predict(X_new), expected, atol=1e-4)


@pytest.mark.parametrize("robust", [False, True])
def test_penalty_has_the_least_left_out_error(robust):
    distance, _ = DISTANCES["gaussian"]
    X, Y = make("many features")
    Y[:, 0] += 3 * X[:, 0]
    errors = []
    for penalty in PENALTIES:
        left_out = KernelRidge(distance, penalty=penalty).fit(X, Y).left_out_
        errors.append(np.mean(np.abs(left_out - Y) if robust else (left_out - Y) ** 2))
    chosen = KernelRidge(distance, robust=robust).fit(X, Y)
    assert chosen.penalty_ == PENALTIES[np.argmin(errors)]
    np.testing.assert_array_equal(
        chosen.left_out_, KernelRidge(distance, penalty=chosen.penalty_).fit(X, Y).left_out_
    )


@pytest.mark.parametrize("kind", DISTANCES)
def test_scores_of_a_row_do_not_depend_on_its_own_label(kind):
    distance, _ = DISTANCES[kind]
    X, Y = make("many features")
    before = KernelRidge(distance, penalty=0.1).fit(X, Y).left_out_
    changed = Y.copy()
    changed[4] = 10.0
    after = KernelRidge(distance, penalty=0.1).fit(X, changed).left_out_
    # Y cancels in closed form, so what is left is the rounding of a label of 10.
    np.testing.assert_allclose(after[4], before[4], atol=1e-4)
    assert np.abs(after - before).max() > 0.1


def test_a_constant_added_to_y_is_added_to_the_scores():
    distance, _ = DISTANCES["gaussian"]
    X, Y = make("many features")
    plain = KernelRidge(distance, penalty=0.1).fit(X, Y)
    shifted = KernelRidge(distance, penalty=0.1).fit(X, Y + 2)
    np.testing.assert_allclose(shifted.left_out_, plain.left_out_ + 2, atol=1e-4)
