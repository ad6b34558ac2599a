"""Columns of any kind become numbers, and it is said what was done to them."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skdvgs._cli._encoding import encode

N = 400
RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "number": np.where(np.arange(N) % 10 == 0, np.nan, RNG.normal(size=N)),
        "infinite": np.where(np.arange(N) == 3, np.inf, 1.0 * np.arange(N)),
        "whole": pd.array([None, *range(1, N)], dtype="Int64"),
        "truth": np.arange(N) % 2 == 0,
        "few": pd.Categorical(np.array(["a", "b", None], dtype=object)[np.arange(N) % 3]),
        "many": [f"town {at % 60}" for at in range(N)],
        "text": [f"remark {at}" for at in range(N)],
        "when": pd.date_range("2020-01-01", periods=N),
        "constant": "same",
        7: RNG.normal(size=N),
    }
)


def run(frame, val=None, encoder="sklearn"):
    notes = []
    return *encode(frame, val, encoder, notes.append), notes


def test_columns_of_every_kind():
    encoded, val, notes = run(FRAME)
    assert val is None
    assert np.isfinite(encoded.to_numpy()).all()
    assert len(encoded) == N
    assert {"number", "infinite", "whole", "truth", "many", "when", "7"} <= set(encoded)
    assert {"few_a", "few_b", "few_(missing)"} <= set(encoded)
    assert {"missingindicator_number", "missingindicator_infinite"} <= set(encoded)
    assert not {"constant", "constant_same", "text"} & set(encoded)
    assert encoded["number"][0] == pytest.approx(FRAME["number"].median())
    assert any(note.startswith("left out text") for note in notes)
    assert any("filled in 42 missing entries" in note for note in notes)


def test_trusted_rows_are_encoded_alike():
    val = FRAME[:50].assign(few="new", many="a new town")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encoded, encoded_val, _ = run(FRAME, val)
    assert list(encoded) == list(encoded_val)
    assert np.isfinite(encoded_val.to_numpy()).all()
    np.testing.assert_array_equal(encoded["7"][:50], encoded_val["7"])
    assert (encoded_val[["few_a", "few_b"]] == 0).to_numpy().all()


def test_skrub():
    pytest.importorskip("skrub")
    frame = FRAME.drop(columns="text")  # whose encoder takes seconds
    encoded, encoded_val, _ = run(frame, frame[:9], encoder="skrub")
    assert np.isfinite(encoded.to_numpy()).all()
    assert list(encoded) == list(encoded_val)
