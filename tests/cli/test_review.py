"""Reviews on the command line: carried out, started from, and trusted."""

import json
import re
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from skdvgs._cli import _value
from skdvgs._cli._main import main
from skdvgs._cli._records import replace_entry
from skdvgs.exceptions import InvalidInputError

from .test_command import QuickValuer

HEAD = "row,decision,label,note,given_label,label_column,row_column\n"


@pytest.fixture(autouse=True)
def _table():
    iris = load_iris(as_frame=True)
    frame = iris.data.set_axis(["a", "b", "c", "d"], axis=1)
    frame["place"] = np.array(["hill", 'the "wet" field, south'])[np.arange(150) % 2]
    frame["name"] = [f"flower {at}" for at in range(150)]
    frame["kind"] = iris.target_names[iris.target]
    frame.loc[:4, "kind"] = "virginica"
    frame.to_csv("flowers.csv", index=False)


def review(*lines, path="review.csv"):
    Path(path).write_text(HEAD + "".join(line + "\n" for line in lines), encoding="utf-8")


def apply(*options):
    return main(["apply", "flowers.csv", "--review", "review.csv", "--out", "clean.csv", *options])


def test_changes_no_byte_but_the_labels(capsys):
    review(
        "0,relabel,setosa,,virginica,kind,",
        '1,relabel,"a ""new"" kind, found",,virginica,kind,',
        "2,drop,,,virginica,kind,",
        "60,keep,,,versicolor,kind,",
    )
    assert apply() == 0
    said = capsys.readouterr().out
    assert said == (
        "1 row dropped, 2 relabelled, 1 kept as they are. 149 of 150 rows are left. "
        "Written: clean.csv\n"
    )
    lines = Path("flowers.csv").read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"virginica", b"setosa")
    lines[2] = lines[2].replace(b"virginica", b'"a ""new"" kind, found"')
    assert Path("clean.csv").read_bytes() == b"".join([*lines[:3], *lines[4:]])
    assert pd.read_csv("clean.csv")["kind"][1] == 'a "new" kind, found'


def test_rows_are_found_by_the_column_that_names_them():
    review("flower 2,drop,,,virginica,kind,name", "flower 3,relabel,setosa,,virginica,kind,name")
    assert apply() == 0
    clean = pd.read_csv("clean.csv")
    assert len(clean) == 149
    assert clean.loc[2, ["name", "kind"]].tolist() == ["flower 3", "setosa"]
    review("flower 2,relabel,setosa,,,,")
    assert apply("--id", "name", "--label", "kind", "--quiet") == 0


@pytest.mark.parametrize("kind", ["crlf", "utf-16", "semicolons", "gz", "comments"])
def test_files_of_any_kind(kind):
    import gzip

    review("1,relabel,käse,,y,k,", "2,drop,,,x,k,")
    text, after = "a,k\n1,x\n2,y\n3,x\n4,x\n", "a,k\n1,x\n2,käse\n4,x\n"
    options, name = [], "t.csv"
    encoding = "utf-8"
    if kind == "crlf":
        text, after = text.replace("\n", "\r\n"), after.replace("\n", "\r\n")
    elif kind == "utf-16":
        encoding, options = "utf-16", ["--encoding", "utf-16"]
    elif kind == "semicolons":
        text, after, options = text.replace(",", ";"), after.replace(",", ";"), ["--separator", ";"]
    elif kind == "gz":
        name = "t.csv.gz"
    else:
        text, after, options = "#n\n" + text, "#n\n" + after, ["--comment", "#"]
    content = text.encode(encoding)
    Path(name).write_bytes(gzip.compress(content) if kind == "gz" else content)
    assert main(["apply", name, "--review", "review.csv", "--out", "c" + name, *options]) == 0
    found = Path("c" + name).read_bytes()
    found = gzip.decompress(found) if kind == "gz" else found
    assert found == after.encode(encoding)


def test_parquet_keeps_its_types(capsys):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"n": [1, 2, 3], "k": pd.Categorical(["x", "y", "x"]), "f": [1.5, 2, 3]})
    frame.to_parquet("t.parquet")
    command = ["apply", "t.parquet", "--review", "review.csv", "--out", "c.parquet"]
    review("0,relabel,y,,x,k,", "2,drop,,,x,k,")
    assert main(command) == 0
    found = pd.read_parquet("c.parquet")
    assert found["k"].tolist() == ["y", "y"]
    assert found["k"].dtype.name == "category"
    review("0,relabel,7,,1,n,")
    assert main(command) == 0
    assert pd.read_parquet("c.parquet")["n"].tolist() == [7, 2, 3]
    review("0,relabel,seven,,1,n,")
    assert main(command) == 1
    assert "holds int64 in column 'n', and row 0 is to be relabelled" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "options", "status", "said"),
    [
        (["x,drop,,,virginica,kind,"], [], 1, "decides on rows that the table does not have: 'x'"),
        (["1,drop,,,setosa,kind,"], [], 1, "has the label 'virginica', and had 'setosa' when"),
        (["1,relabel,x,,virginica,,"], [], 1, "Name it by --label"),
        (["1,drop,,,virginica,sort,"], [], 1, "has no column 'sort'"),
        (["1,drop,,,virginica,kind,key"], [], 1, "Say by --id"),
        (["1,drop,,,virginica,kind,"], ["--out", "flowers.csv"], 2, "is the same file as DATA"),
        (["1,drop,,,virginica,kind,"], ["--out", "review.csv"], 2, "is the same file as --review"),
        (["1,drop,,,virginica,kind,"], ["--out", "c.parquet"], 2, "has another format than"),
        (["1,drop,,,virginica,kind,"], ["--out", "no/c.csv"], 1, "is no folder"),
        (["1,drop,,,virginica,kind,"], ["--review", "none.csv"], 1, "none.csv: No such file"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(capsys, lines, options, status, said):
    review(*lines)
    before = Path("flowers.csv").read_bytes()
    try:
        found = apply(*options)
    except SystemExit as end:
        found = end.code
    err = capsys.readouterr().err
    assert found == status
    assert said in err
    assert err.count("\n") == 1
    assert Path("flowers.csv").read_bytes() == before
    assert not Path("clean.csv").exists()


def test_a_short_line_cannot_be_relabelled():
    assert replace_entry(b'"a;b";2\r\n', 1, b"x", ";", "t") == b'"a;b";x\r\n'
    assert replace_entry(b'"a ""b"", c",2', 0, b"x", ",", "t") == b"x,2"
    assert replace_entry(b"a,,\n", 1, b"x,y", ",", "t") == b'a,"x,y",\n'
    with pytest.raises(InvalidInputError, match="a line with 1 entries, too few"):
        replace_entry(b"a\n", 1, b"x", ",", "t")


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(_value, "DVGSValuer", QuickValuer)


@pytest.mark.usefixtures("quick")
def test_reviewed_rows_are_trusted_and_not_valued_again(monkeypatch, capsys):
    review("0,relabel,setosa,,virginica,kind,", "1,drop,,,virginica,kind,",
           "60,keep,,,versicolor,kind,", "120,keep,,,virginica,kind,")  # fmt: skip
    seen = {}

    def fit(self, X, y, *, X_val=None, y_val=None):
        seen.update(X=X, y=y, X_val=X_val, y_val=y_val)
        return QuickValuer.__mro__[1].fit(self, X[["a", "b"]].to_numpy(), y)

    monkeypatch.setattr(QuickValuer, "fit", fit)
    command = "value flowers.csv --label kind --trusted review.csv --out v.csv --cleaned c.csv"
    assert main([*command.split(), "--drop", "0.1"]) == 0
    assert "left out 4 rows (0, 1, 60, 120, counted from 0): reviewed" in capsys.readouterr().err
    assert len(seen["X"]) == len(seen["y"]) == 146
    assert seen["y_val"].tolist() == ["setosa", "versicolor", "virginica"]
    whole = pd.read_csv("flowers.csv")
    assert seen["X_val"]["a"].tolist() == whole["a"][[0, 60, 120]].tolist()
    values, clean = pd.read_csv("v.csv"), pd.read_csv("c.csv")
    assert set(values["row"]) == set(range(150)) - {0, 1, 60, 120}
    dropped = {1, *values["row"][values["is_low"]]}
    assert clean["name"].tolist() == [f"flower {at}" for at in range(150) if at not in dropped]
    assert clean["kind"][0] == "setosa"
    whole[10:20].to_csv("checked.csv", index=False)
    assert main([*command.split(), "--trusted", "checked.csv", "--quiet"]) == 0
    assert len(seen["X_val"]) == 13
    assert seen["y_val"][-3:].tolist() == ["setosa", "versicolor", "virginica"]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        ("--trusted review.csv --trusted review2.csv", 2, "--trusted names 2 reviews"),
        ("--trusted flowers2.csv --trusted flowers3.csv", 2, "--trusted names 2 tables"),
        ("--review review.csv", 2, "--review ticks decisions in --report"),
        ("--trusted dropped.csv", 1, "keeps and relabels no row"),
        (
            "--trusted review.csv --cleaned review.csv",
            2,
            "is the same file as --trusted (a review)",
        ),
    ],
)
def test_what_cannot_be_trusted(capsys, options, status, said):
    review("60,keep,,,versicolor,kind,")
    review("60,keep,,,versicolor,kind,", path="review2.csv")
    review("60,drop,,,versicolor,kind,", path="dropped.csv")
    try:
        found = main(
            ["value", "flowers.csv", "--label", "kind", "--out", "o.csv", *options.split()]
        )
    except SystemExit as end:
        found = end.code
    assert found == status
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("quick")
def test_a_report_names_its_columns_and_starts_from_an_earlier_review():
    review("flower 60,keep,,fine,versicolor,kind,name")
    command = "value flowers.csv --label kind --id name --report r.html --review review.csv"
    assert main([*command.split(), "--quiet"]) == 0
    page = Path("r.html").read_text(encoding="utf-8")
    about = json.loads(unescape(re.search(r'data-review="([^"]*)"', page)[1]))
    assert (about["label_column"], about["row_column"]) == ("kind", "name")
    assert about["earlier"][0]["row"] == "flower 60"
    rows = [json.loads(unescape(found)) for found in re.findall(r'data-row="([^"]*)"', page)]
    assert len(rows) == 150
    assert ">dropped<" not in page  # nothing is, without --cleaned
    assert ">below<" in page
    given = pd.read_csv("flowers.csv", index_col="name")["kind"]
    assert all(given[row["name"]] == row["given"] for row in rows)


@pytest.mark.usefixtures("quick")
def test_numbers_are_reviewed_as_the_file_spells_them():
    frame = pd.read_csv("flowers.csv")
    frame["price"] = [f"{at / 2:,.2f} $" for at in range(1000, 1150)]
    frame.to_csv("flowers.csv", index=False)
    command = "value flowers.csv --label price --task regression --report r.html --quiet"
    assert main(command.split()) == 0
    page = Path("r.html").read_text(encoding="utf-8")
    row = json.loads(unescape(re.search(r'data-row="([^"]*)"', page)[1]))
    assert row["given"] == frame["price"][int(row["name"])]
    review(f"{row['name']},relabel,9.5,,{row['given']},price,")
    assert apply() == 0
    assert pd.read_csv("clean.csv")["price"][int(row["name"])] == "9.5"
