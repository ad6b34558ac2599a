"""read_pred_probs: class probabilities by a model of the user's own, one row for each of X."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs.exceptions import InvalidInputError

Floats32 = NDArray[np.float32]

# How far from 1 the probabilities of a row may sum up.
_TOLERANCE = 1e-3


def check_pred_probs_go_with(
    net: Any, X: Any, y: Any, X_val: Any, y_val: Any, pred_probs: Any, pred_probs_val: Any
) -> None:
    """Refuse probabilities that cannot be used with what else is given.

    Raises
    ------
    InvalidInputError
        Saying what is missing, or too much.
    """
    if net is not None:
        raise InvalidInputError(
            "pred_probs was passed with a net. It is a scorer of the default network; a network of "
            "one's own values rows by its gradients alone. Leave out one of the two."
        )
    if pred_probs is None:
        raise InvalidInputError(
            "pred_probs_val was passed without pred_probs. It belongs to the target set, which is "
            "not valued. Pass pred_probs, the probabilities of the rows of X."
        )
    if X is None and y is None:
        raise InvalidInputError(
            "pred_probs was passed without y. It tells whether labels are right. Pass y."
        )
    if X is None and X_val is not None:
        raise InvalidInputError(
            "X_val was passed with X=None. Features of target rows tell nothing if the rows to be "
            "valued have none. Pass y_val and pred_probs_val alone, or X too."
        )
    has_target = X_val is not None or y_val is not None
    if has_target and pred_probs_val is None:
        raise InvalidInputError(
            "pred_probs_val is missing: there are pred_probs and a target set. The weight of the "
            "probabilities is learnt on target rows too. Pass pred_probs_val, predictions of the "
            "target rows by a model that was not fitted to them."
        )
    if pred_probs_val is not None and not has_target:
        raise InvalidInputError(
            "pred_probs_val was passed without a target set. Pass X_val and y_val too; with X=None "
            "y_val alone."
        )


def check_new_pred_probs(X: Any, pred_probs: Any, had_features: bool, had_pred_probs: bool) -> None:
    """Refuse rows to value after fit that lack what fit had, or have more.

    Raises
    ------
    InvalidInputError
        Saying what is missing, or too much.
    """
    if had_pred_probs and pred_probs is None:
        raise InvalidInputError(
            "pred_probs is missing. fit was given some, and rows to be valued need them too. Pass "
            "pred_probs=, by a model that has not seen these rows."
        )
    if pred_probs is not None and not had_pred_probs:
        raise InvalidInputError(
            "pred_probs was passed, but fit was given none, so that their weight is not known. "
            "Leave it out, or pass pred_probs to fit too."
        )
    if X is not None and not had_features:
        raise InvalidInputError(
            "X was passed, but fit was given X=None and goes by pred_probs alone. Pass X=None."
        )
    if X is None and had_features:
        raise InvalidInputError(
            "X is None, but fit was given features. Rows to be valued need them too. Pass X."
        )


def read_pred_probs(
    pred_probs: Any, classes: NDArray[Any], n_samples: int, name: str = "pred_probs"
) -> Floats32:
    """Probabilities with a column for each class, in the order of the classes.

    Parameters
    ----------
    pred_probs : array-like or frame of shape (n_samples, n_classes)
        Columns in the order of `classes`; those of a frame are named by the classes.
    classes : array of shape (n_classes,)
        All labels, sorted.
    n_samples : int
        Rows expected.
    name : str
        What to call it in messages.

    Raises
    ------
    InvalidInputError
        If shape or column names do not fit, or rows are no probabilities.
    """
    found = _columns(pred_probs, classes, name)
    expected = (n_samples, len(classes))
    if found.shape != expected:
        raise InvalidInputError(
            f"{name} has shape {found.shape}, expected {expected}: a row for each row that it "
            f"predicts, and a column for each class of y and y_val, sorted: {_some(classes)}. "
            "Leave out columns of classes that no label has and divide rows by their sums; give "
            "classes that a model does not know a column of zeros."
        )
    if not np.isfinite(found).all():
        raise InvalidInputError(
            f"{name} holds NaN or infinity in {int((~np.isfinite(found)).any(axis=1).sum())} rows. "
            "Each row needs a prediction by a model that has not seen it, e.g. by "
            "cross_val_predict(..., method='predict_proba')."
        )
    sums = found.sum(axis=1)
    is_wrong = (found < 0).any(axis=1) | (np.abs(sums - 1.0) > _TOLERANCE)
    if is_wrong.any():
        row = int(np.flatnonzero(is_wrong)[0])
        raise InvalidInputError(
            f"{name} holds {int(is_wrong.sum())} rows that are no probabilities, the first in row "
            f"{row}: smallest {found[row].min():.4g}, sum {sums[row]:.4g}. They must be at least 0 "
            "and sum to 1. Pass logits through a softmax first."
        )
    return found.astype(np.float32)


def _columns(pred_probs: Any, classes: NDArray[Any], name: str) -> NDArray[np.float64]:
    """The numbers as an array; columns of a frame in the order of the classes."""
    names = [str(column) for column in getattr(pred_probs, "columns", [])]
    try:
        found = np.asarray(pred_probs, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"{name} cannot be read as numbers: {error}. Give an array of class probabilities, "
            "shape (n_samples, n_classes)."
        ) from error
    if not names:
        return found
    labels = [str(label) for label in classes.tolist()]
    if sorted(names) != sorted(labels):
        raise InvalidInputError(
            f"{name} is a frame with the columns {_some(names)}, but the classes are "
            f"{_some(labels)}. A column belongs to each class. Name the columns by the classes, or "
            f"pass {name}.to_numpy() with columns in sorted order of the classes."
        )
    return found[:, [names.index(label) for label in labels]]


def _some(names: Any) -> str:
    listed = list(names)
    shown = ", ".join(str(entry) for entry in listed[:8])
    return shown if len(listed) <= 8 else f"{shown}, ... ({len(listed)} in all)"
