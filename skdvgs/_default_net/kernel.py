"""KernelShape and Kernel: similarities of rows, with a bandwidth that fits their distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.spatial.distance import cdist

from skdvgs._utils.types import Floats32


def squared_distances(A: Floats32, B: Floats32) -> Floats32:
    """Squared Euclidean distances, shape (len(A), len(B)): for the Gaussian kernel."""
    squares = np.einsum("ij,ij->i", A, A)[:, None] + np.einsum("ij,ij->i", B, B)
    distances = A @ B.T
    distances *= -2.0
    distances += squares
    found: Floats32 = np.maximum(distances, 0.0, out=distances)
    return found


def absolute_distances(A: Floats32, B: Floats32) -> Floats32:
    """Sums of absolute differences, shape (len(A), len(B)): for the Laplace kernel."""
    found: Floats32 = cdist(A, B, "cityblock").astype(np.float32)
    return found


def typical_distance(distances: Floats32) -> float:
    """The median; where most rows are alike the mean, and 1 where all are."""
    for typical in (np.median(distances), np.mean(distances)):
        if typical > 1e-6:
            return float(typical)
    return 1.0


def falling(distances: Floats32, bandwidth: float) -> Floats32:
    """Kernel values of distances, in their place: ``exp(-distance / bandwidth)``."""
    distances *= -1.0 / bandwidth
    return np.exp(distances, out=distances)


_DISTANCES = {"gaussian": squared_distances, "laplace": absolute_distances}


@dataclass(frozen=True)
class KernelShape:
    """A kind of kernel.

    Attributes
    ----------
    kind : {'gaussian', 'laplace', 'linear'}
        exp(-|a - b|² / h), exp(-Σ|a - b| / h), or the product a·b / h.
    """

    kind: Literal["gaussian", "laplace", "linear"]

    def fit(self, X: Floats32) -> Kernel:
        """Find the bandwidth h for some rows.

        It is the median distance of the rows, or, for a linear kernel, their mean squared
        length, after their mean is taken off.
        """
        if self.kind != "linear":
            return Kernel(self.kind, typical_distance(_DISTANCES[self.kind](X, X)))
        centre = X.mean(axis=0)
        length = float(np.mean(np.sum((X - centre) ** 2, axis=1, dtype=np.float64)))
        return Kernel(self.kind, max(length, 1e-9), centre)


@dataclass(frozen=True)
class Kernel:
    """A kernel with its bandwidth.

    Attributes
    ----------
    kind : {'gaussian', 'laplace', 'linear'}
        See :class:`KernelShape`.
    bandwidth : float
        h, greater than 0.
    centre : array of shape (n_features,) or None
        Mean row, taken off by a linear kernel.
    """

    kind: str
    bandwidth: float
    centre: Floats32 | None = None

    def __call__(self, A: Floats32, B: Floats32) -> Floats32:
        """Kernel of every row of A with every row of B, shape (len(A), len(B))."""
        if self.centre is not None:
            product: Floats32 = (A - self.centre) @ (B - self.centre).T
            product /= np.float32(self.bandwidth)
            return product
        return falling(_DISTANCES[self.kind](A, B), self.bandwidth)
