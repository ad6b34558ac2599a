"""The command line as a user meets it: files, messages, exit status."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from skdvgs._cli import _value
from skdvgs._cli._main import main
from tests.fake_valuers import CentroidValuer

ROOT = Path(__file__).resolve().parents[2]


class QuickValuer(CentroidValuer):
    """Takes the settings that the command line gives."""

    def __init__(self, task="auto", cv=5, n_jobs=None, random_state=None, verbose=0):
        super().__init__()
        self.task, self.cv, self.n_jobs = task, cv, n_jobs
        self.random_state, self.verbose = random_state, verbose

    def fit(self, X, y, **target):
        return super().fit(X.select_dtypes("number").to_numpy(), y, **target)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(_value, "DVGSValuer", QuickValuer)


@pytest.fixture
def flowers():
    iris = load_iris(as_frame=True)
    frame = iris.data.set_axis(["a", "b", "c", "d"], axis=1)
    frame["place"] = np.array(["hill", 'the "wet" field, south'])[np.arange(150) % 2]
    frame["name"] = [f"flower {at}" for at in range(150)]
    frame["kind"] = iris.target_names[iris.target]
    frame.loc[:4, "kind"] = "virginica"
    return frame


@pytest.fixture
def folder(tmp_path, flowers):
    flowers.to_csv("flowers.csv", index=False)
    return tmp_path


def test_main_job_in_a_process_of_its_own(folder, flowers):
    before = Path("flowers.csv").read_bytes()
    flowers[5::5].to_csv("checked.csv", index=False)
    command = "value flowers.csv --label kind --trusted checked.csv --id name --drop 0.04 --sort "
    command += "--out values.csv --cleaned clean.csv --report report.html"
    run = subprocess.run(
        [sys.executable, "-m", "skdvgs", *command.split()],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("150 rows valued in ")
    assert "Low: 6 rows (4.0%). Written: values.csv, report.html, clean.csv" in run.stdout
    assert "valuing 150 rows" in run.stderr
    assert Path("flowers.csv").read_bytes() == before
    values = pd.read_csv("values.csv")
    assert list(values) == [
        "name",
        "value",
        "standard_error",
        "rank",
        "label",
        "suggested_label",
        "suggested_probability",
        "is_low",
        "reason",
    ]
    assert values["rank"].tolist() == list(range(1, 151))
    assert set(values["name"][:5]) == {f"flower {at}" for at in range(5)}
    assert values["reason"][0].startswith("Of the 10 most similar trusted rows, ")
    assert values["reason"][values["is_low"]].notna().all()
    assert values["reason"][~values["is_low"]].isna().all()
    values = values.set_index("name").loc[flowers["name"]]
    lines = before.splitlines(keepends=True)
    kept = [line for line, low in zip(lines[1:], values["is_low"], strict=True) if not low]
    assert Path("clean.csv").read_bytes() == b"".join([lines[0], *kept])
    page = Path("report.html").read_text(encoding="utf-8")
    assert "flower 3" in page
    assert ">dropped<" in page
    assert re.search("<td>agrees</td><td>flower [0-9]*[05]</td>", page)  # a trusted one
    assert sorted(os.listdir()) == [
        "checked.csv",
        "clean.csv",
        "flowers.csv",
        "report.html",
        "values.csv",
    ]


@pytest.mark.usefixtures("folder")
def test_the_seed_decides(capsys):
    found = []
    for name in ("1.csv", "2.csv"):
        options = f"--folds 2 --seed 3 --out {name} --quiet --ignore name"
        assert main(["value", "flowers.csv", "--target", "kind", *options.split()]) == 0
        found.append(Path(name).read_bytes())
    assert found[0] == found[1]
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("folder", "quick")
def test_parquet_keeps_its_types(flowers):
    pytest.importorskip("pyarrow")
    typed = flowers.assign(
        place=flowers["place"].astype("category"), when=pd.Timestamp("2020-01-01", tz="UTC")
    )
    typed.to_parquet("flowers.parquet")
    arguments = "value flowers.parquet --target kind --out v.parquet --cleaned c.parquet --drop 0.1"
    assert main([*arguments.split(), "--quiet"]) == 0
    values, kept = pd.read_parquet("v.parquet"), pd.read_parquet("c.parquet")
    values = values.sort_values("row", ignore_index=True)
    assert values["row"].tolist() == list(range(150))
    expected = typed[~values["is_low"].to_numpy()]
    assert len(expected) == 135
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), expected.reset_index(drop=True))


@pytest.mark.usefixtures("folder", "quick")
def test_compressed_and_separated(flowers):
    flowers.to_csv("flowers.tsv.gz", index=False, sep="\t")
    command = "value flowers.tsv.gz --target kind --drop 0.1 --quiet --cleaned"
    assert main([*command.split(), "clean.tsv.gz"]) == 0
    lines = gzip.decompress(Path("flowers.tsv.gz").read_bytes()).splitlines()
    kept = gzip.decompress(Path("clean.tsv.gz").read_bytes()).splitlines()
    assert len(kept) == 136
    assert set(kept) < set(lines)


@pytest.mark.usefixtures("folder", "quick")
@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        ("flowers.csv --target kind", 2, "nothing to write: give --out, --report or --cleaned"),
        ("flowers.csv --out o.csv", 2, "no --label"),
        ("flowers.csv --target kind --out flowers.csv", 2, "is the same file as DATA"),
        ("flowers.csv --target kind --out ./x/../flowers.csv", 2, "is the same file as DATA"),
        ("flowers.csv --target kind --out a.csv --cleaned a.csv", 2, "is the same file as --out"),
        ("flowers.csv --target kind --out a.xlsx", 2, "is of no known format"),
        ("flowers.xlsx --target kind --out a.csv", 2, "is of no known format"),
        ("flowers.csv --target kind --cleaned a.parquet", 2, "has another format"),
        ("flowers.csv --target kind --out a.csv --drop 1.5", 2, "neither auto nor from 0"),
        ("flowers.csv --target kind --out a.csv --drop lots", 2, "neither auto nor from 0"),
        ("flowers.csv --target kind --out a.csv --folds x", 2, "x is no whole number from 2 on"),
        ("flowers.csv --target Kind --out a.csv", 1, "Is 'kind' meant?"),
        ("flowers.csv --target kind --out a.csv --folds 1", 2, "1 is no whole number from 2 on"),
        ("flowers.csv --target kind --out a.csv --task classify", 2, "invalid choice"),
        ("nowhere.csv --target kind --out a.csv", 1, "nowhere.csv: No such file"),
        ("flowers.csv --target kin --out a.csv", 1, "has no column 'kin'; it has a, b, c, d"),
        ("flowers.csv --target kind --out no/a.csv", 1, "is no folder"),
        ("semicolons.csv --target kind --out a.csv", 1, "Is --separator ';' meant?"),
        ("flowers.csv --label kind --out a.csv --decimal ,", 2, "--decimal , is the separator"),
        ("flowers.csv --label kind --out a.csv --decimal x", 2, "stands before no fraction"),
        ("flowers.csv --label kind --out a.csv --comment //", 2, "'//' is not one character"),
        ("twice.csv --label kind --out a.csv", 1, "has several columns named 'a'"),
        ("gaps.csv --label kind --out a.csv", 1, "has no label in column 'kind'"),
        ("flowers.csv --label kind --task regression --out a.csv", 1, "holds no number in column"),
        ("one.csv --label kind --out a.csv", 1, "holds 1 classes in 'kind'"),
        ("few.csv --label a --task regression --out a.csv", 1, "3 rows with a label but 5 folds"),
        ("bare.csv --label kind --out a.csv", 1, "has no column left to learn from"),
        ("empty.csv --target kind --out a.csv", 1, "cannot be read as CSV"),
        ("long.csv --target kind --out a.csv", 1, "Expected 2 fields in line 3, saw 3"),
        ("ragged.csv --target kind --out a.csv", 1, "cannot be read as CSV"),
        ("header.csv --target kind --out a.csv", 1, "holds no rows"),
        ("flowers.csv --target kind --val narrow.csv --out a.csv", 1, "lacks the columns b, c"),
        ("broken.parquet --target kind --out a.csv", 1, "cannot be read as Parquet"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(flowers, capsys, options, status, message):
    flowers.drop(columns="place").to_csv("semicolons.csv", index=False, sep=";")
    Path("long.csv").write_text("a,kind\n1,x\n2,x,y\n")
    Path("ragged.csv").write_text("a,kind\n1,x,y\n2,x,y\n")
    flowers.assign(kind=None).to_csv("gaps.csv", index=False)
    flowers.assign(kind="x").to_csv("one.csv", index=False)
    flowers[:3].to_csv("few.csv", index=False)
    flowers[["kind"]].to_csv("bare.csv", index=False)
    Path("twice.csv").write_text("a,a,kind\n1,2,x\n2,1,x\n")
    flowers[:0].to_csv("header.csv", index=False)
    flowers[["a", "kind"]].to_csv("narrow.csv", index=False)
    Path("empty.csv").write_bytes(b"")
    Path("broken.parquet").write_bytes(b"none")
    before = {name: Path(name).read_bytes() for name in os.listdir()}
    try:
        found = main(["value", *options.split()])
    except SystemExit as end:
        found = end.code
    out, err = capsys.readouterr()
    assert found == status
    assert message in err
    assert err.count("\n") == 1
    assert "error: " in err
    assert out == ""
    assert {name: Path(name).read_bytes() for name in os.listdir()} == before


@pytest.mark.usefixtures("folder", "quick")
def test_a_late_failure_leaves_no_output(monkeypatch, capsys):
    def fail(*arguments):
        raise OSError("disk full")

    monkeypatch.setattr("skdvgs._cli._files.Table.write_kept", fail)
    Path("o.csv").write_text("old")
    options = "--target kind --out o.csv --cleaned c.csv"
    assert main(["value", "flowers.csv", *options.split()]) == 1
    assert "disk full" in capsys.readouterr().err
    assert Path("o.csv").read_text() == "old"
    assert sorted(os.listdir()) == ["flowers.csv", "o.csv"]


@pytest.mark.usefixtures("folder", "quick")
def test_interrupted(monkeypatch, capsys):
    def interrupt(*arguments, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(QuickValuer, "fit", interrupt)
    assert main(["value", "flowers.csv", "--target", "kind", "--out", "o.csv"]) == 130
    assert "nothing was written" in capsys.readouterr().err
    assert os.listdir() == ["flowers.csv"]


@pytest.mark.usefixtures("folder", "quick")
def test_whole_numbers_of_many_values_are_numbers(flowers, capsys):
    flowers.assign(count=range(150)).to_csv("counts.csv", index=False)
    assert main(["value", "counts.csv", "--target", "count", "--out", "o.csv"]) == 0
    assert "count holds 150 different whole numbers" in capsys.readouterr().err
    assert "target" in pd.read_csv("o.csv")


@pytest.mark.usefixtures("folder")
def test_numbers_with_missing_entries_and_no_low_rows(flowers, capsys):
    flowers.loc[::9, "b"] = np.nan
    flowers.drop(columns="name").to_csv("gaps.csv", index=False)
    options = "--target a --task regression --folds 2 --out o.csv"
    assert main(["value", "gaps.csv", *options.split()]) == 0
    said = capsys.readouterr().err
    found = pd.read_csv("o.csv")
    assert np.isfinite(found["value"]).all()
    assert found["is_low"].mean() < 0.05
    told = "--drop auto found no row to leave out; --drop 0.05 leaves out the lowest 5%" in said
    assert told == (not found["is_low"].any())


@pytest.mark.usefixtures("folder", "quick")
def test_a_missing_library_names_the_extra(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "skrub", None)
    assert main(["value", "flowers.csv", "--target", "kind", "--out", "o.csv"]) == 1
    assert 'pip install "skdvgs[cli]"' in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert main(["value", "flowers.csv", "--target", "kind", "--out", "o.csv"]) == 1
    assert 'pip install "skdvgs[cli]"' in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["value", "--help"], ["--version"]])
def test_help(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 0
    out, err = capsys.readouterr()
    assert "skdvgs" in out
    assert err == ""
    assert max(map(len, out.splitlines())) <= 100
