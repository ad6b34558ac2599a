"""Fits of data with anything wrong or odd: they must end in values or in a clear error."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from .odd_labels import odd_labels
from .odd_tables import in_a_container, odd_table


@dataclass
class Case:
    """One fit."""

    X: Any
    y: Any
    target: dict
    params: dict


TARGETS = ("none", "none", "good", "good", "odd", "X", "rows of X", "y only")


@st.composite
def bad_fits(draw):
    """Draw a fit of small, mostly odd data."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.sampled_from([24, 24, 24, 24, 40, 40, 11, 5, 3, 2, 1, 0]))
    p = draw(st.sampled_from([3, 3, 3, 3, 3, 8, 2, 1, 1, 0]))
    X = odd_table(draw, rng, n, p)
    y = odd_labels(draw, rng, n)
    target = {}
    match draw(st.sampled_from(TARGETS)):
        case "good":
            target = {"X_val": rng.normal(size=(16, p)), "y_val": odd_labels(draw, rng, 16)}
        case "odd":
            m = draw(st.sampled_from([0, 1, 2, 7]))
            columns = draw(st.sampled_from([p, p, p + 1]))
            table = odd_table(draw, rng, m, columns)
            target = {"X_val": in_a_container(draw, table), "y_val": odd_labels(draw, rng, m)}
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
    return Case(in_a_container(draw, X), y, target, params)


def _first(y, n):
    return y.iloc[:n] if hasattr(y, "iloc") else y[:n]
