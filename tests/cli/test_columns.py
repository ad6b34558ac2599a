"""Columns are read as what they hold, in both files alike, and what is odd is named."""

import numpy as np
import pytest

from skdvgs._cli._missing import MissingTexts
from skdvgs._cli._schema import Reading
from skdvgs.exceptions import InvalidInputError
from tests.cli.column_cases import (
    AT,
    CLASS,
    DAYS,
    NUMBERS,
    TEXT,
    N,
    labelled,
    learn,
    val_of,
    with_cell,
)
from tests.cli.helpers import run


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


def test_an_entry_with_a_nul_is_named():
    texts = TEXT.copy()
    texts[7] = "\x00"
    schema, read, said = learn(texts)
    assert "'\\x00' in row 7" in said
    assert np.flatnonzero(np.isnan(read)).tolist() == [7]
    assert schema.kind == "number"
