"""Ids and labels come back as they stand, and rows that cannot be valued are listed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import roc_auc_score

from tests.cli.helpers import run

RNG = np.random.default_rng(0)
N = 150
CLASS = np.arange(N) % 3
NOISE = RNG.normal(size=(N, 2))


def table(names, **columns):
    names = np.array(names, dtype=object)
    frame = pd.DataFrame({"a": NOISE[:, 0] + 4 * CLASS, "b": NOISE[:, 1]})
    return frame.assign(**columns, y=names[CLASS])


@pytest.mark.parametrize(
    "ids",
    [
        [f"{at:05d}" for at in range(N)],
        [f"{at}E5" for at in range(N)],
        [f"99999999999999{at:03d}" for at in range(N)],
        [f"+{at}" for at in range(N)],
        ["NA", "None", *map(str, range(2, N))],
        [f"{at}.10" for at in range(N)],
    ],
)
def test_ids(ids):
    table(["x", "y", "z"], key=ids).to_csv("a.csv", index=False)
    assert run("a.csv", "--label", "y", "--id", "key").out["key"].tolist() == ids


@pytest.mark.parametrize(
    "names",
    [
        ["01", "02", "10"],
        ["3.1", "3.10", "3.2"],
        ["1E1", "2E1", "3E1"],
        ["1", "2", "3"],
        ["1.0", "2.0", "3.0"],
        [" a", "b ", "c"],
        ["True", "False", "maybe"],
        ["9999999999999991", "9999999999999992", "9999999999999993"],
    ],
)
def test_labels(names):
    frame = table(names)
    frame.to_csv("a.csv", index=False)
    out = run("a.csv", "--label", "y").out
    assert out["label"].tolist() == frame["y"].tolist()
    assert set(out["suggested_label"]) == set(names)
    assert (out["label"] == out["suggested_label"]).mean() > 0.9


@pytest.mark.parametrize("names", [["None", "NA", "some"], ["null", "nan", "x"]])
def test_classes_named_like_what_is_missing(names):
    frame = table(names)
    frame.to_csv("a.csv", index=False)
    found = run("a.csv", "--label", "y", "--no-default-na")
    assert found.out["label"].tolist() == frame["y"].tolist()
    found = run("a.csv", "--label", "y")
    assert found.status == 1
    assert "left out 100 rows (0, 1, 3, 4" in found.said
    assert "--no-default-na" in found.said


def test_rows_without_a_label_are_listed_and_stay_in_the_cleaned_file():
    frame = table(["x", "y", "z"])
    frame.loc[[3, 77], "y"] = None
    frame.to_csv("a.csv", index=False)
    found = run("a.csv", "--label", "y", "--drop", "0.1", "--cleaned", "c.csv")
    assert "left out 2 rows (3, 77, counted from 0) of a.csv" in found.said
    assert found.out["row"].tolist() == [str(at) for at in range(N) if at not in (3, 77)]
    lines = Path("a.csv").read_text().splitlines()
    assert {lines[4], lines[78]} <= set(Path("c.csv").read_text().splitlines())
    assert len(Path("c.csv").read_text().splitlines()) == 1 + N - 14


def test_a_class_of_one_row_does_not_refuse_the_file():
    frame = table(["x", "y", "z"])
    frame.loc[9, "y"] = "alone"
    frame.to_csv("a.csv", index=False)
    found = run("a.csv", "--label", "y")
    assert "left out 1 rows (9, counted from 0): classes 'alone'" in found.said
    assert len(found.out) == N - 1
    table(["x", "y", "z"]).to_csv("v.csv", index=False)
    found = run("a.csv", "--label", "y", "--trusted", "v.csv")
    assert len(found.out) == N


def quality(found, bad):
    return roc_auc_score(bad, -found.out["value"].astype(float))


@pytest.mark.parametrize(
    ("names", "of_val"),
    [
        (["1", "2", "3"], ["1.0", "2.0", "3.0"]),
        (["01", "02", "03"], ["1", "2", "3"]),
        (["True", "False", "False"], ["1", "0", "0"]),
        (["a", "b", "c"], ["a", "b", "c"]),
    ],
)
def test_labels_of_both_files_are_one(names, of_val):
    frame, bad = table(names), RNG.random(N) < 0.15
    frame.loc[bad, "y"] = np.array(names, dtype=object)[(CLASS[bad] + 1) % 3]
    bad &= frame["y"].to_numpy() != np.array(names)[CLASS]
    frame.to_csv("a.csv", index=False)
    val = table(of_val)
    val.loc[4, "y"] = None
    val.to_csv("v.csv", index=False)
    found = run("a.csv", "--label", "y", "--trusted", "v.csv")
    assert quality(found, bad) > 0.95
    assert set(found.out["suggested_label"]) <= set(names)


@pytest.mark.parametrize(
    ("names", "of_val", "message"),
    [
        (["1", "2", "3"], ["1", "b", "3"], "holds the label 'b' in column 'y', row 1"),
        (["a", "b", "c"], ["1", "2", "3"], "holds the label '1' in column 'y', row 0"),
        (["1", "0", "2"], ["True", "False", "2"], "holds the label 'True' in column 'y'"),
    ],
)
def test_labels_of_another_kind_are_named(names, of_val, message):
    table(names).to_csv("a.csv", index=False)
    table(of_val).to_csv("v.csv", index=False)
    found = run("a.csv", "--label", "y", "--trusted", "v.csv")
    assert found.status == 1
    assert message in found.said


def test_numbers_to_predict():
    frame = table(["x", "y", "z"])
    price = frame["a"] * 1000 + 20
    for texts in ([f"{p:.3f}" for p in price], [f"{p:,.2f}" for p in price]):
        odd = np.where(np.arange(N) == 11, "unknown", texts)
        frame.assign(y=odd).to_csv("a.csv", index=False)
        found = run("a.csv", "--label", "y")
        assert "1 entries are none, the first is 'unknown' in row 11" in found.said
        assert found.out["target"].tolist() == [t for at, t in enumerate(texts) if at != 11]
        assert "suggested_label" not in found.out


def test_numbers_to_predict_with_a_unit():
    frame = table(["x", "y", "z"])
    price = (frame["a"] * 1000 + 20).round(2)
    frame.assign(y=[f"{p} kg" for p in price]).to_csv("a.csv", index=False)
    found = run("a.csv", "--label", "y", "--trusted", "a.csv")
    assert found.out["target"].tolist() == [f"{p} kg" for p in price]
    frame.assign(y=[f"{p} g" for p in price]).to_csv("v.csv", index=False)
    assert "holds the label '" in run("a.csv", "--label", "y", "--trusted", "v.csv").said


def test_whole_numbers():
    frame = table(["x", "y", "z"])
    frame.assign(y=(RNG.integers(20, 60, N))).to_csv("a.csv", index=False)
    assert "target" in run("a.csv", "--label", "y").out
    frame.assign(y=np.repeat(np.arange(25), 6)).to_csv("a.csv", index=False)
    assert "label" in run("a.csv", "--label", "y").out
    frame.assign(y=np.where(CLASS > 0, 1.0, np.nan) * (CLASS - 1)).to_csv("a.csv", index=False)
    out = run("a.csv", "--label", "y").out
    assert set(out["label"]) == {"0.0", "1.0"}


@pytest.mark.parametrize(
    "labels",
    [
        pa.array(CLASS),
        pa.array(CLASS == 1),
        pa.array(CLASS.astype(float)),
        pa.array(np.array(["x", "y", "z"])[CLASS]).dictionary_encode(),
        pa.array(CLASS, mask=np.arange(N) == 5),
    ],
    ids=lambda labels: str(labels.type),
)
def test_typed_labels(labels):
    given = pa.table({"a": NOISE[:, 0] + 4 * CLASS, "y": labels})
    pq.write_table(given, "a.parquet")
    assert run("a.parquet", "--label", "y").status == 0
    assert run("a.parquet", "--label", "y", "--trusted", "a.parquet").status == 0
    out = run("a.parquet", "--label", "y").out
    shown = [str(entry) for entry in labels.to_pylist() if entry is not None]
    assert out["label"].tolist() == shown


def test_names_of_our_own_columns():
    for name in ("value", "rank", "is_low"):
        table(["x", "y", "z"], **{name: [f"i{at}" for at in range(N)]}).to_csv("a.csv", index=False)
        out = run("a.csv", "--label", "y", "--id", name).out
        assert "i3" in set(out[f"id_{name}"])
        assert np.isfinite(out["value"].astype(float)).all()
