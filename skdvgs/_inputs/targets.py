"""Targets."""

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
    if kind in ("multilabel", "regression") and read.shape[1] != task.n_outputs:
        raise InvalidInputError(
            f"y has {read.shape[1]} columns but that of fit had {task.n_outputs}. The network "
            "predicts as many as in fit. Pass the same columns."
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


def read_y(y: Any, n_samples: int, task: str, name: str = "y") -> tuple[Kind, NDArray[Any]]:
    """Check labels or targets and say which kind they are.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_outputs), or None
        Labels or targets; None for reconstruction.
    n_samples : int
        Rows of the X they belong to.
    task : {'auto', 'classification', 'regression', 'reconstruction'}
        The valuer's parameter `task`.
    name : str
        Name of the argument in messages.

    Returns
    -------
    kind : str
        'classification', 'multilabel', 'regression' or 'reconstruction'.
    y : array
        (n,) labels, (n, k) indicators, or (n, k) float64 targets.

    Raises
    ------
    InvalidInputError
        If y has another length than X, holds NaN, or fits no task.
    """
    if y is None and task in ("classification", "regression"):
        raise InvalidInputError(
            f"{name} is None but the task is {task}: it requires y to be passed. Without labels "
            "rows can only be valued by reconstruction. Pass them, or leave task='auto'."
        )
    if y is None or task == "reconstruction":
        return "reconstruction", np.empty((n_samples, 0), dtype=np.float32)
    y = _as_array(y, n_samples, name)
    if task == "regression":
        return "regression", _as_columns(y, name)
    if y.ndim == 2 and y.shape[1] == 1:
        kind = kind_of_labels(y.ravel(), name, task)
        # scikit-learn warns where labels come as a column.
        y = y if kind == "regression" else column_or_1d(y, warn=True)
    else:
        kind = kind_of_labels(y, name, task)
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
    options = {"accept_sparse": "csr", "dtype": None, "ensure_2d": False}
    shape = getattr(y, "shape", ())
    if len(shape) > 2:
        raise InvalidInputError(
            f"{name} has {len(shape)} dimensions, as masks and images have. Labels and targets are "
            f"one column or several. Pass {name}.reshape(len({name}), -1): the numbers of a row "
            "are brought to the shape of the network's output before its loss sees them."
        )
    with refusing():
        if not issparse(y):
            y = as_plain_array(y, name)
        y = check_array(y, ensure_min_samples=0, input_name=name, **options)
    y = y.toarray() if hasattr(y, "toarray") else y
    if y.ndim not in (1, 2):
        raise InvalidInputError(
            f"{name} has {y.ndim} dimensions. Labels and targets are one column or several. "
            "Reshape it to (n_samples,) or (n_samples, n_outputs)."
        )
    if len(y) != n_samples:
        raise InvalidInputError(
            f"Found inconsistent numbers of samples: {name} has {len(y)} rows, its X has "
            f"{n_samples}. Each row needs its own label. Pass both from the same table."
        )
    found: NDArray[Any] = y
    return found


def _as_columns(y: NDArray[Any], name: str) -> NDArray[np.float64]:
    try:
        y = y.astype(np.float64).reshape(len(y), -1)
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
