"""Read a column of class labels of any type."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..exceptions import InvalidInputError


def read_classes(y: Any) -> tuple[NDArray[Any], NDArray[np.intp], NDArray[np.intp]]:
    """Number the classes of the rows, in sorted order.

    Returns
    -------
    classes : array of shape (n_classes,)
        The sorted labels.
    member : array of shape (n_classes,)
        A row of each class.
    codes : array of shape (n_samples,)
        The number of each row's class.

    Raises
    ------
    InvalidInputError
        If y is not one column of at least two classes without missing labels.
    """
    labels = np.asarray(y)
    if labels.ndim != 1 or len(labels) == 0:
        raise InvalidInputError(
            f"y has shape {labels.shape}. Class labels are one column. Pass shape (n_samples,)."
        )
    if _has_missing(y, labels):
        raise InvalidInputError(
            "y holds missing labels. Nothing can be told of a row without one. Leave these rows "
            "out, or give them a class of their own."
        )
    if labels.dtype.kind == "f" and np.any(labels != np.floor(labels)):
        raise InvalidInputError(
            "y holds fractions. Labels are classes, and numbers between them are targets. Use "
            "corrupt_targets, or encode the classes as text or whole numbers."
        )
    try:
        classes, member, codes = np.unique(labels, return_index=True, return_inverse=True)
    except TypeError as error:
        raise InvalidInputError(
            "y mixes labels that cannot be sorted, such as text and numbers. Classes are put in "
            "order. Convert them to one type, e.g. with y.astype(str)."
        ) from error
    if len(classes) < 2:
        raise InvalidInputError(
            f"y holds the single class {classes.tolist()[0]!r}. A corrupted label needs another "
            "class. Pass labels of at least two classes."
        )
    return classes, member, codes


def _has_missing(y: Any, labels: NDArray[Any]) -> bool:
    if hasattr(y, "isna"):
        return bool(y.isna().any())
    # Of all labels only a missing one differs from itself.
    return any(label is None or label != label for label in labels.tolist())
