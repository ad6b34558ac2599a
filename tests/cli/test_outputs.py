"""What is written: all or nothing, in the encoding of the file, and safe to open."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skdvgs._cli._main import main
from skdvgs._cli._words import in_words_of_options
from tests.cli.helpers import run

RNG = np.random.default_rng(0)
N = 90
FRAME = pd.DataFrame({"a": RNG.normal(size=N), "b": RNG.normal(size=N)})
FRAME["y"] = np.where(FRAME["a"] > 0, "größer", "kleiner")


@pytest.fixture(autouse=True)
def _table():
    FRAME.to_csv("a.csv", index=False)


@pytest.mark.parametrize(
    ("encoding", "option"),
    [
        ("utf-16", []),
        ("utf-32", []),
        ("utf-16-be", ["--encoding", "utf-16-be"]),
        ("utf-8-sig", []),
        ("latin-1", ["--encoding", "latin-1"]),
    ],
)
def test_encodings(encoding, option):
    expected = run("a.csv", "--label", "y").out
    FRAME.to_csv("b.csv", index=False, encoding=encoding)
    found = run("b.csv", "--label", "y", "--drop", "0.1", "--cleaned", "c.csv", *option)
    assert found.out["label"].tolist() == FRAME["y"].tolist()
    assert found.out["value"].tolist() == expected["value"].tolist()
    kept = pd.read_csv("c.csv", encoding=encoding)
    assert len(kept) == 81
    pd.testing.assert_frame_equal(
        kept, FRAME[found.out["is_low"] == "False"].reset_index(drop=True)
    )


def test_comments_stay_where_they_are():
    lines = Path("a.csv").read_text().splitlines(keepends=True)
    Path("b.csv").write_text("# from the lab\n" + lines[0] + "# day 2\n" + "".join(lines[1:]))
    found = run("b.csv", "--label", "y", "--comment", "#", "--drop", "0.1", "--cleaned", "c.csv")
    assert found.out["value"].tolist() == run("a.csv", "--label", "y").out["value"].tolist()
    kept = Path("c.csv").read_text().splitlines()
    assert kept[0] == "# from the lab"
    assert kept[2] == "# day 2"
    assert len(kept) == 2 + 1 + 81


def test_decimal_comma():
    FRAME.to_csv("b.csv", index=False, sep=";", decimal=",")
    found = run("b.csv", "--label", "y", "--separator", ";", "--decimal", ",")
    assert found.out["value"].tolist() == run("a.csv", "--label", "y").out["value"].tolist()


def test_lines_are_in_the_order_of_the_table_or_by_suspicion():
    out = run("a.csv", "--label", "y").out
    assert out["row"].tolist() == [str(at) for at in range(N)]
    assert out["label"].tolist() == FRAME["y"].tolist()
    by_rank = run("a.csv", "--label", "y", "--sort").out
    assert by_rank["rank"].astype(int).tolist() == list(range(1, N + 1))
    pd.testing.assert_frame_equal(
        out, by_rank.sort_values("row", key=lambda row: row.astype(int), ignore_index=True)
    )


FORMULAS = ["=1+1", "+49 30", "-x", "@sum", "\ttab", "-5", "a=b"]


@pytest.mark.parametrize("safe", [True, False])
def test_excel_safe(safe):
    ids = np.array([*FORMULAS, *[f"i{at}" for at in range(N - 7)]])
    FRAME.assign(key=ids).to_csv("a.csv", index=False)
    options = ["--excel-safe"] if safe else []
    out = run("a.csv", "--label", "y", "--id", "key", *options).out
    quoted = ["'=1+1", "'+49 30", "'-x", "'@sum", "'\ttab", "-5", "a=b"]
    assert set(out["key"]) >= set(quoted if safe else FORMULAS)
    assert np.isfinite(out["value"].astype(float)).all()


def test_a_link_is_replaced_and_not_what_it_leads_to():
    Path("precious.csv").write_text("mine")
    os.symlink("precious.csv", "out.csv")
    assert run("a.csv", "--label", "y").status == 0
    assert Path("precious.csv").read_text() == "mine"
    assert not os.path.islink("out.csv")


@pytest.mark.parametrize("broken", ["report", "cleaned"])
def test_all_or_none(broken, monkeypatch):
    def fail(*arguments, **settings):
        raise OSError("disk full")

    if broken == "report":
        monkeypatch.setattr("skdvgs._cli._outputs.make_page", fail)
    else:
        monkeypatch.setattr("skdvgs._cli._files.Table.write_kept", fail)
    options = ["--report", "r.html", "--cleaned", "c.csv"]
    found = run("a.csv", "--label", "y", *options)
    assert found.status == 1
    assert "disk full" in found.said
    assert os.listdir() == ["a.csv"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to():
    os.mkdir("locked", mode=0o500)
    found = run("a.csv", "--label", "y", out="locked/out.csv")
    assert "cannot be written to" in found.said


def test_lines_that_do_not_match_are_found_before_the_work(monkeypatch):
    monkeypatch.setattr(
        "skdvgs._cli._value.DVGSValuer", lambda **_: pytest.fail("the work has begun")
    )
    monkeypatch.setattr("skdvgs._cli._records.split_records", lambda *_: [b"a,b,y\n", b"1,2,x\n"])
    found = run("a.csv", "--label", "y", "--cleaned", "c.csv")
    assert "was read as 90 rows but holds 1 lines" in found.said


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("X_val is on another scale. In a Pipeline, enable routing.", "the trusted file is on ano"),
        ("y holds ['c'], which the target set lacks", "The label holds ['c'], which the trusted"),
        ("Give more rows, set cv=2 or pass a target set X_val", "set --folds 2 or pass trusted ro"),
        ("if y measures something, set task='regression'", "if the label measures something, set"),
    ],
)
def test_messages_speak_of_options(message, words):
    said = in_words_of_options(message)
    assert words in said
    assert "X_val" not in said
    assert "Pipeline" not in said


def test_trusted_rows_on_another_scale_are_said_in_options():
    FRAME.assign(a=100 * FRAME["a"], b=100 * FRAME["b"]).to_csv("v.csv", index=False)
    said = run("a.csv", "--label", "y", "--trusted", "v.csv").said
    assert "the trusted file is on another scale than" in said
    assert "X_val" not in said
    assert "Pipeline" not in said


def test_old_names_and_the_console_script():
    new = run("a.csv", "--label", "y", "--trusted", "a.csv").out
    old = run("a.csv", "--target", "y", "--val", "a.csv").out
    pd.testing.assert_frame_equal(new, old)
    script = Path(sys.executable).with_name("skdvgs")
    if script.exists():  # where the package is installed
        assert b"value every row" in subprocess.run([script, "--help"], capture_output=True).stdout
    with pytest.raises(SystemExit):
        main(["--help"])
