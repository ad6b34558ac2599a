"""The same labels give the same task and array, whatever holds them; odd ones get clear words."""

import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from sklearn.exceptions import DataConversionWarning

from skdvgs import DVGSValuer
from skdvgs._inputs.targets import read_y
from skdvgs.exceptions import InvalidInputError, SkdvgsWarning

RNG = np.random.default_rng(0)
N = 120
AGE = RNG.integers(20, 60, N)

SAME = {
    "float32": lambda y: y.astype(np.float32),
    "object": lambda y: y.astype(object),
    "decimals": lambda y: [Decimal(int(entry)) for entry in y],
    "list": lambda y: y.tolist(),
    "column": lambda y: y[:, None],
    "frame": lambda y: pd.DataFrame({"y": y}),
    "Int64": lambda y: pd.Series(y).astype("Int64"),
    "Float64": lambda y: pd.Series(y).astype("Float64"),
    "arrow series": lambda y: pd.Series(y).astype("int64[pyarrow]"),
    "arrow array": lambda y: pa.array(y),
    "arrow chunks": lambda y: pa.chunked_array([y[:50], y[50:]]),
    "arrow table": lambda y: pa.table({"y": y}),
    "category": lambda y: pd.Series(y).astype("category"),
    "convert_dtypes": lambda y: pd.Series(y).convert_dtypes(),
    "frame of arrow": lambda y: pd.DataFrame({"y": y}).convert_dtypes(dtype_backend="pyarrow"),
    "polars": lambda y: pl.Series(y),
    "polars frame": lambda y: pl.DataFrame({"y": y}),
    "tensor": lambda y: torch.as_tensor(y),
}

TASKS = {
    "two classes": (RNG.integers(0, 2, N), "classification"),
    "whole floats as classes": (RNG.integers(1, 4, N).astype(float), "classification"),
    "codes of many classes": (np.arange(N) % 30, "classification"),
    "codes of many classes as floats": (np.arange(N) % 30 + 1.0, "classification"),
    "ages": (AGE, "regression"),
    "ages as floats": (AGE.astype(float), "regression"),
    "counts": (RNG.geometric(0.02, N), "regression"),
    "all different": (np.arange(N), "regression"),
}


@pytest.mark.parametrize("form", SAME)
@pytest.mark.parametrize(("y", "kind"), TASKS.values(), ids=TASKS)
def test_the_container_does_not_decide_the_task(y, kind, form):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkdvgsWarning)
        warnings.simplefilter("ignore", DataConversionWarning)
        found = [read_y(y, N, "auto"), read_y(SAME[form](y), N, "auto")]
    assert [of for of, _ in found] == [kind, kind]
    np.testing.assert_array_equal(found[1][1], found[0][1])


@pytest.mark.parametrize(
    "form",
    [
        lambda y: y.astype(object),
        lambda y: pd.Series(y).astype("string"),
        lambda y: pd.Series(y, dtype="string[pyarrow]"),
        lambda y: pd.Series(y, dtype="category"),
        lambda y: pl.Series(y, dtype=pl.Categorical),
        lambda y: pa.array(y.tolist()).dictionary_encode(),
        lambda y: y.astype(np.dtypes.StringDType()),
        lambda y: pd.DataFrame({"y": y}),
    ],
)
def test_text(form):
    text = np.array(["no", "yes"])[np.arange(N) % 2]
    kind, y = read_y(form(text), N, "auto")
    assert kind == "classification"
    np.testing.assert_array_equal(y, text)


def test_frames_of_several_targets_and_labels():
    numbers = RNG.normal(size=(N, 2))
    kind, y = read_y(pd.DataFrame(numbers).astype("Float64"), N, "auto")
    assert kind == "regression"
    np.testing.assert_array_equal(y, numbers)
    kind, y = read_y(pd.DataFrame(numbers > 0).astype("boolean"), N, "auto")
    assert kind == "multilabel"
    np.testing.assert_array_equal(y, numbers > 0)


def test_many_whole_numbers_are_said_to_be_targets():
    with pytest.warns(SkdvgsWarning, match="40 different whole numbers from 20 to 59"):
        read_y(np.arange(N) % 40 + 20, N, "auto")
    assert read_y(AGE.astype(float), N, "classification")[0] == "classification"


@pytest.mark.filterwarnings("ignore:Nothing can be learnt about y")
def test_a_row_is_known_again_whatever_holds_its_label():
    X, y = RNG.normal(size=(60, 3)), np.arange(60) % 2
    valuer = DVGSValuer(cv=2, n_restarts=1, random_state=0).fit(X, y)
    values = valuer.score_samples(X, y)
    for form in ("float32", "object", "Int64", "polars"):
        np.testing.assert_array_equal(valuer.score_samples(X, SAME[form](y)), values)


def with_one(entry):
    return np.array([*["no", "yes"] * 59, "no", entry], dtype=object)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (with_one(None), "1 entries are missing, the first in row 119"),
        (with_one(pd.NA), "the first in row 119"),
        (with_one(float("nan")), "contains NaN"),
        (pd.Series(with_one("no"), dtype="string").mask(np.arange(N) == 3), "first in row 3"),
        (np.where(np.arange(N) < 2, np.nan, 1.0), "2 entries are missing, the first in row 0"),
        (pd.Series(AGE, dtype="Int64").mask(np.arange(N) == 7), "the first in row 7"),
        (pl.Series([None, *AGE[1:].tolist()]), "the first in row 0"),
        (with_one(3), r"several types: int, str\. .*astype\(str\)"),
        (with_one(b"yes"), "holds bytes"),
        (np.array([b"a", b"b"] * 60), "holds bytes"),
        ([["a", "b"], ["a"]] * 60, "MultiLabelBinarizer"),
        (pd.Series([["a", "b"], ["a", "c"]] * 60), "MultiLabelBinarizer"),
        (pd.Series([{"a"}, {"a", "b"}] * 60), "MultiLabelBinarizer"),
        (pd.date_range("2020", periods=N), "holds dates or durations"),
        (pd.Series(pd.cut(AGE, 3)), r"entries of type Interval.*astype\(str\)"),
        (pd.Series(pd.period_range("2020", periods=N)), "of type Period"),
        (np.ma.masked_equal(AGE, AGE[5]), "are missing"),
    ],
)
def test_what_cannot_be_a_label_is_named(y, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        read_y(y, N, "auto")
    assert str(caught.value).count(". ") >= 2


def test_one_class_speaks_of_a_target_set_only_where_there_is_one():
    X = RNG.normal(size=(20, 2))
    with pytest.raises(InvalidInputError, match=r"^y holds one class only") as caught:
        DVGSValuer().fit(X, np.zeros(20, int))
    assert "target" not in str(caught.value)
    with pytest.raises(InvalidInputError, match=r"^The target set holds one class only"):
        DVGSValuer().fit(X, np.arange(20) % 2, X_val=X, y_val=np.zeros(20, int))
