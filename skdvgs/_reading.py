"""Check what a user passes to fit, before any work starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import skorch
from numpy.typing import NDArray
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_array, column_or_1d, validate_data
from torch import nn

from ._columns import check_no_text, check_same_columns
from ._sources import DatasetReader, LargeRows, Reader, open_rows
from ._task import Features, Kind, Task
from .exceptions import InvalidInputError

_CLASS_TYPES = ("binary", "multiclass")
_REAL_TYPES = ("continuous", "continuous-multioutput")
_MOST_FLOAT_CLASSES = 20
_LARGEST_TARGET = 1e150
# Rows that lie elsewhere are read once for all if they take less memory than this.
_SMALL_BYTES = 2**25


@contextmanager
def all_or_nothing(estimator: Any) -> Iterator[None]:
    """Put every attribute back as it was when a fit fails."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


def read_features(estimator: Any, X: Any, net: Any) -> Features:
    """Source features as float32; as int64 where a user's network embeds integers.

    Raises
    ------
    InvalidInputError
        For columns of text, and for what scikit-learn refuses (NaN, infinity, no rows).
    """
    check_no_text(X, "X")
    options = _feature_options(X, net)
    reader = open_rows(X)
    if reader is None:
        with _refusing():
            return validate_data(estimator, X, **options)
    return _read_large(estimator, reader, options, reset=True)


def read_target_features(estimator: Any, X_val: Any, X: Features, net: Any) -> NDArray[Any]:
    """Features of the target set, in memory, which must have the columns of the source."""
    check_no_text(X_val, "X_val")
    if X.ndim == 2:
        check_same_columns(X_val, getattr(estimator, "feature_names_in_", None))
    options = _feature_options(X_val, net) | {"dtype": X.dtype}
    reader = open_rows(X_val, "X_val")
    try:
        if reader is not None:
            X_val = LargeRows(reader, X.dtype, "X_val")[:]
        with _refusing():
            X_val = check_array(X_val, input_name="X_val", **options)
    except ValueError as error:
        raise InvalidInputError(f"X_val cannot be used with X: {error}") from error
    if X_val.shape[1:] != X.shape[1:] and X_val.ndim == X.ndim == 2:
        raise InvalidInputError(
            f"X_val has {X_val.shape[1]} features, X has {X.shape[1]}. The network reads both. "
            "Prepare them in the same way."
        )
    if X_val.shape[1:] != X.shape[1:]:
        raise InvalidInputError(
            f"X_val has rows of shape {X_val.shape[1:]}, X of shape {X.shape[1:]}. The network "
            "reads both. Prepare them in the same way."
        )
    return X_val


def read_new_features(estimator: Any, X: Any, dtype: np.dtype[Any], net: Any) -> Features:
    """Features of rows to value after fit, which must have the columns of the source.

    Raises
    ------
    InvalidInputError
        For columns of text, for other columns than those of fit, and for what scikit-learn
        refuses.
    """
    check_no_text(X, "X")
    options = _feature_options(X, net) | {"dtype": dtype}
    reader = open_rows(X)
    if reader is None:
        with _refusing():
            return validate_data(estimator, X, reset=False, **options)
    return _read_large(estimator, reader, options, reset=False)


def labels_within(X: Any) -> NDArray[Any] | None:
    """Labels that X itself holds: a torch Dataset may."""
    reader = open_rows(X)
    return reader.labels() if isinstance(reader, DatasetReader) else None


def _read_large(
    estimator: Any, reader: Reader, options: dict[str, Any], *, reset: bool
) -> Features:
    """Rows that lie elsewhere, checked; in memory if there are few."""
    rows = LargeRows(reader, options["dtype"])
    if 0 in rows.shape:
        what = "sample(s)" if len(rows) == 0 else "feature(s)"
        raise InvalidInputError(
            f"Found array with 0 {what} (shape={rows.shape}) while a minimum of 1 is required. "
            "There is nothing to value. Pass rows of numbers."
        )
    if rows.ndim > 2 and not options["allow_nd"]:
        raise InvalidInputError(
            f"X has {rows.ndim} dimensions. The default network reads tables. Reshape X to "
            "(n_samples, n_features), or pass a network of your own."
        )
    with _refusing():
        validate_data(estimator, rows, reset=reset, skip_check_array=True)
    if rows.nbytes <= _SMALL_BYTES:
        return rows[:]
    rows.check()
    return rows


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
    return read


def _feature_options(X: Any, net: Any) -> dict[str, Any]:
    dtype: Any = np.float32
    if net is not None and getattr(getattr(X, "dtype", None), "kind", "f") in "iu":
        dtype = np.int64 if _embeds(net) else np.float32
    return {"dtype": dtype, "allow_nd": net is not None}


def _embeds(net: Any) -> bool:
    """Whether a network starts from token numbers; its layers are only known once it is built."""
    try:
        module = _module_of(net)
    except Exception:  # the constructor's own error is raised later, where it can be explained
        return False
    return any(isinstance(layer, (nn.Embedding, nn.EmbeddingBag)) for layer in module.modules())


def _module_of(net: Any) -> nn.Module:
    if isinstance(net, skorch.NeuralNet):
        return net.initialized_instance(net.module, net.get_params_for("module"))
    return net()


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what scikit-learn refuses into our own error, in its words."""
    # What overflows in float32 or in a whole number is refused as infinite, or is no class.
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            yield
        except InvalidInputError:
            raise
        except ValueError as error:
            raise InvalidInputError(str(error)) from error


def read_y(y: Any, n_samples: int, task: str, name: str = "y") -> tuple[Kind, NDArray[Any]]:
    """Check labels or targets and say which kind they are.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_outputs), or None
        Labels or targets; None for reconstruction.
    n_samples : int
        Rows of the X they belong to.
    task : {'auto', 'classification', 'regression', 'reconstruction'}
        What the caller asks for.
    name : str
        What to call it in messages.

    Returns
    -------
    kind : str
        The kind of task.
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
    kind = _kind_of(y, name)
    if kind == "regression":
        if task == "classification":
            raise InvalidInputError(
                f"{name} holds continuous numbers but the task is classification. A class for "
                "each number cannot be learnt. Make classes of them, or use task='regression'."
            )
        return kind, _as_columns(y, name)
    return kind, (column_or_1d(y, warn=True) if kind == "classification" else y)


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
    with _refusing():
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
    return y


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


def _kind_of(y: NDArray[Any], name: str) -> Kind:
    # Measurements are often whole numbers stored as floats; classes hardly ever are, and many.
    if y.dtype.kind == "f" and y.ndim == 1 and len(np.unique(y)) > _MOST_FLOAT_CLASSES:
        return "regression"
    with _refusing():
        kind = type_of_target(y, input_name=name)
    if kind in _CLASS_TYPES:
        return "classification"
    if kind in _REAL_TYPES:
        return "regression"
    if kind == "multilabel-indicator":
        return "multilabel"
    raise InvalidInputError(
        f"Unknown label type: {name} is of kind {kind!r}. Such labels cannot be valued together. "
        "Pass one column of labels, 0/1 indicators, or numbers with task='regression'."
    )
