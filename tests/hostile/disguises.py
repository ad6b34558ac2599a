"""Other forms of one and the same table and labels, which must not change its values."""

import tempfile

import numpy as np
import pandas as pd
import polars as pl
import scipy.sparse as sp
from hypothesis import strategies as st

TABLE = np.round(np.random.default_rng(3).normal(size=(30, 4)), 2).astype(np.float32)
CODES = np.random.default_rng(4).integers(0, 2, 30)


def _memmap(X):
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
