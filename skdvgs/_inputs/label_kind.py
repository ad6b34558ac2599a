"""kind_of_labels: whether labels name classes or measure something."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import type_of_target

from skdvgs._inputs.features import refusing
from skdvgs._inputs.task import Kind
from skdvgs.exceptions import InvalidInputError, SkdvgsWarning

_CLASS_TYPES = ("binary", "multiclass")
_REAL_TYPES = ("continuous", "continuous-multioutput")
# Whole numbers of more different values measure or count something, unless they are codes.
MOST_WHOLE_CLASSES = 20
# Codes leave hardly a number out, and each is that of several rows.
_LEAST_CODES_USED = 0.9
_LEAST_ROWS_A_CODE = 3


def kind_of_labels(y: NDArray[Any], name: str, task: str) -> Kind:
    """Say which kind of task labels pose, by what they are and not by how they are stored.

    Parameters
    ----------
    y : array of shape (n_samples,) or (n_samples, n_outputs)
        Plain, without missing entries.
    name : str
        Name of the argument in messages.
    task : {'auto', 'classification'}
        The valuer's parameter `task`.

    Raises
    ------
    InvalidInputError
        If they pose none.
    """
    if task == "auto" and y.ndim == 1 and are_measured(y):
        if y.dtype.kind in "iu":
            warnings.warn(
                f"{name} holds {len(np.unique(y))} different whole numbers from {y.min()} to "
                f"{y.max()}. They are taken for numbers to predict, as class codes count from 0 "
                "or 1 and repeat. Set task='regression' or 'classification' to say which.",
                SkdvgsWarning,
                stacklevel=5,
            )
        return "regression"
    with refusing():
        kind = type_of_target(y, input_name=name)
    if kind in _CLASS_TYPES:
        return "classification"
    if kind in _REAL_TYPES:
        return "regression"
    if kind == "multilabel-indicator":
        return "multilabel"
    raise InvalidInputError(
        f"Unknown label type: {name} is of kind {kind!r}. Such labels cannot be valued together. "
        "Pass one column of labels, 0/1 indicators, numbers with task='regression', or for a "
        "network of your own a class number for each position with task='tags'."
    )


def are_measured(y: NDArray[Any]) -> bool:
    """Tell whether whole numbers measure or count something rather than name classes.

    How they are stored does not matter: tables turn whole numbers into floats, and back. More
    than 20 different ones are classes if they are codes, which count from 0 or 1, leave out
    hardly any number and repeat.
    """
    if y.dtype.kind not in "iuf":
        return False
    numbers, counts = np.unique(y, return_counts=True)
    if len(numbers) <= MOST_WHOLE_CLASSES or not np.isfinite(numbers[-1]):
        return False
    if y.dtype.kind == "f" and (numbers != np.floor(numbers)).any():
        return True
    first, last = float(numbers[0]), float(numbers[-1])
    counts_up = first in (0.0, 1.0) and len(numbers) >= _LEAST_CODES_USED * (last - first + 1)
    return not (counts_up and np.median(counts) >= _LEAST_ROWS_A_CODE)
