"""Columns of Parquet files are read as what they hold, as those of text are."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skdvgs._cli._missing import MissingTexts
from skdvgs._cli._schema import Reading, learn_column
from skdvgs.exceptions import InvalidInputError
from tests.cli.column_cases import (
    CLASS,
    NUMBERS,
    READING,
    TEXT,
    N,
    auroc,
    labelled,
)
from tests.cli.helpers import run


@pytest.mark.parametrize(
    "told",
    [
        pa.array([Decimal(str(n)) for n in NUMBERS]),
        pa.array([datetime.date(2020, 1, 1) + datetime.timedelta(int(9 * n)) for n in NUMBERS]),
        pa.array([datetime.timedelta(seconds=float(n)) for n in NUMBERS]),
        pa.array((NUMBERS * 1e9).astype("int64"), pa.timestamp("ns", "Europe/Zurich")),
        pa.array([datetime.time(12 * int(c), at % 60) for at, c in enumerate(CLASS)]),
        pa.array(TEXT.tolist()).dictionary_encode(),
        pa.array([f"{n:.3f}" for n in NUMBERS]),
        pa.array(NUMBERS, pa.float32()),
        pa.array(np.round(NUMBERS * 99).astype(int), mask=np.arange(N) == 7),
        pa.array(CLASS == 1),
    ],
    ids=lambda told: str(told.type),
)
def test_types_of_parquet(told):
    table = pa.Table.from_pandas(labelled(), preserve_index=False).append_column("told", told)
    pq.write_table(table, "a.parquet")
    assert auroc(run("a.parquet", "--label", "y")) > 0.95


def test_numbers_for_missing_ones_in_parquet():
    told = np.where(np.arange(N) % 5 == 0, -999.0, NUMBERS)
    labelled(told=told).to_parquet("a.parquet")
    labelled(told=np.where(told == -999, np.nan, told)).to_parquet("b.parquet")
    found = run("a.parquet", "--label", "y", "--na", "-999")
    column = pd.Series(told)
    reading = Reading(MissingTexts(["-999"], True), ".")
    assert np.isnan(learn_column("c", column, reading, print).read(column, "a")).sum() == 60
    assert auroc(found) > 0.85


def test_infinite_numbers_of_a_typed_file_are_named_and_missing():
    told = pd.Series(np.where(np.arange(N) == 3, np.inf, NUMBERS))
    notes = []
    schema = learn_column("c", told, READING, notes.append)
    assert "read as missing: 'inf' in row 3" in notes[0]
    np.testing.assert_array_equal(schema.read(told, "a"), told.replace(np.inf, np.nan))
    with pytest.raises(InvalidInputError, match="v holds '-inf' in column 'c', row 0"):
        schema.read(pd.Series([-np.inf, 1.0]), "v")


def test_what_parquet_nests_is_left_out_with_a_note():
    table = pa.Table.from_pandas(labelled(told=NUMBERS), preserve_index=False)
    for name, column in {
        "list": pa.array([[1.0, 2.0]] * N),
        "struct": pa.array([{"a": 1}] * N),
        "bytes": pa.array([b"x"] * N),
        "nothing": pa.nulls(N),
    }.items():
        table = table.append_column(name, column)
    pq.write_table(table, "a.parquet")
    found = run("a.parquet", "--label", "y")
    assert auroc(found) > 0.95
    for name in ("list", "struct", "bytes", "nothing"):
        assert f"left out '{name}'" in found.said


def test_the_same_values_from_either_format():
    frame = labelled(told=NUMBERS, word=np.array(["a", "b", None])[np.arange(N) % 3])
    frame.loc[5, "told"] = np.nan
    frame.to_csv("a.csv", index=False)
    frame.to_parquet("a.parquet")
    csv, parquet = (run(name, "--label", "y").out["value"] for name in ("a.csv", "a.parquet"))
    assert csv.tolist() == parquet.tolist()


def test_indices_name_rows_and_are_no_features():
    frame = labelled(told=NUMBERS).set_index(pd.Index([f"p{at}" for at in range(N)], name="person"))
    frame.to_parquet("a.parquet")
    found = run("a.parquet", "--label", "y")
    assert "left out 'person': it only names the rows" in found.said
    found = run("a.parquet", "--label", "y", "--id", "person")
    assert found.out["person"].tolist() == frame.index.tolist()
    frame.reset_index(drop=True).to_csv("a.csv")
    assert "left out 'Unnamed: 0'" in run("a.csv", "--label", "y").said
