"""Kernels that fall off with distance, on the scale of the distances there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

Floats32 = NDArray[np.float32]


Distance = Callable[[Floats32, Floats32], Floats32]


def squared_distances(A: Floats32, B: Floats32) -> Floats32:
    """Squared Euclidean distances, shape (len(A), len(B)): for the Gaussian kernel."""
    squares = np.einsum("ij,ij->i", A, A)[:, None] + np.einsum("ij,ij->i", B, B)
    distances = A @ B.T
    distances *= -2.0
    distances += squares
    return np.maximum(distances, 0.0, out=distances)


def absolute_distances(A: Floats32, B: Floats32) -> Floats32:
    """Sums of absolute differences, shape (len(A), len(B)): for the Laplace kernel."""
    return cdist(A, B, "cityblock").astype(np.float32)


def typical_distance(distances: Floats32) -> float:
    """The median; where most rows are alike the mean, and 1 where all are."""
    for typical in (np.median(distances), np.mean(distances)):
        if typical > 1e-6:
            return float(typical)
    return 1.0


@dataclass(frozen=True)
class Kernel:
    """``exp(-distance / bandwidth)``, in [0, 1].

    Attributes
    ----------
    distance : callable
        Distances of every row of one array to every row of another.
    bandwidth : float
        Distance at which the kernel is 1/e.
    """

    distance: Distance
    bandwidth: float

    def __call__(self, A: Floats32, B: Floats32) -> Floats32:
        """Kernel of every row of A with every row of B."""
        return falling(self.distance(A, B), self.bandwidth)


def falling(distances: Floats32, bandwidth: float) -> Floats32:
    """Kernel values of distances, in their place."""
    distances *= -1.0 / bandwidth
    return np.exp(distances, out=distances)
