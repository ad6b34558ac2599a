"""The same values for the same data, whatever holds them: container × type × task."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.exceptions import DataConversionWarning

from skdvgs import DVGSValuer

RNG = np.random.default_rng(0)
N = 40
CLASS = np.arange(N) % 2
# Whole numbers, so that every type can hold them; one column is far from zero.
TABLE = np.column_stack(
    [RNG.integers(0, 90, N) + 30 * CLASS, RNG.integers(0, 2, N), RNG.integers(0, 100, N)]
).astype(float)

TASKS = {
    "classification": CLASS.astype(float),
    "regression": TABLE[:, 0] * 10 + np.arange(N) * 7 % 31,
    "multilabel": np.column_stack([CLASS, TABLE[:, 1]]),
    "several numbers": TABLE[:, [0, 2]] + 0.5,
}

OF_X = {
    "float64": lambda X: X,
    "float32": lambda X: X.astype(np.float32),
    "int16": lambda X: X.astype(np.int16),
    "uint64": lambda X: X.astype(np.uint64),
    "object": lambda X: X.astype(object),
    "fortran": np.asfortranarray,
    "list": lambda X: X.tolist(),
    "tensor": torch.as_tensor,
    "csr": sp.csr_array,
    "frame": pd.DataFrame,
    "frame of Int64": lambda X: pd.DataFrame(X).astype("Int64"),
    "frame of mixed types": lambda X: pd.DataFrame(X).astype({0: "int8", 1: bool, 2: "Float32"}),
    "frame of sparse": lambda X: pd.DataFrame(X).astype(pd.SparseDtype(float, 0.0)),
    "frame of objects": lambda X: pd.DataFrame(X).astype(object),
    "frame of arrow": lambda X: pd.DataFrame(X).convert_dtypes(dtype_backend="pyarrow"),
    "polars": lambda X: pl.DataFrame(X, schema=["a", "b", "c"]),
    "polars of integers": lambda X: pl.DataFrame(X.astype(int), schema=["a", "b", "c"]),
}

OF_Y = {
    "float64": lambda y: y,
    "float32": lambda y: y.astype(np.float32),
    "object": lambda y: y.astype(object),
    "list": lambda y: y.tolist(),
    "tensor": torch.as_tensor,
    "frame": pd.DataFrame,
    "frame of Float64": lambda y: pd.DataFrame(y).astype("Float64"),
    "converted": lambda y: pd.DataFrame(y).convert_dtypes(),
    "arrow": lambda y: pd.DataFrame(y).convert_dtypes(dtype_backend="pyarrow"),
    "column": lambda y: y.reshape(len(y), -1),
    "polars": lambda y: pl.DataFrame(y.reshape(len(y), -1)),
    "arrow table": lambda y: pa.table(
        {str(at): column for at, column in enumerate(y.reshape(len(y), -1).T)}
    ),
}


def values(X, y, task):
    valuer = DVGSValuer(cv=2, n_restarts=1, max_epochs=2, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataConversionWarning)
        warnings.filterwarnings("ignore", message=".*different whole numbers")
        valuer.fit(X, y)
        assert valuer.task_ == {"several numbers": "regression"}.get(task, task)
        np.testing.assert_allclose(valuer.score_samples(X, y), valuer.values_, atol=1e-6)
    return valuer.values_


@pytest.fixture(scope="module")
def expected():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skdvgs._default_net.scorers.scores._N_TREES", 12)
        yield {task: values(TABLE, y, task) for task, y in TASKS.items()}


@given(st.sampled_from(sorted(OF_X)), st.sampled_from(sorted(OF_Y)), st.sampled_from(sorted(TASKS)))
@settings(
    max_examples=14,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_what_holds_rows_and_labels_changes_no_value(expected, of_x, of_y, task):
    found = values(OF_X[of_x](TABLE), OF_Y[of_y](TASKS[task]), task)
    np.testing.assert_allclose(found, expected[task], rtol=1e-6, atol=1e-7)
