"""Check what a user passes to fit, before any work starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import skorch
from numpy.typing import NDArray
from sklearn.utils.validation import check_array, validate_data
from torch import nn

from skdvgs._inputs.columns import check_no_text, check_same_columns
from skdvgs._inputs.large.large_rows import LargeRows, Reader
from skdvgs._inputs.large.open import open_rows
from skdvgs._inputs.large.readers import DatasetReader
from skdvgs._inputs.task import Features
from skdvgs.exceptions import InvalidInputError

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
        with refusing():
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
        with refusing():
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
        with refusing():
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
    with refusing():
        validate_data(estimator, rows, reset=reset, skip_check_array=True)
    if rows.nbytes <= _SMALL_BYTES:
        return rows[:]
    rows.check()
    return rows


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
def refusing() -> Iterator[None]:
    """Turn what scikit-learn refuses into our own error, in its words."""
    # What overflows in float32 or in a whole number is refused as infinite, or is no class.
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            yield
        except InvalidInputError:
            raise
        except ValueError as error:
            raise InvalidInputError(str(error)) from error
