"""Labels and targets that people really have, and some that nobody should."""

import numpy as np
import pandas as pd
import scipy.sparse as sp
from hypothesis import strategies as st


def odd_labels(draw, rng, n):
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
