"""Types that all rooms share: arrays by what they hold, and what an argument has to offer.

Every alias names the type of the entries. The shape stands in the docstring of the function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import skorch
    import torch

Floats: TypeAlias = NDArray[np.float64]
Floats32: TypeAlias = NDArray[np.float32]
Index: TypeAlias = NDArray[np.intp]  # positions of rows, or numbers of classes
Mask: TypeAlias = NDArray[np.bool_]
Labels: TypeAlias = NDArray[Any]  # labels or targets; text, whole numbers, floats or objects

Seed: TypeAlias = int | np.random.RandomState | None
Device: TypeAlias = "str | torch.device | None"
Net: TypeAlias = "type[torch.nn.Module] | skorch.NeuralNet"
Scoring: TypeAlias = str | Callable[..., float] | None


class SparseMatrix(Protocol):
    """A sparse matrix or array of scipy."""

    @property
    def shape(self) -> Any: ...

    def toarray(self) -> NDArray[Any]: ...


# Rows of features: an array, a list of lists, a dataframe or a sparse matrix.
Table: TypeAlias = ArrayLike | SparseMatrix


class Trainable(Protocol):
    """A scikit-learn estimator, as far as it is cloned and fitted here."""

    @property
    def fit(self) -> Callable[..., Any]: ...

    @property
    def get_params(self) -> Callable[..., dict[str, Any]]: ...

    @property
    def set_params(self) -> Callable[..., Any]: ...


class Splitter(Protocol):
    """A cross-validation generator of scikit-learn."""

    @property
    def split(self) -> Callable[..., Any]: ...

    @property
    def get_n_splits(self) -> Callable[..., int]: ...


# What says how rows are cut into folds.
Folding: TypeAlias = int | Splitter | Iterable[tuple[ArrayLike, ArrayLike]]


class HasValues(Protocol):
    """A fitted valuer, filter or sampler: it has a value for each row that it was fitted on.

    Attributes
    ----------
    values_ : array of shape (n_samples,)
        Higher is better.
    """

    @property
    def values_(self) -> Floats: ...
