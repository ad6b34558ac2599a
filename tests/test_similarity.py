"""Similarities from dots and norms against the vectors themselves."""

import numpy as np
import pytest

from skdvgs._similarity import SIMILARITIES


@pytest.fixture
def vectors():
    rng = np.random.default_rng(0)
    return rng.normal(size=(9, 5)), rng.normal(size=5)


def from_terms(name, rows, target):
    terms = rows @ target, np.linalg.norm(rows, axis=1), float(np.linalg.norm(target))
    return SIMILARITIES[name](*terms)


FORMULAS = {
    "cosine": lambda r, t: r @ t / np.linalg.norm(r) / np.linalg.norm(t),
    "dot": lambda r, t: r @ t,
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
    if name != "euclidean":
        assert from_terms(name, rows, target)[3] == 0


def test_cosine_stays_in_its_range():
    almost = SIMILARITIES["cosine"](np.array([1.0000001, -1.0000001]), np.ones(2), 1.0)
    np.testing.assert_array_equal(almost, [1.0, -1.0])
