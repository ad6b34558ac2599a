"""read_features: X, X_val and new rows, checked and typed before any work starts."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import skorch
from numpy.typing import NDArray
from sklearn.utils import assert_all_finite
from sklearn.utils.validation import check_array, validate_data
from torch import nn

from skdvgs._inputs.annotated import features_of, is_anndata
from skdvgs._inputs.columns import (
    check_kind_of_table,
    check_no_text,
    check_same_columns,
    names_of_columns,
)
from skdvgs._inputs.far_columns import warn_of_rounding
from skdvgs._inputs.frame_columns import is_frame
from skdvgs._inputs.frames import (
    is_plain,
    make_frame_encoder,
    numbers_of_frame,
)
from skdvgs._inputs.integers import holds_integers
from skdvgs._inputs.large.large_rows import SMALL_BYTES, LargeRows, Reader
from skdvgs._inputs.large.open import holds_named_arrays, open_rows
from skdvgs._inputs.large.readers import DatasetReader
from skdvgs._inputs.named_arrays import are_records, numbers_of_row
from skdvgs._inputs.named_rows import read_named_rows, refuse_named_rows
from skdvgs._inputs.table_reader import TableReader
from skdvgs._inputs.task import Features
from skdvgs.exceptions import InvalidInputError


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

    How a table for the default network was read is left in the estimator's ``_table``.

    Raises
    ------
    InvalidInputError
        For columns that cannot be read, and for what scikit-learn refuses (infinity, no rows;
        NaN, where the network is a user's own).
    """
    if holds_named_arrays(X):
        return _read_records(estimator, X, net)
    check_kind_of_table(X, "X")
    names, X = names_of_columns(X), features_of(X)
    check_no_text(X, "X")
    table = TableReader(make_frame_encoder(X)) if net is None else None
    read = _read(estimator, X, _feature_options(X, net), table, reset=True)
    estimator._table = table
    if names is not None and not is_frame(X):
        estimator.feature_names_in_ = names
    if table is not None:
        learnt = table.learn_large(read) if isinstance(read, LargeRows) else table.learn(read)
        return learnt if isinstance(learnt, LargeRows) else _finite(learnt, "X")
    if read.ndim == 2 and read.dtype != np.int64:
        some = read.as_type(np.float64)[:1000] if isinstance(read, LargeRows) else read
        warn_of_rounding(some, names)
    return read if isinstance(read, LargeRows) else _finite(read, "X")


def _read_records(estimator: Any, X: Any, net: Any) -> Features:
    """Rows of several arrays, or of a Dataset of dicts, as records."""
    if net is None:
        raise InvalidInputError(
            f"X is a {type(X).__name__} of several arrays, but net=None. The default network reads "
            "one table. Pass embeddings of the rows, which suit it best, or a network of your own."
        )
    read = read_named_rows(X, "X")
    vars(estimator).pop("feature_names_in_", None)
    estimator._table, estimator.n_features_in_ = None, numbers_of_row(read)
    return read


def read_target_features(estimator: Any, X_val: Any, X: Features, net: Any) -> NDArray[Any]:
    """Features of the target set, in memory, which must have the columns of the source."""
    if are_records(X):
        return read_named_rows(X_val, "X_val", X.dtype)[:]
    refuse_named_rows(X_val, "X_val")
    check_kind_of_table(X_val, "X_val")
    if X.ndim == 2:
        check_same_columns(X_val, getattr(estimator, "feature_names_in_", None))
    X_val, table = features_of(X_val), estimator._table
    check_no_text(X_val, "X_val")
    expected = X.shape[1:] if table is None else (estimator.n_features_in_,)
    options = _feature_options(X_val, net)
    options["dtype"] = X.dtype if X.dtype == np.int64 else options["dtype"]
    try:
        if is_frame(X_val):
            _check_shape(X_val.shape[1:], expected)
        reader = open_rows(X_val, "X_val")
        if reader is not None:
            dtype = X.dtype if table is None else np.float64
            X_val = LargeRows(reader, dtype, "X_val", allow_nan=table is not None)[:]
        with refusing():
            read = check_array(_numbers_of(X_val, table, "X_val"), input_name="X_val", **options)
    except ValueError as error:
        raise InvalidInputError(f"X_val cannot be used with X: {error}") from error
    if table is None or table.encoder is None:
        _check_shape(read.shape[1:], expected)
    return _finite(read if table is None else table.read(read), "X_val")


def read_new_features(estimator: Any, X: Any, dtype: np.dtype[Any], net: Any) -> Features:
    """Features of rows to value after fit, which must have the columns of the source.

    Raises
    ------
    InvalidInputError
        For columns that cannot be read, for other columns than those of fit, and for what
        scikit-learn refuses.
    """
    if dtype.names is not None:
        return read_named_rows(X, "X", dtype)
    refuse_named_rows(X, "X")
    check_kind_of_table(X, "X")
    table, is_checked = estimator._table, is_anndata(X)
    if is_checked:
        check_same_columns(X, getattr(estimator, "feature_names_in_", None))
    X = features_of(X)
    check_no_text(X, "X")
    options = _feature_options(X, net)
    options["dtype"] = dtype if dtype == np.int64 else options["dtype"]
    with warnings.catch_warnings():
        if is_checked:  # the matrix alone has no names
            warnings.filterwarnings("ignore", message="X does not have valid feature names")
        read = _read(estimator, X, options, table, reset=False)
    if table is None:
        return read if isinstance(read, LargeRows) else _finite(read, "X")
    if isinstance(read, LargeRows):
        found: Features = table.read_large(read)
        return found
    return _finite(table.read(read), "X")


def _check_shape(found: tuple[int, ...], expected: tuple[int, ...]) -> None:
    if found == expected:
        return
    if len(found) == len(expected) == 1:
        what = f"X_val has {found[0]} features, X has {expected[0]}"
    else:
        what = f"X_val has rows of shape {found}, X of shape {expected}"
    raise InvalidInputError(f"{what}. The network reads both. Prepare them in the same way.")


def labels_within(X: Any) -> NDArray[Any] | None:
    """Labels that X itself holds: a torch Dataset may."""
    reader = open_rows(X)
    return reader.labels() if isinstance(reader, DatasetReader) else None


def _read(
    estimator: Any, X: Any, options: dict[str, Any], table: TableReader | None, *, reset: bool
) -> Features:
    """Rows as numbers, in memory or where they lie; columns are checked against those of fit."""
    reader = open_rows(X)
    if reader is not None:
        return _read_large(estimator, reader, options, table is not None, reset=reset)
    with refusing():
        if (table is None or table.encoder is None) and (not is_frame(X) or is_plain(X)):
            found: Features = validate_data(estimator, X, reset=reset, **options)
            return found
        validate_data(estimator, X, reset=reset, skip_check_array=True)
        found = check_array(_numbers_of(X, table, "X"), input_name="X", **options)
        return found


def _numbers_of(X: Any, table: TableReader | None, name: str) -> Any:
    """A frame as an array of numbers; anything else as it is."""
    if table is not None and table.encoder is not None:  # which refuses what is no frame
        return table.encoder.encode(X, name)
    return numbers_of_frame(X, name) if is_frame(X) else X


def _finite(rows: NDArray[Any], name: str) -> NDArray[Any]:
    """Rows as float32, if it can hold them; whole numbers as they are."""
    if rows.dtype == np.int64:
        return rows
    with refusing():
        rows = rows.astype(np.float32, copy=False)
        assert_all_finite(rows, input_name=name)
    return rows


def _read_large(
    estimator: Any, reader: Reader, options: dict[str, Any], for_table: bool, *, reset: bool
) -> Features:
    """Rows that lie elsewhere, checked; in memory if there are few."""
    dtype = np.int64 if options["dtype"] == np.int64 else np.float32
    rows = LargeRows(reader, dtype, allow_nan=for_table)
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
    if rows.nbytes <= SMALL_BYTES:
        return rows[:] if dtype == np.int64 else rows.as_type(np.float64)[:]
    if not for_table:
        rows.check()
    return rows


def _feature_options(X: Any, net: Any) -> dict[str, Any]:
    # float32 as it is, and the others exactly: columns may have to be centred before rounding.
    dtype: Any = [np.float64, np.float32] if getattr(X, "ndim", 2) <= 2 else np.float32
    if net is None:
        return {"dtype": dtype, "allow_nd": False, "ensure_all_finite": "allow-nan"}
    if holds_integers(X) and _embeds(net):
        dtype = np.int64
    return {"dtype": dtype, "allow_nd": True, "ensure_all_finite": True}


def _embeds(net: Any) -> bool:
    """Whether a network starts from token numbers; its layers are only known once it is built."""
    try:
        module = _module_of(net)
    except Exception:  # the constructor's own error is raised later, where it can be explained
        return False
    return any(isinstance(layer, (nn.Embedding, nn.EmbeddingBag)) for layer in module.modules())


def _module_of(net: Any) -> nn.Module:
    if isinstance(net, skorch.NeuralNet):
        found: nn.Module = net.initialized_instance(net.module, net.get_params_for("module"))
        return found
    found = net()
    return found


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
            if "inhomogeneous" in str(error):
                raise InvalidInputError(
                    "Rows of several lengths, or arrays of several shapes, were given as one "
                    "table. Each row has the same columns. Pass one table, and labels by an "
                    "argument of their own."
                ) from error
            raise InvalidInputError(str(error)) from error
