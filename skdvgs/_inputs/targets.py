"""read_y: labels or targets, checked and typed, and the task that they pose."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.utils.validation import check_array, column_or_1d

from skdvgs._inputs.features import refusing
from skdvgs._inputs.label_kind import kind_of_labels
from skdvgs._inputs.labels import as_plain_array
from skdvgs._inputs.task import Kind, Task
from skdvgs.exceptions import InvalidInputError, UnseenLabelWarning

_LARGEST_TARGET = 1e150

# What the criterion of a user's network takes: class numbers, one a row or several; or anything.
CLASS_NUMBERS, ANY = "class numbers", "any"


def read_new_y(y: Any, n_samples: int, kind: str, task: Task) -> NDArray[Any]:
    """Labels or targets of rows to value after fit.

    Raises
    ------
    InvalidInputError
        If they are of another kind than those of fit, or hold a label that fit did not see.
    """
    asked = {"multilabel": "auto"}.get(kind, kind)
    read_as, read = read_y(y, n_samples, asked)
    if read_as != kind:
        raise InvalidInputError(
            f"y is read as {read_as} but fit learnt {kind}. Values are of one kind. Encode y as "
            "in fit."
        )
    if kind in ("multilabel", "tags", "regression") and read.shape[1:] != task.row_shape:
        raise InvalidInputError(
            f"y has {_columns_or_shape(read.shape[1:])} but that of fit had "
            f"{_columns_or_shape(task.row_shape)}. The network predicts as many as in fit. Pass "
            "the same columns."
        )
    if kind == "classification":
        assert task.classes is not None
        _check_sortable(task.classes, read)
        unknown = np.setdiff1d(read, task.classes)
        if len(unknown):
            raise InvalidInputError(
                f"y holds {unknown.tolist()[:10]}, which fit did not see. The network has no "
                f"output for it. Labels of fit are {task.classes.tolist()[:10]}."
            )
        # Of the type they had in fit: a row is known again by them.
        return task.classes[np.searchsorted(task.classes, read)]
    return read


def _columns_or_shape(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} columns" if len(shape) == 1 else f"rows of shape {shape}"


def read_y(y: Any, n_samples: int, task: str, name: str = "y") -> tuple[Kind, NDArray[Any]]:
    """Check labels or targets and say which kind they are.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, ...), or None
        Labels or targets; None for reconstruction.
    n_samples : int
        Rows of the X they belong to.
    task : {'auto', 'classification', 'tags', 'regression', 'reconstruction', CLASS_NUMBERS, ANY}
        The valuer's parameter `task`, or what the criterion of a user's network says of it.
    name : str
        Name of the argument in messages.

    Returns
    -------
    kind : str
        'classification', 'multilabel', 'tags', 'regression' or 'reconstruction'.
    y : array
        (n,) labels, (n, ...) indicators, class numbers of tags or float64 targets.

    Raises
    ------
    InvalidInputError
        If y has another length than X, holds NaN, or fits no task.
    """
    if y is None and task in ("classification", "regression", "tags", CLASS_NUMBERS):
        task = "classification" if task == CLASS_NUMBERS else task
        raise InvalidInputError(
            f"{name} is None but the task is {task}: it requires y to be passed. Without labels "
            "rows can only be valued by reconstruction. Pass them, or leave task='auto'."
        )
    if y is None or task == "reconstruction":
        return "reconstruction", np.empty((n_samples, 0), dtype=np.float32)
    y = _as_array(y, n_samples, name)
    task = _task_for(y, task)
    if task == "tags":
        return "tags", _as_tags(y, name)
    if task == "regression":
        return "regression", _as_columns(y, name)
    if y.ndim == 2 and y.shape[1] == 1:
        kind = kind_of_labels(y.ravel(), name, task)
        # scikit-learn warns where labels come as a column.
        y = y if kind == "regression" else column_or_1d(y, warn=True)
    else:
        kind = kind_of_labels(y if y.ndim < 3 else y.reshape(len(y), -1), name, task)
    if kind == "regression":
        if task == "classification":
            raise InvalidInputError(
                f"{name} holds continuous numbers but the task is classification. A class for "
                "each number cannot be learnt. Make classes of them, or use task='regression'."
            )
        return kind, _as_columns(y, name)
    return kind, y


def read_target_y(
    y_val: Any, n_target: int, kind: Kind, y: NDArray[Any], asked: str
) -> NDArray[Any]:
    """Labels or targets of the target set, which must be of the kind that y is.

    ``asked`` is the task that the caller asks for.
    """
    if y_val is not None and kind == "reconstruction" and asked == "auto":
        raise InvalidInputError(
            "y_val was passed without y. Rows without labels are valued by reconstruction, which "
            "reads no labels. Pass y too, or set task='reconstruction'."
        )
    if y_val is None and kind != "reconstruction":
        raise InvalidInputError(
            f"y_val is missing: y makes the task {kind}, and the target set is to be learnt. "
            "Pass y_val with X_val, or leave both out."
        )
    # y tells the task: a small target set may not show, say, that its numbers are continuous.
    task = "auto" if kind == "multilabel" else kind
    kind_val, read = read_y(y_val, n_target, task, name="y_val")
    if kind_val != kind or read.shape[1:] != y.shape[1:]:
        raise InvalidInputError(
            f"y_val is read as {kind_val} of shape {read.shape}, y as {kind} of shape {y.shape}. "
            "Both must be of one kind. Encode them in the same way."
        )
    if kind == "classification":
        _check_sortable(y, read)
    return read


def _check_sortable(y: NDArray[Any], y_val: NDArray[Any]) -> None:
    # numpy would turn the number 1 into the text "1" when it joins the two.
    is_text = [
        labels.dtype.kind in "US" or (labels.dtype.kind == "O" and isinstance(labels[0], str))
        for labels in (y, y_val)
    ]
    if is_text[0] != is_text[1]:
        raise InvalidInputError(
            f"y holds {'text' if is_text[0] else 'numbers'}, y_val "
            f"{'text' if is_text[1] else 'numbers'}. Labels of both sets must be of one type. "
            "Convert them, e.g. y.astype(str) and y_val.astype(str)."
        )


def _as_array(y: Any, n_samples: int, name: str) -> NDArray[Any]:
    options: dict[str, Any] = {"accept_sparse": "csr", "dtype": None, "ensure_2d": False}
    with refusing():
        if not issparse(y):
            y = as_plain_array(y, name)
        y = check_array(y, ensure_min_samples=0, allow_nd=True, input_name=name, **options)
    y = y.toarray() if hasattr(y, "toarray") else y
    if y.ndim == 0:
        raise InvalidInputError(
            f"{name} is a single {y.item()!r}. Each row needs its own label. Pass an array of them."
        )
    if len(y) != n_samples:
        raise InvalidInputError(
            f"Found inconsistent numbers of samples: {name} has {len(y)} rows, its X has "
            f"{n_samples}. Each row needs its own label. Pass both from the same table."
        )
    found: NDArray[Any] = y
    return found


def _task_for(y: NDArray[Any], task: str) -> str:
    """The task of y where the criterion alone does not tell it."""
    if task not in (CLASS_NUMBERS, ANY, "classification"):
        return task
    is_whole = y.dtype.kind in "biu" and y.ndim > 1 and int(np.prod(y.shape[1:])) > 1
    # A criterion of one's own may as well take 0 and 1 as indicators.
    if is_whole and (task == CLASS_NUMBERS or not set(np.unique(y).tolist()) <= {0, 1}):
        return "tags"
    return "auto" if task == ANY else "classification"


def _as_tags(y: NDArray[Any], name: str) -> NDArray[np.int64]:
    if y.dtype.kind not in "biu" or y.ndim < 2:
        raise InvalidInputError(
            f"{name} is of shape {y.shape} and type {y.dtype} but the task is tags. Tags are a "
            "class number for each position of a row. Pass whole numbers of shape (n_samples, "
            "n_positions) or with more axes."
        )
    return y.astype(np.int64)


def _as_columns(y: NDArray[Any], name: str) -> NDArray[np.float64]:
    try:
        y = y.astype(np.float64)
        y = y.reshape(len(y), -1) if y.ndim < 2 else y
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"{name} cannot be read as numbers ({error}). Regression needs numbers. Encode it, "
            "or use task='classification'."
        ) from error
    if len(y) and np.abs(y).max() > _LARGEST_TARGET:
        raise InvalidInputError(
            f"{name} holds numbers up to {np.abs(y).max():.3g}. Their squares are more than a "
            "number can hold. Divide it by a constant: the unit does not matter."
        )
    return y


def check_classes(y: Any, y_target: Any) -> int:
    """Refuse labels of one class only; warn of labels that the target set lacks.

    ``y_target`` is None where each fold of the source is the target set in turn.

    Returns
    -------
    int
        Classes in both sets together.

    Raises
    ------
    InvalidInputError
        If there is one class only.
    """
    known = np.unique(y if y_target is None else y_target)
    if len(known) < 2 and y_target is None:
        raise InvalidInputError(
            f"y holds one class only: {known.tolist()}. A network that sees 1 class cannot tell "
            "right rows from wrong ones. Pass rows of at least two classes, or leave y out to "
            "value rows by reconstruction."
        )
    if len(known) < 2:
        raise InvalidInputError(
            f"The target set holds one class only: {known.tolist()}. A network that sees 1 class "
            "learns nothing about the others. Give target rows of at least two classes."
        )
    lacking = np.setdiff1d(y, known)
    if len(lacking):
        warnings.warn(
            f"y holds {lacking.tolist()[:10]}, which the target set lacks: "
            f"{int(np.isin(y, lacking).sum())} rows. Their gradients disagree with every target "
            "gradient, so their values will be low whatever their quality. Add such rows to the "
            "target set.",
            UnseenLabelWarning,
            stacklevel=4,
        )
    return len(known) + len(lacking)
