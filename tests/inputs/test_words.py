"""What is handed in by mistake is named, with what to hand in instead."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from skorch.helper import SliceDict
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from skdvgs import DVGSValuer
from skdvgs.exceptions import InvalidInputError

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 3)), np.arange(40) % 2
DATA = TensorDataset(torch.as_tensor(X), torch.as_tensor(Y))


class Stream(IterableDataset):
    def __iter__(self):
        return iter(X)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (DataLoader(DATA), r"X is a DataLoader.*Pass its data set, X\.dataset"),
        (Stream(), "only iterated over.*map-style"),
        ({"a": X, "b": X}, "X is a dict of several arrays"),
        (SliceDict(a=X, b=X), "X is a SliceDict of several arrays"),
        (pl.DataFrame(X).lazy(), r"X is a polars\.LazyFrame.*Pass X\.collect\(\)"),
        (pa.table({"a": X[:, 0], "b": Y.astype(str)}), r"X is a pyarrow\.Table.*X\.to_pandas\(\)"),
    ],
)
def test_rows(rows, message):
    with pytest.raises(InvalidInputError, match=message):
        DVGSValuer().fit(rows, Y)
    with pytest.raises(InvalidInputError, match=message.replace("X", "X_val")):
        DVGSValuer().fit(X, Y, X_val=rows, y_val=Y)


@pytest.mark.parametrize("pair", [(X, Y), (X.tolist(), Y.tolist()), (X, Y[:, None])])
def test_features_and_labels_as_one_tuple(pair):
    with pytest.raises(InvalidInputError, match=r"tuple of two.*X_val=TargetSet\(X, y\)"):
        DVGSValuer().fit(X, Y, X_val=pair)


def test_a_tuple_of_rows_is_rows():
    rows, labels = tuple(map(tuple, X)), tuple(Y.tolist())
    DVGSValuer(n_restarts=1).fit(rows, labels, X_val=rows[::3], y_val=labels[::3])


def test_names_of_columns():
    frame = pd.DataFrame(X, columns=[0, "b", 2])
    with pytest.raises(InvalidInputError, match=r"are text and some are not.*astype"):
        DVGSValuer().fit(frame, Y)
    numbered = DVGSValuer(cv=2, n_restarts=1, random_state=0).fit(
        frame.set_axis([7, 8, 9], axis=1), Y
    )
    assert not hasattr(numbered, "feature_names_in_")
    twice = frame.set_axis(["a", "a", "b"], axis=1)
    for rows in (twice, twice.assign(b=np.array(["x", "y"])[Y])):
        with pytest.raises(InvalidInputError, match="several columns named 'a'"):
            DVGSValuer().fit(rows, Y)


@pytest.mark.parametrize("labels", [dict(enumerate(Y)), set(Y.tolist()), iter(Y.tolist())])
def test_labels_without_positions(labels):
    with pytest.raises(InvalidInputError, match=f"y is a {type(labels).__name__}, which has no"):
        DVGSValuer().fit(X, labels)


def test_an_arrow_table_of_numbers_is_read():
    quick = DVGSValuer(cv=2, n_restarts=1, random_state=0)
    expected = quick.fit(X, Y).values_
    table = pa.table({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2]})
    np.testing.assert_array_equal(quick.fit(table, Y).values_, expected)


@pytest.mark.parametrize("labels", [[1, "a"], [True, "a"], [1.5, "a"], (2, "b")])
def test_labels_of_several_types_in_a_list(labels):
    with pytest.raises(InvalidInputError, match=r"y holds entries of several types: .*str"):
        DVGSValuer().fit(X, list(labels) * 20)


@pytest.mark.parametrize("rows", [[X, Y], (X, Y), [[1, 2], [3]]])
def test_arrays_of_several_shapes(rows):
    with pytest.raises(InvalidInputError, match="labels by an argument of their own"):
        DVGSValuer().fit(rows, Y)
