"""SIMILARITIES: a row's gradient against the target gradient, from dots and norms alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skdvgs._utils.types import Floats
from skdvgs.exceptions import InvalidInputError


@dataclass(frozen=True)
class TargetGradientScale:
    """What the rows of a checkpoint are compared with.

    Attributes
    ----------
    norm : float
        Length of the target gradient.
    typical_norm : float
        Median length of the gradients of single target rows; NaN where nothing needs it.
    """

    norm: float
    typical_norm: float = float("nan")


Similarity = Callable[[Floats, Floats, TargetGradientScale], Floats]


def cosine(dot: Floats, norm: Floats, target: TargetGradientScale) -> Floats:
    """Cosine of the angle between the gradients, in [-1, 1]; 0 where either is zero."""
    lengths = norm * target.norm
    cosines = np.divide(dot, lengths, out=np.zeros_like(dot), where=lengths > 0)
    return np.clip(cosines, -1.0, 1.0, out=cosines)


def discounted_cosine(dot: Floats, norm: Floats, target: TargetGradientScale) -> Floats:
    """``(1 + cosine) / (1 + norm / typical norm)``, in [0, 2].

    A wrong number pulls hard, in whatever direction: its row's gradient is longer than those of
    target rows, which the cosine does not see.
    """
    relative = np.zeros_like(norm) if target.typical_norm == 0 else norm / target.typical_norm
    return (1.0 + cosine(dot, norm, target)) / (1.0 + relative)


def dot_product(dot: Floats, norm: Floats, target: TargetGradientScale) -> Floats:
    """Dot product of the gradients: the fall of the target loss for a small step on the row."""
    return dot


def projection(dot: Floats, norm: Floats, target: TargetGradientScale) -> Floats:
    """Length of the row's gradient along the target gradient; 0 where that is zero."""
    return dot / target.norm if target.norm > 0 else np.zeros_like(dot)


def negative_euclidean(dot: Floats, norm: Floats, target: TargetGradientScale) -> Floats:
    """Distance between the gradients, negated so that higher is better; at most 0."""
    return -np.sqrt(np.maximum(norm**2 - 2.0 * dot + target.norm**2, 0.0))


# Dot products too, with the target gradient preconditioned: see :mod:`skdvgs._scoring.influence`.
INFLUENCE = "influence"

SIMILARITIES: dict[str, Similarity] = {
    "cosine": cosine,
    "discounted_cosine": discounted_cosine,
    "dot": dot_product,
    "euclidean": negative_euclidean,
    INFLUENCE: dot_product,
    "projection": projection,
}

NEED_NO_NORMS = ("dot", "projection", INFLUENCE)
NEED_TYPICAL_NORM = ("discounted_cosine",)


@dataclass(frozen=True)
class UserSimilarity:
    """A user's own function ``(dot, norm, target norm)``, checked for what it returns."""

    function: Callable[[Floats, Floats, float], Floats]

    def __call__(self, dot: Floats, norm: Floats, target: TargetGradientScale) -> Floats:
        """Similarities of shape (n_rows,)."""
        found = np.asarray(self.function(dot, norm, target.norm), dtype=np.float64)
        if found.shape != dot.shape:
            raise InvalidInputError(
                f"similarity returned an array of shape {found.shape} for {len(dot)} rows. Every "
                f"row needs one number. Return an array of shape {dot.shape}."
            )
        return found
