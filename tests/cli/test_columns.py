"""Columns are read as what they hold, in both files alike, and what is odd is named."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import roc_auc_score

from skdvgs._cli._missing import MissingTexts
from skdvgs._cli._schema import Reading, learn_column
from skdvgs.exceptions import InvalidInputError

from .helpers import run

READING = Reading(MissingTexts([], True), ".")
RNG = np.random.default_rng(0)
N = 300
AT = np.arange(N)
CLASS = AT % 2
BAD = RNG.random(N) < 0.15
NUMBERS = np.round(RNG.normal(size=N) + 5 * CLASS, 3)
TEXT = np.array([f"{number}" for number in NUMBERS], dtype=object)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def learn(texts, reading=READING):
    notes = []
    column = pd.Series(texts, dtype=object)
    schema = learn_column("c", column, reading, notes.append)
    return schema, (None if schema is None else schema.read(column, "a.csv")), " ".join(notes)


def with_cell(cell, row=7, texts=TEXT):
    return np.where(np.arange(len(texts)) == row, cell, texts)


@pytest.mark.parametrize("cell", ["?", "unknown", "1,234.5", "inf", "-", "n.a.", "12 kg"])
def test_one_odd_cell_is_named_and_missing(cell):
    schema, read, said = learn(with_cell(cell))
    assert schema.kind == "number"
    assert f"{cell!r} in row 7" in said or cell == "1,234.5"
    expected = np.where(np.arange(N) == 7, np.nan, NUMBERS)
    np.testing.assert_array_equal(read, expected)


def test_a_sign_for_missing_in_many_rows():
    schema, read, said = learn(np.where(np.arange(N) % 4 == 0, "?", TEXT))
    assert schema.kind == "number"
    assert np.isnan(read).sum() == 75
    assert "and 70 more" in said
    assert learn(np.where(np.arange(N) % 4 == 0, "not measured", TEXT))[0].kind == "number"


@pytest.mark.parametrize(
    "texts",
    [
        np.array(["1", "2", "3", "4", "A"])[np.arange(N) % 5],
        np.array(["12A4", "12E5", "7"])[np.arange(N) % 3],
        np.array(["1", "2", "x1", "x2"])[np.arange(N) % 4],
    ],
)
def test_codes_are_text(texts):
    schema, read, _ = learn(texts)
    assert schema.kind == "text"
    assert read.tolist() == texts.tolist()


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        ([f"{n:,.2f}" for n in NUMBERS * 1e4], np.round(NUMBERS * 1e4, 2)),
        ([f"${n:,.0f}" for n in np.abs(NUMBERS) * 1e4], np.round(np.abs(NUMBERS) * 1e4)),
        ([f"{n} %" for n in NUMBERS], NUMBERS),
        ([f" {n} " for n in NUMBERS], NUMBERS),
        ([f"{n:.2e}" for n in NUMBERS], [float(f"{n:.2e}") for n in NUMBERS]),
        ([f"{n:05.0f}" for n in np.abs(NUMBERS) * 100], np.round(np.abs(NUMBERS) * 100)),
        (np.array(["True", "FALSE"])[CLASS], 1 - CLASS),
        ([f"{n:.3f}".replace("-", "\u2212") for n in NUMBERS], NUMBERS),
        ([f"({abs(n)})" if n < 0 else f"{n}" for n in NUMBERS], NUMBERS),
        ([f"{abs(n)}-" if n < 0 else f"{n}" for n in NUMBERS], NUMBERS),
        ([f"{n:,.2f}".replace(",", "'") for n in NUMBERS * 1e4], np.round(NUMBERS * 1e4, 2)),
        ([f"{n:,.2f}".replace(",", "\u202f") for n in NUMBERS * 1e4], np.round(NUMBERS * 1e4, 2)),
        (np.array(["12,34,567", "1,23,456"])[CLASS], np.array([1234567, 123456])[CLASS]),
        ([f"EUR {n}" for n in NUMBERS], NUMBERS),
        ([f"{n} CHF" for n in NUMBERS], NUMBERS),
        ([f"₹{n}" for n in NUMBERS], NUMBERS),
        ([f"{n} kg" if n > 0 else f"{n}" for n in NUMBERS], NUMBERS),
        ([f"{n} °C" for n in NUMBERS], NUMBERS),
        ([f"{at} day" + "s" * int(at != 1) for at in AT], AT),
        ([f"{at % 24:02d}:{at % 60:02d}" for at in AT], AT % 24 * 3600 + AT % 60 * 60),
        ([f"{at} days, 0:00:{at % 60:02d}" for at in AT], AT * 86400 + AT % 60),
        ([f"{at}:05.5" for at in AT], AT * 60 + 5.5),
        (np.array(["12:30 AM", "1:05 p.m."])[CLASS], np.array([1800, 47100])[CLASS]),
        ([f'"{n}"' for n in NUMBERS], NUMBERS),
    ],
)  # fmt: skip
def test_numbers_as_tables_spell_them(texts, numbers):
    schema, read, said = learn(texts)
    assert schema.kind in ("number", "truth")
    assert "categories" not in said
    np.testing.assert_allclose(read, numbers)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (np.array(["2 kg", "300 g"])[CLASS], "several units, e.g. '2 kg' and '300 g'"),
        (np.array(["$2", "€3"])[CLASS], "several units"),
        ([f"{n}%" if n > 0 else f"{n}" for n in NUMBERS], "several units"),
        (np.array(["5:30", "7"])[CLASS], "several units"),
        (np.array(["1.9", "1.10", "1.10.1"])[np.arange(N) % 3], "entries are no numbers"),
    ],
)
def test_numbers_that_are_not_of_one_kind_stay_text_and_are_named(texts, said):
    schema, _, found = learn(texts)
    assert schema.kind == "text"
    assert said in found


def test_a_unit_is_that_of_data_in_both_files():
    prices = [f"${n}" for n in NUMBERS]
    np.testing.assert_array_equal(val_of(prices, ["$1.5", "2", ""]), [1.5, 2.0, np.nan])
    with pytest.raises(InvalidInputError, match="holds '€3' in column 'c', row 1"):
        val_of(prices, ["$1", "€3"])


@pytest.mark.parametrize(
    "texts", [["1st", "2nd", "3rd"], ["12A", "3B", "4C"], ["2019Q1", "2019Q2"]]
)
def test_codes_with_letters_are_text(texts):
    assert learn(texts * 20)[0].kind == "text"


def test_decimal_comma():
    texts = [f"{n:,.3f}".replace(",", "_").replace(".", ",").replace("_", ".") for n in NUMBERS]
    schema, _, said = learn(texts)
    assert schema.kind == "text"
    assert "--decimal , reads them as numbers" in said
    schema, read, _ = learn(texts, Reading(MissingTexts([], True), ","))
    assert schema.kind == "number"
    np.testing.assert_array_equal(read, NUMBERS)


DAYS = pd.date_range("2019-01-28", periods=N, freq="7h")


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%b-%Y", "%B %d, %Y",
     "%d.%m.%Y %H:%M", "%d/%m/%y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%b-%y", "%m/%Y",
     "%B %Y", "%d-%m-%y", "%d%b%Y", "%d. %m. %Y", "%A, %d %B %Y", "%a %b %d %H:%M:%S %Y",
     "%d/%b/%Y:%H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%H:%M %d.%m.%Y"],
)  # fmt: skip
def test_dates(form):
    texts = DAYS.strftime(form)
    schema, read, _ = learn(texts)
    assert schema.kind == "date"
    expected = pd.to_datetime(texts, format=form).to_numpy(dtype="M8[us]")
    np.testing.assert_array_equal(read, expected)


def test_dates_with_a_zone_a_gap_and_an_odd_cell():
    texts = DAYS.tz_localize("Europe/Zurich", nonexistent="shift_forward", ambiguous="NaT")
    shown = texts.map(lambda t: t.isoformat() if not pd.isna(t) else "").to_numpy(dtype=object)
    assert learn(shown)[0].kind == "date"
    schema, read, said = learn(with_cell("soon", texts=DAYS.strftime("%d.%m.%Y").to_numpy(object)))
    assert schema.kind == "date"
    assert np.flatnonzero(np.isnat(read)).tolist() == [7]
    assert "'soon' in row 7" in said


def test_dates_that_cannot_be_told_are_named():
    assert "%d/%m/%Y; they could be %m/%d/%Y" in learn(["03/04/2020", "05/06/2021"] * 20)[2]
    for texts in (
        ["3/2020/04", "5/2021/06"],
        ["2019Q1", "2019Q2"],
        ["2019-W01", "2020-W52"],
        ["01. März 2019", "17. Mai 2020"],
        ["24.12.", "6.1."],
        ["2019-031", "2019-365"],
    ):
        assert "looks like dates of no known form" in learn(texts * 20)[2]
    for texts in (["20190131", "20200229"], ["01.2019", "12.2020"]):
        schema, _, said = learn(texts * 20)
        assert schema.kind == "number"
        assert f"'c' looks like dates, e.g. '{texts[0]}'; read as numbers" in said


def val_of(texts, val):
    schema, _, _ = learn(texts)
    return schema.read(pd.Series(val, dtype=object), "v.csv")


def test_the_trusted_file_is_read_as_data_is():
    codes = np.array(["1", "2", "3", "A"])[np.arange(N) % 4]
    assert val_of(codes, ["1.0", "2.0", "", "A"]).tolist() == ["1", "2", None, "A"]
    np.testing.assert_array_equal(val_of(TEXT, ["1", "", "2.5"]), [1, np.nan, 2.5])
    np.testing.assert_array_equal(val_of(["True", "False"] * 9, ["1", "0", "true"]), [1, 0, 1])
    np.testing.assert_array_equal(val_of(with_cell("?"), ["?", "3"]), [np.nan, 3])
    days = DAYS.strftime("%d/%m/%Y")
    assert val_of(days, ["02/01/2020"])[0] == np.datetime64("2020-01-02")


@pytest.mark.parametrize(
    ("texts", "val", "message"),
    [
        (TEXT, ["1", "True"], "v.csv holds 'True' in column 'c', row 1"),
        (TEXT, ["x", "2"], "'x' in column 'c', row 0 .*DATA holds numbers"),
        (DAYS.strftime("%Y-%m-%d"), ["2020-01-01", "1.2.2020"], "'1.2.2020' in column 'c', row 1"),
        (["True", "False"] * 9, ["True", "2"], "'2' in column 'c', row 1.*True and False"),
        (TEXT, ["2020-01-01", "3"], "--na '2020-01-01'"),
    ],
)
def test_what_does_not_fit_is_named(texts, val, message):
    with pytest.raises(InvalidInputError, match=message):
        val_of(texts, val)


def test_what_is_missing_is_said_by_options():
    texts = np.where(np.arange(N) % 3 == 0, "NA", "None")
    assert learn(texts)[0] is None
    assert learn(texts, Reading(MissingTexts([], False), "."))[0].kind == "text"
    _, read, said = learn(with_cell("-9"), Reading(MissingTexts(["-9"], True), "."))
    assert np.isnan(read[7])
    assert said == ""


def auroc(found):
    return roc_auc_score(BAD, -found.out["value"].astype(float))


def labelled(**columns):
    return pd.DataFrame({**columns, "u": RNG.normal(size=N), "y": CLASS ^ BAD})


def test_categories_that_data_lacks_are_named():
    schema, _, _ = learn(np.array(["A", "B"])[CLASS])
    notes = []
    schema.check_known(np.array(["A", "c", None], dtype=object), "v.csv", notes.append)
    assert notes == ["v.csv holds 'c' in column 'c', which DATA does not: unknown there"]
    with pytest.raises(InvalidInputError, match=r"v\.csv holds 'a', 'b' in .* DATA holds 'A', 'B'"):
        schema.check_known(np.array(["a", "b"], dtype=object), "v.csv", notes.append)
    words, _, _ = learn([f"word {at} x" for at in range(N)])
    words.check_known(np.array(["another one"], dtype=object), "v.csv", pytest.fail)
    labelled(told=np.array(["A", "B"])[CLASS]).to_csv("a.csv", index=False)
    labelled(told=np.array(["a", "b"])[CLASS]).to_csv("v.csv", index=False)
    found = run("a.csv", "--label", "y", "--trusted", "v.csv")
    assert "v.csv holds 'a', 'b' in column 'told'" in found.said


def test_dates_of_parquet_and_text_are_one_kind():
    schema = learn_column("c", pd.Series(DAYS), READING, print)
    texts = pd.Series(["2020-01-02", "2020-01-02T03:04:05+02:00", ""], dtype=object)
    read = schema.read(texts, "v.csv")
    assert read[0] == np.datetime64("2020-01-02")
    assert read[1] == np.datetime64("2020-01-02T01:04:05")
    assert np.isnat(read[2])


def test_timestamps_are_one_kind_in_both_files():
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(40 * CLASS + RNG.integers(0, 30, N), "D")
    labelled(when=days.strftime("%d.%m.%Y")).to_csv("a.csv", index=False)
    val = labelled(when=days.strftime("%d.%m.%Y")).assign(y=CLASS)
    val.loc[3, "when"] = None
    val.to_csv("v.csv", index=False)
    found = run("a.csv", "--label", "y", "--trusted", "v.csv")
    assert auroc(found) > 0.95


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


def test_an_entry_with_a_nul_is_named():
    texts = TEXT.copy()
    texts[7] = "\x00"
    schema, read, said = learn(texts)
    assert "'\\x00' in row 7" in said
    assert np.flatnonzero(np.isnan(read)).tolist() == [7]
    assert schema.kind == "number"


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
