"""The experiments of the paper run, on embedded data, and their results can be put into tables."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from benchmarks.paper import __main__ as command
from benchmarks.paper import expression, images, report, tables
from benchmarks.paper.case import draw, with_flipped_labels, with_noise
from benchmarks.paper.methods import DEFAULTS, PAPER
from benchmarks.paper.sizes import FULL, QUICK


@pytest.fixture(autouse=True)
def no_data(monkeypatch, tmp_path):
    """As where the data is not there; what was loaded is forgotten before and after."""
    loaders = (tables.load, images.load_images, expression._load)
    for module in (images, expression, tables.data):
        monkeypatch.setattr(module, "FOLDER", tmp_path / "nowhere")
    for loader in loaders:
        loader.cache_clear()
    yield
    for loader in loaders:
        loader.cache_clear()


@pytest.mark.parametrize(
    "drawn",
    [
        lambda: tables.draw_table("adult", QUICK, 0),
        lambda: images.draw_images(QUICK, 0),
        lambda: images.draw_features(QUICK, None, 0),
        lambda: expression.draw_expression(expression.LEVEL_3, QUICK, 0),
        lambda: expression.draw_quality(QUICK, 0),
    ],
    ids=["table", "images", "features", "expression", "quality"],
)
def test_quick_draws_stand_in_for_data_and_say_so(drawn):
    case = drawn()
    assert "stand-in" in case.data
    assert min(len(case.X), len(case.X_val)) > 0
    assert case.X.shape[1:] == case.X_val.shape[1:]


def test_missing_data_is_named():
    with pytest.raises(FileNotFoundError, match=r"l1000_modzs_n272\.npz.*SKDVGS_DATA"):
        expression.draw_quality(FULL, 0)


def test_missing_data_stops_its_experiment_alone(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(command, "TITLES", {"e9": "real quality"})
    monkeypatch.setattr(command, "QUICK", FULL)
    assert command.main(["all", "--quick", "--out", str(tmp_path), "--jobs", "1"]) == 1
    assert "e9: not run." in capsys.readouterr().out


def test_parts_of_a_draw_are_disjoint():
    rows = np.arange(100.0)[:, None]
    case = draw("", rows, rows[:, 0], 0, 60, 20, 30)
    parts = np.concatenate([case.X, case.X_val, case.X_test])[:, 0]
    assert len(np.unique(parts)) == len(parts) <= 100
    np.testing.assert_array_equal(case.X_test[:, 0], case.y_test)


def test_scores_of_perfect_values():
    X, y = np.zeros((50, 3)), np.arange(50) % 2
    clean = draw("", X, y, 0, 30, 20)
    flipped, noisy = with_flipped_labels(clean, 0), with_noise(clean, 0, (0, 3))
    assert flipped.score(~flipped.truth) == 1
    assert noisy.score(-noisy.truth) == pytest.approx(-1)


def test_table_says_mean_and_two_standard_deviations():
    rows = pd.DataFrame(
        [
            ("e2", "BLOG", method, repeat, measure, None, number + repeat / 10)
            for method, number in ((PAPER, 0.7), (DEFAULTS, 0.8), ("DVRL", 0.6))
            for repeat in range(2)
            for measure in ("AUROC", "seconds")
        ],
        columns=["experiment", "data", "method", "repeat", "measure", "at", "result"],
    )
    (table,) = report._tables_of("e2", rows)
    assert table["AUROC"].tolist()[0] == f"0.750 ± {2 * np.std([0.7, 0.8], ddof=1):.3f}"
    assert table["paper"].tolist() == ["0.750 ± 0.028", "", "0.697"]
    line = report._headline("e2", "BLOG", table)
    assert line["best rival"].startswith("DVRL: 0.650")


def test_one_experiment_from_the_command_line(tmp_path):
    arguments = ["e9", "--quick", "--jobs", "1", "--out", str(tmp_path)]
    subprocess.run(
        [sys.executable, "-m", "benchmarks.paper", *arguments],
        check=True,
        env=os.environ | {"SKDVGS_DATA": str(tmp_path / "nowhere")},
        timeout=300,
    )
    rows = pd.read_csv(tmp_path / "e9.csv")
    assert set(rows["measure"]) == {"Spearman with quality", "seconds"}
    assert (tmp_path / "report" / "e9.png").stat().st_size > 0
    assert "E9" in (tmp_path / "report" / "tables.txt").read_text(encoding="utf-8")
