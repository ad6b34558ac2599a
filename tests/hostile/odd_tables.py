"""Tables that people really have, and some that nobody should, in the forms that tables come in."""

import warnings
from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd
import polars as pl
import scipy.sparse as sp
from hypothesis import strategies as st


def odd_table(draw, rng, n, p):
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


def in_a_container(draw, X):
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
