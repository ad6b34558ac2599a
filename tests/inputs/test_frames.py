"""Frames of any columns, as the default network takes them."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score
from torch import nn

from skdvgs import DVGSValuer
from skdvgs._inputs.frames import make_frame_encoder
from skdvgs.exceptions import InvalidInputError

pytest.importorskip("skrub")
N = 200
RNG = np.random.default_rng(0)
CLASS = np.arange(N) % 2
BAD = RNG.random(N) < 0.15
Y = CLASS ^ BAD
NOISE = RNG.normal(size=(N, 2))


def with_column(told):
    return pd.DataFrame({"told": told, "u": NOISE[:, 0], "v": NOISE[:, 1]})


def auroc(values):
    return roc_auc_score(BAD, -values)


def fitted(X, y=Y, **target):
    return DVGSValuer(cv=3, n_restarts=1, random_state=0).fit(X, y, **target)


DAYS = pd.to_datetime("2020-03-01") + pd.to_timedelta(100 * CLASS + np.arange(N) % 9, unit="D")
TELLING = {
    "text": np.array(["mild", "severe"])[CLASS],
    "text of many words": [
        f"{'calm' if c else 'wild'} day {at % 70}" for at, c in enumerate(CLASS)
    ],
    "category": pd.Categorical(np.array(["a", "b", "c", "d"])[CLASS + 2 * (np.arange(N) % 4 > 1)]),
    "date": DAYS,
    "date with a zone": DAYS.tz_localize("Europe/Zurich"),
    "Python dates": [day.date() for day in DAYS],
    "period": DAYS.to_period("D"),
    "duration": pd.to_timedelta(CLASS + RNG.random(N), unit="h"),
    "time of day": [datetime.time(12 * int(c) + at % 9, 30) for at, c in enumerate(CLASS)],
    "Python durations": [datetime.timedelta(hours=int(c)) for c in CLASS],
    "sparse": pd.arrays.SparseArray(CLASS * 1.0),
    "nullable": pd.array(CLASS, "Int64"),
    "nullable truth": pd.array(CLASS == 1, "boolean"),
    "decimals": [Decimal(int(c)) for c in CLASS],
    "interval": pd.cut(CLASS + RNG.random(N), [-1, 1, 3]),
    "numbers and text": [3 if c else "three" for c in CLASS],
    "gaps in text": np.where(CLASS == 1, "x", None),
}


@pytest.mark.parametrize("told", TELLING.values(), ids=TELLING)
def test_what_a_column_holds_is_read(told):
    assert auroc(fitted(with_column(told)).values_) > 0.9


@pytest.mark.parametrize("kind", ["text", "date", "category", "Python dates", "duration"])
def test_new_and_trusted_rows_are_read_alike(kind):
    X = with_column(TELLING[kind])
    valuer = fitted(X[:150], Y[:150], X_val=X[150:], y_val=CLASS[150:])
    assert valuer.n_features_in_ == 3
    assert valuer.feature_names_in_.tolist() == ["told", "u", "v"]
    np.testing.assert_array_equal(valuer.score_samples(X[:150], Y[:150]), valuer.values_)
    assert roc_auc_score(BAD[150:], -valuer.score_samples(X[150:], Y[150:])) > 0.9


def test_polars_and_pandas_have_the_same_values():
    columns = {
        "told": TELLING["text"].tolist(),
        "day": [day.to_pydatetime() for day in DAYS],
        "date": [day.date() for day in DAYS],
        "u": [None if at % 9 == 0 else value for at, value in enumerate(NOISE[:, 0].tolist())],
        "long": [datetime.timedelta(hours=int(c)) for c in CLASS],
    }
    frames = [
        pd.DataFrame(columns),
        pl.DataFrame(columns),
        pd.DataFrame(columns).convert_dtypes(),
        pd.DataFrame(columns).convert_dtypes(dtype_backend="pyarrow"),
        pd.DataFrame(columns).astype({"told": "category"}),
    ]
    expected = fitted(frames[0]).values_
    for frame in frames[1:]:
        np.testing.assert_array_equal(fitted(frame).values_, expected)


def test_frames_of_numbers_in_any_type_have_the_values_of_the_array():
    X = np.column_stack([CLASS + NOISE[:, 0] / 3, np.round(4 * NOISE[:, 1]), CLASS])
    expected = fitted(X).values_
    frame = pd.DataFrame(X, columns=list("abc"))
    for same in (
        frame,
        frame.convert_dtypes(),
        frame.convert_dtypes(dtype_backend="pyarrow"),
        frame.astype(object),
        frame.astype({"b": "Sparse[float64]"}),
        frame.astype(pd.SparseDtype(float, 0.0)),
        frame.astype({"b": "int32", "c": bool}),
        pl.DataFrame(frame.to_dict("list")),
    ):
        np.testing.assert_array_equal(fitted(same).values_, expected)


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_what_cannot_be_read_is_named():
    with pytest.raises(InvalidInputError, match=r"lists, structs or bytes in columns \['told'\]"):
        fitted(with_column([[1, 2]] * N))
    with pytest.raises(InvalidInputError, match=r"in columns \['told'\].*fit was given numbers"):
        fitted(with_column(CLASS)).score_samples(with_column(["x"] * N), Y)
    mixed = fitted(with_column(TELLING["date"]))
    with pytest.raises(InvalidInputError, match="'told' is of kind number, but was of kind date"):
        mixed.score_samples(with_column(CLASS), Y)
    words = fitted(with_column(np.array(["True", "False"])[CLASS]))
    assert len(words.score_samples(with_column(CLASS == 1), Y)) == N
    with pytest.raises(
        InvalidInputError, match="'told' holds '0', but was of text such as 'False'"
    ):
        words.score_samples(with_column(CLASS), Y)
    with pytest.raises(InvalidInputError, match="X is no frame, but fit was given one"):
        mixed.score_samples(NOISE[:, [0, 0, 1]], Y)


class Net(nn.Linear):
    def __init__(self, n_features, n_outputs):
        super().__init__(n_features, n_outputs)


@pytest.mark.parametrize("kind", ["text", "category", "date", "duration", "Python dates"])
def test_a_network_of_ones_own_needs_numbers(kind):
    with pytest.raises(InvalidInputError, match=r"in columns \['told'\].*Encode them"):
        DVGSValuer(Net, max_epochs=1).fit(with_column(TELLING[kind]), Y)


def test_without_skrub_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "skrub", None)
    with pytest.raises(InvalidInputError, match=r"\['told'\].*pip install \"skdvgs\[tables\]\""):
        make_frame_encoder(with_column(TELLING["text"]))
    assert make_frame_encoder(with_column(CLASS)) is None
