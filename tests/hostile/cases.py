"""Tables and labels that people really have, and some that nobody should: drawn at random.

:func:`bad_fits` draws everything that may be wrong or odd, for which a fit must end in values or in
a clear error. :func:`disguises` draws other forms of one and the same table, which must not change
its values.
"""

import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import scipy.sparse as sp
from hypothesis import strategies as st

from skdvgs import DVGSValuer
from skdvgs.exceptions import SkdvgsWarning, TrainingDivergedError


@dataclass
class Case:
    """One fit."""

    X: Any
    y: Any
    target: dict
    params: dict


def _numbers(draw, rng, n, p):
    """A table of ordinary numbers, some columns made odd."""
    X = rng.normal(size=(n, p))
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2, 3]))):
        j = int(rng.integers(p)) if p else 0
        i = int(rng.integers(n)) if n else 0
        if not X.size:
            break
        match draw(st.sampled_from(ODD_COLUMNS)):
            case "constant":
                X[:, j] = 7.0
            case "duplicate":
                X[:, j] = X[:, 0]
            case "huge":
                X[:, j] *= 1e30
            case "one huge":
                X[i, j] = 1e30
            case "tiny":
                X[:, j] *= 1e-30
            case "denormal":
                X[:, j] *= 1e-310
            case "too large":
                X[i, j] = 1e300
            case "nan":
                X[i, j] = np.nan
            case "infinite":
                X[i, j] = -np.inf
            case "all equal rows":
                X[:] = X[0]
            case "zeros":
                X[:] = 0.0
            case "negative zero":
                X[:, j] = -0.0
            case "whole":
                X[:, j] = np.round(X[:, j])
    return X


ODD_COLUMNS = (
    "constant", "duplicate", "huge", "one huge", "tiny", "denormal", "too large", "nan",
    "infinite", "all equal rows", "zeros", "negative zero", "whole",
)  # fmt: skip


def _container(draw, X):
    """X in one of the forms that tables come in."""
    kind = draw(st.just("array") | st.sampled_from(CONTAINERS))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        match kind:
            case "float32" | "float16" | "int8" | "uint64" | "bool" | "complex64" | "object":
                return (
                    np.nan_to_num(X).astype(kind) if kind in ("int8", "uint64") else X.astype(kind)
                )
            case "longdouble":
                return X.astype(np.longdouble)
            case "fortran":
                return np.asfortranarray(X)
            case "strided":
                wide = np.zeros((2 * len(X), 3 * X.shape[1] + 1))
                wide[::2, 1::3] = X
                return wide[::2, 1::3]
            case "reversed":
                return X[::-1][::-1]
            case "read-only":
                X = X.copy()
                X.flags.writeable = False
                return X
            case "big-endian":
                return X.astype(">f8")
            case "list":
                return X.tolist()
            case "text":
                return X.astype(str)
            case "masked":
                return np.ma.masked_invalid(X)
            case "matrix":
                return np.asmatrix(X)
            case "csr":
                return sp.csr_matrix(X)
            case "coo":
                return sp.coo_array(X)
            case "frame":
                return pd.DataFrame(X)
            case "frame with odd names":
                names = [(1, "a"), "b b", "é", 3, None, 2.5, "", "x" * 300, True][: X.shape[1]]
                frame = pd.DataFrame(X[:, : len(names)])
                frame.columns = pd.Index(names, dtype=object)
                return frame
            case "frame with twice a name":
                return pd.DataFrame(X, columns=["a"] * X.shape[1])
            case "frame with an odd index":
                return pd.DataFrame(X, index=pd.Index([3] * len(X)))
            case "frame with text":
                return pd.DataFrame(X).assign(city="Basel")
            case "frame with categories":
                return pd.DataFrame(X).assign(size=pd.Categorical(["s", "m"] * len(X))[: len(X)])
            case "frame with times":
                times = [
                    datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=2))) + timedelta(days=i)
                    for i in range(len(X))
                ]
                return pd.DataFrame(X).assign(when=times)
            case "frame with missing":
                return pd.DataFrame(X).convert_dtypes().replace(0.0, pd.NA)
            case "arrow frame":
                return pd.DataFrame(X).convert_dtypes(dtype_backend="pyarrow")
            case "polars":
                return pl.DataFrame(X, schema=[f"c{j}" for j in range(X.shape[1])])
            case "flat":
                return X.ravel()
            case "three-dimensional":
                return X[:, None]
            case "one number":
                return 3.0
            case "none":
                return None
    return X


CONTAINERS = (
    "array", "array", "array", "array", "float32", "float16", "int8", "uint64", "bool",
    "complex64", "object", "longdouble", "fortran", "strided", "reversed", "read-only",
    "big-endian", "list", "text", "masked", "matrix", "csr", "coo", "frame",
    "frame with odd names", "frame with twice a name", "frame with an odd index",
    "frame with text", "frame with categories", "frame with times", "frame with missing",
    "arrow frame", "polars", "flat", "three-dimensional", "one number", "none",
)  # fmt: skip


def _labels(draw, rng, n):
    """Labels or targets of n rows."""
    two = rng.integers(0, 2, n)
    match draw(st.just("two") | st.sampled_from(LABELS)):
        case "two":
            return two
        case "three":
            return rng.integers(0, 3, n)
        case "text":
            return np.array(["no", "yes"])[two]
        case "objects":
            return np.array(["no", "yes"], dtype=object)[two]
        case "bool":
            return two.astype(bool)
        case "floats":
            return two.astype(float)
        case "negative":
            return 2 * two - 1
        case "far apart":
            return np.where(two, 2**62, -(2**62))
        case "unsigned":
            return np.where(two, 2**64 - 1, 0).astype(np.uint64)
        case "one class":
            return np.zeros(n, dtype=int)
        case "a class of one row":
            return (np.arange(n) == 0).astype(int)
        case "as many as rows":
            return np.arange(n)
        case "category":
            return pd.Series(pd.Categorical.from_codes(two, ["a", "b"]))
        case "series with missing":
            return pd.Series(two, dtype="Int64").mask(two == 1)
        case "column":
            return two[:, None]
        case "list":
            return two.tolist()
        case "mixed":
            return [("a" if t else 1) for t in two]
        case "numbers":
            return rng.normal(size=n)
        case "constant number":
            return np.full(n, 2.5)
        case "heavy tails":
            return rng.standard_t(1, size=n)
        case "huge numbers":
            return rng.normal(size=n) * 1e30
        case "too large":
            return rng.normal(size=n) * 1e300
        case "tiny numbers":
            return rng.normal(size=n) * 1e-30
        case "nan":
            return np.where(two, np.nan, rng.normal(size=n))
        case "infinite":
            return np.where(two, np.inf, rng.normal(size=n))
        case "several numbers":
            return rng.normal(size=(n, 2))
        case "several labels":
            return rng.integers(0, 2, (n, 3))
        case "sparse labels":
            return sp.csr_matrix(rng.integers(0, 2, (n, 3)))
        case "multiclass columns":
            return rng.integers(0, 4, (n, 2))
        case "complex":
            return two + 1j
        case "times":
            return pd.Series(pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(two, unit="D"))
        case "too short":
            return two[1:]
        case "too long":
            return np.append(two, 0)
        case "no labels":
            return None
    raise AssertionError


LABELS = (
    "two", "two", "two", "two", "three", "three", "text", "objects", "bool", "floats", "negative",
    "far apart", "unsigned", "one class", "a class of one row", "as many as rows", "category",
    "series with missing", "column", "list", "mixed", "numbers", "numbers", "constant number",
    "heavy tails", "huge numbers", "too large", "tiny numbers", "nan", "infinite",
    "several numbers", "several labels", "sparse labels", "multiclass columns", "complex",
    "times", "too short", "too long", "no labels",
)  # fmt: skip


TARGETS = ("none", "none", "good", "good", "odd", "X", "rows of X", "y only")


@st.composite
def bad_fits(draw):
    """Draw a fit of small, mostly odd data."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.sampled_from([24, 24, 24, 24, 40, 40, 11, 5, 3, 2, 1, 0]))
    p = draw(st.sampled_from([3, 3, 3, 3, 3, 8, 2, 1, 1, 0]))
    X = _numbers(draw, rng, n, p)
    y = _labels(draw, rng, n)
    target = {}
    match draw(
        st.sampled_from(["none", "none", "good", "good", "odd", "X", "rows of X", "y only"])
    ):
        case "good":
            target = {"X_val": rng.normal(size=(16, p)), "y_val": _labels(draw, rng, 16)}
        case "odd":
            m = draw(st.sampled_from([0, 1, 2, 7]))
            columns = draw(st.sampled_from([p, p, p + 1]))
            table = _numbers(draw, rng, m, columns)
            target = {"X_val": _container(draw, table), "y_val": _labels(draw, rng, m)}
        case "X":
            target = {"X_val": X, "y_val": y}
        case "rows of X":
            half = n // 2
            target = {"X_val": X[:half], "y_val": None if y is None else _first(y, half)}
        case "y only":
            target = {"y_val": y}
    params = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "task": st.sampled_from(["classification", "regression", "reconstruction"]),
                "similarity": st.sampled_from(["cosine", "dot", "projection", "euclidean"]),
                "weighting": st.sampled_from(["uniform", "gradient_norm"]),
                "class_weight": st.sampled_from(["balanced", {0: 2.0}]),
                "lr": st.sampled_from([1e-12, 1e12]),
                "batch_size": st.sampled_from([-1, 1, 5]),
                "n_restarts": st.sampled_from([1, 3]),
            },
        )
    )
    return Case(_container(draw, X), y, target, params)


def _first(y, n):
    return y.iloc[:n] if hasattr(y, "iloc") else y[:n]


def outcome(case: Case) -> str:
    """Fit, and say what came of it: 'values', or the name of a clear error.

    Raises
    ------
    AssertionError
        If the values are not what values are, or the error says nothing.
    Exception
        Any that no user should see.
    """
    valuer = DVGSValuer(max_epochs=2, cv=2, random_state=0).set_params(
        **({"n_restarts": 2} | case.params)
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", SkdvgsWarning)
            # scikit-learn's own words on data it takes nevertheless.
            warnings.filterwarnings("ignore", message="A column-vector y was passed")
            warnings.filterwarnings("ignore", message="X (does not have|has) .*feature names")
            warnings.filterwarnings("ignore", message=".*class.* in y has only.*")
            valuer.fit(case.X, case.y, **case.target)
    except (ValueError, TypeError, TrainingDivergedError) as error:
        said = error
    else:
        said = None
    if said is not None:
        if len(str(said)) < 15 or hasattr(valuer, "values_"):
            raise AssertionError(f"{said!r} says nothing, or came too late") from said
        return type(said).__name__
    n = case.X.shape[0] if hasattr(case.X, "shape") else len(case.X)
    assert valuer.values_.shape == (n,)
    assert np.isfinite(valuer.values_).all()
    assert np.isnan(valuer.standard_errors_).all() or (
        np.isfinite(valuer.standard_errors_).all() and (valuer.standard_errors_ >= 0).all()
    )
    if valuer.similarity == "cosine":
        assert np.abs(valuer.values_).max() <= 1 + 1e-6
    assert 0.0 <= valuer.low_fraction_ <= 0.6
    if hasattr(valuer, "label_values_"):
        assert np.isfinite(valuer.label_values_).all()
    return "values"


TABLE = np.round(np.random.default_rng(3).normal(size=(30, 4)), 2).astype(np.float32)
CODES = np.random.default_rng(4).integers(0, 2, 30)


def _memmap(X):
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        np.save(file.name, X)
        return np.load(file.name, mmap_mode="r")


SAME_X = {
    "float64": lambda X: X.astype(np.float64),
    "fortran": np.asfortranarray,
    "strided": lambda X: np.repeat(np.repeat(X, 2, axis=0), 3, axis=1)[::2, ::3],
    "reversed": lambda X: X[::-1].copy()[::-1],
    "big-endian": lambda X: X.astype(">f4"),
    "longdouble": lambda X: X.astype(np.longdouble),
    "object": lambda X: X.astype(object),
    "list": lambda X: X.astype(np.float64).tolist(),
    "csr": sp.csr_matrix,
    "bsr": lambda X: sp.bsr_array(X),
    "coo": sp.coo_matrix,
    "memmap": _memmap,
    "frame": lambda X: pd.DataFrame(X, index=np.arange(len(X))[::-1]),
    "number names": lambda X: pd.DataFrame(X, columns=[10, 20, 30, 40]),
    "time index": lambda X: pd.DataFrame(
        X, index=pd.date_range("2024-01-01", periods=len(X), tz="Europe/Zurich")
    ),
    "nullable": lambda X: pd.DataFrame(X).astype("Float32"),
    "arrow": lambda X: pd.DataFrame(X).convert_dtypes(dtype_backend="pyarrow"),
    "polars": lambda X: pl.DataFrame(X, schema=[f"c{j}" for j in range(X.shape[1])]),
    "read-only": lambda X: _read_only(X.copy()),
}

SAME_Y = {
    "float": lambda y: y.astype(float),
    "bool": lambda y: y.astype(bool),
    "int8": lambda y: y.astype(np.int8),
    "uint64": lambda y: np.where(y, 2**64 - 1, 0).astype(np.uint64),
    "far apart": lambda y: np.where(y, 2**62, -(2**62)),
    "text": lambda y: np.array(["no", "yes"])[y],
    "object": lambda y: np.array(["no", "yes"], dtype=object)[y],
    "category": lambda y: pd.Series(pd.Categorical.from_codes(y, ["b", "c"]), index=y),
    "list": lambda y: y.tolist(),
    "nullable": lambda y: pd.Series(y, dtype="Int64"),
    "arrow": lambda y: pd.Series(y, dtype="int64[pyarrow]"),
    "polars": lambda y: pl.Series(y),
    "strided": lambda y: np.repeat(y, 2)[::2],
}


def _read_only(X):
    X.flags.writeable = False
    return X


def disguises():
    """Draw other forms of TABLE and CODES, and of a target set made of them."""
    forms = st.sampled_from(sorted(SAME_X))
    return st.tuples(forms, st.sampled_from(sorted(SAME_Y)), forms, st.booleans())
