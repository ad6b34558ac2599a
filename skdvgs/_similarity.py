"""Similarity of a row's gradient to the target gradient, from dots and norms alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Similarity = Callable[[Floats, Floats, float], Floats]


def cosine(dot: Floats, norm: Floats, target_norm: float) -> Floats:
    """Cosine of the angle between the gradients, in [-1, 1]; 0 where either is zero."""
    lengths = norm * target_norm
    cosines = np.divide(dot, lengths, out=np.zeros_like(dot), where=lengths > 0)
    return np.clip(cosines, -1.0, 1.0, out=cosines)


def dot_product(dot: Floats, norm: Floats, target_norm: float) -> Floats:
    """Dot product of the gradients: the fall of the target loss for a small step on the row."""
    return dot


def projection(dot: Floats, norm: Floats, target_norm: float) -> Floats:
    """Length of the row's gradient along the target gradient; 0 where that is zero."""
    return dot / target_norm if target_norm > 0 else np.zeros_like(dot)


def negative_euclidean(dot: Floats, norm: Floats, target_norm: float) -> Floats:
    """Distance between the gradients, negated so that higher is better; at most 0."""
    return -np.sqrt(np.maximum(norm**2 - 2.0 * dot + target_norm**2, 0.0))


SIMILARITIES: dict[str, Similarity] = {
    "cosine": cosine,
    "dot": dot_product,
    "euclidean": negative_euclidean,
    "projection": projection,
}
