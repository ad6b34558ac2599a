"""Similarities from dots and norms against the vectors themselves."""

import numpy as np
import pytest

from skdvgs._scoring.similarity import SIMILARITIES, TargetGradientScale, UserSimilarity
from skdvgs.exceptions import InvalidInputError


@pytest.fixture
def vectors():
    rng = np.random.default_rng(0)
    return rng.normal(size=(9, 5)), rng.normal(size=5)


def from_terms(name, rows, target):
    norms = np.linalg.norm(rows, axis=1)
    reference = TargetGradientScale(float(np.linalg.norm(target)), TYPICAL)
    return SIMILARITIES[name](rows @ target, norms, reference)


TYPICAL = 2.5


def cosine(r, t):
    return r @ t / np.linalg.norm(r) / np.linalg.norm(t)


FORMULAS = {
    "cosine": cosine,
    "discounted_cosine": lambda r, t: (1 + cosine(r, t)) / (1 + np.linalg.norm(r) / TYPICAL),
    "dot": lambda r, t: r @ t,
    "influence": lambda r, t: r @ t,  # the target gradient is what differs
    "projection": lambda r, t: r @ (t / np.linalg.norm(t)),
    "euclidean": lambda r, t: -np.linalg.norm(r - t),
}


@pytest.mark.parametrize("name", sorted(SIMILARITIES))
def test_against_the_vectors(name, vectors):
    rows, target = vectors
    expected = [FORMULAS[name](row, target) for row in rows]
    np.testing.assert_allclose(from_terms(name, rows, target), expected, rtol=1e-12)


@pytest.mark.parametrize("name", sorted(SIMILARITIES))
def test_zero_gradients_are_no_division_by_zero(name, vectors):
    rows, target = vectors
    rows[3] = 0
    assert np.isfinite(from_terms(name, rows, target)).all()
    assert np.isfinite(from_terms(name, rows, 0 * target)).all()
    at_zero = {"euclidean": -np.linalg.norm(target), "discounted_cosine": 1.0}
    assert from_terms(name, rows, target)[3] == pytest.approx(at_zero.get(name, 0.0))


def test_cosine_stays_in_its_range():
    almost = SIMILARITIES["cosine"](
        np.array([1.0000001, -1.0000001]), np.ones(2), TargetGradientScale(1.0)
    )
    np.testing.assert_array_equal(almost, [1.0, -1.0])


def test_targets_without_any_gradient_discount_nothing():
    discounted = SIMILARITIES["discounted_cosine"](
        np.ones(1), np.ones(1), TargetGradientScale(1.0, 0.0)
    )
    np.testing.assert_array_equal(discounted, [2.0])


def test_a_function_of_ones_own_gets_three_arguments():
    own = UserSimilarity(lambda dot, norm, target_norm: dot - norm * target_norm)
    found = own(np.array([1.0, 2.0]), np.array([3.0, 4.0]), TargetGradientScale(0.5, 7.0))
    np.testing.assert_array_equal(found, [-0.5, 0.0])


def test_a_function_of_ones_own_must_return_a_number_a_row():
    with pytest.raises(InvalidInputError, match=r"shape \(\) for 2 rows"):
        UserSimilarity(lambda dot, norm, target_norm: 1.0)(
            np.ones(2), np.ones(2), TargetGradientScale(1.0)
        )
