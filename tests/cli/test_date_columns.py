"""Dates are read as what they hold, in both files alike, and what is odd is named."""

import numpy as np
import pandas as pd
import pytest

from skdvgs._cli._schema import learn_column
from tests.cli.column_cases import CLASS, DAYS, READING, N, auroc, labelled, learn, with_cell
from tests.cli.helpers import run


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


def test_dates_of_parquet_and_text_are_one_kind():
    schema = learn_column("c", pd.Series(DAYS), READING, print)
    texts = pd.Series(["2020-01-02", "2020-01-02T03:04:05+02:00", ""], dtype=object)
    read = schema.read(texts, "v.csv")
    assert read[0] == np.datetime64("2020-01-02")
    assert read[1] == np.datetime64("2020-01-02T01:04:05")
    assert np.isnat(read[2])


def test_timestamps_are_one_kind_in_both_files():
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(
        40 * CLASS + np.random.default_rng(0).integers(0, 30, N), "D"
    )
    labelled(when=days.strftime("%d.%m.%Y")).to_csv("a.csv", index=False)
    val = labelled(when=days.strftime("%d.%m.%Y")).assign(y=CLASS)
    val.loc[3, "when"] = None
    val.to_csv("v.csv", index=False)
    found = run("a.csv", "--label", "y", "--trusted", "v.csv")
    assert auroc(found) > 0.95
