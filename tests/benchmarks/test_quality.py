"""The benchmark of value quality: its tasks and numbers, and the program as a user starts it."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks.quality import __main__ as command
from benchmarks.quality.defects import spoil_numbers
from benchmarks.quality.found import Found, Lead
from benchmarks.quality.lines import lines
from benchmarks.quality.methods import Judged
from benchmarks.quality.ours import NAME, fitted, parts
from benchmarks.quality.regimes import REGIMES, target, unlabelled, visits
from benchmarks.quality.report import report
from benchmarks.quality.results import DONE, Record, Results
from benchmarks.quality.scores import calibration_error, detection, f1
from benchmarks.quality.sets import SETS
from benchmarks.quality.tasks import make_task


def test_tasks_repeat_and_share_no_rows():
    task = make_task("iris", 0)
    assert make_task("iris", 0, "even") is task
    assert len(task.y) + len(task.y_val) + len(task.y_test) == 150
    assert set(task.y_val) == {0, 1, 2}
    np.testing.assert_array_equal(task.y != task.y_clean, task.noise)
    assert task.noise.sum() == round(0.2 * len(task.y))


def test_without_a_target_set_the_same_rows_are_valued():
    with_target, alone = make_task("iris", 0), make_task("iris", 0, target=False)
    assert alone.X_val is None
    np.testing.assert_array_equal(with_target.y, alone.y)


@pytest.mark.parametrize("defect", ["by class", "features", "none"])
def test_other_defects(defect):
    task, clean = make_task("iris", 1, defect), make_task("iris", 1, "none")
    assert (defect == "by class") == (not np.array_equal(task.y, task.y_clean))
    assert (defect == "features") == (not np.array_equal(task.X, clean.X))


@pytest.mark.parametrize(
    ("defect", "share"),
    [("replaced", 0.2), ("times ten", 0.03), ("Gaussian error", 0.2), ("swapped", 0.2)],
)
def test_numbers_are_spoilt_where_it_says(defect, share):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 3)), rng.normal(size=100)
    y[:10] = 0.0
    spoilt, wrong = spoil_numbers(X, y, defect, share, 0)
    np.testing.assert_array_equal(spoilt != y, wrong)
    assert wrong.sum() == round(share * 100)
    if defect == "times ten":
        np.testing.assert_array_equal(spoilt[wrong], 10 * y[wrong])
    if defect in ("replaced", "swapped"):
        assert np.isin(spoilt[wrong], y).all()
    if defect == "swapped":
        np.testing.assert_array_equal(np.sort(spoilt), np.sort(y))


def test_the_nearest_row_with_another_number_is_swapped():
    X = np.array([[0.0], [0.1], [5.0], [9.0], [9.1]])
    y = np.array([1.0, 2.0, 3.0, 4.0, 4.0])
    spoilt, wrong = spoil_numbers(X, y, "swapped", 0.4, 1)
    pair = np.flatnonzero(wrong)
    np.testing.assert_array_equal(spoilt[pair], y[pair][::-1])
    assert {3, 4} != set(pair)


def test_visits_of_a_subject_are_alike_and_share_their_label():
    task = visits.draw(3, seed=0)
    for group in range(200):
        of_group = task.groups == group
        assert of_group.sum() == 3
        assert len(set(task.y[of_group])) == len(set(task.noise[of_group])) == 1
    assert task.noise.mean() == pytest.approx(0.2)


def test_rows_without_labels_are_drawn_with_noise_of_their_own_level():
    X, X_val, level = unlabelled.draw("breast_cancer, noise", 0)
    assert len(X) + len(X_val) == 569
    assert 0.0 <= level.min() < 0.1 < 2.9 < level.max() <= 3.0
    noisiest = np.argsort(level)[-50:]
    assert X[noisiest].std() > 2.0 * X_val.std()


def test_a_row_is_not_its_own_neighbour_among_one_liners():
    X = np.random.default_rng(0).normal(size=(60, 4))
    own = unlabelled.one_liners(X, X, True, 0)
    copies = unlabelled.one_liners(X, X.copy(), False, 0)
    assert (own["distance, 10 nearest"] < copies["distance, 10 nearest"]).all()
    assert (own["correlation, 10 nearest"] < copies["correlation, 10 nearest"]).all()
    assert (own["PCA error"] <= 0).all()


def test_target_sets_are_wrong_as_far_as_said():
    task = make_task("breast_cancer", 0)
    found = dict(target.variants(task))
    assert found["none"].X_val is None
    for share in (0.05, 0.1, 0.2):
        wrong = found[f"{share:.0%} wrong"].y_val != task.y_val
        assert wrong.mean() == pytest.approx(share, abs=0.01)
    assert len(found["10 rows"].y_val) == 10
    assert sorted(np.bincount(found["180:6"].y_val))[0] == 6


def test_each_scorer_inside_the_valuer_finds_flips_alone():
    task = make_task("iris", 0, target=False)
    found = dict(parts(task))
    names = fitted(task)[0]._trajectories._fitted[0].restart.scores_.names_
    assert [f"part: {name}, own" for name in names] == list(found)[::2]
    assert min(roc_auc_score(task.noise, -values) for values in found.values()) > 0.7


def test_each_scorer_of_numbers_finds_gross_errors_alone():
    task = make_task("diabetes", 0, "times ten")
    found = dict(parts(task))
    assert len(found) >= 5
    assert min(roc_auc_score(task.noise, -values) for values in found.values()) > 0.8


def test_numbers_of_a_judgement():
    wrong = np.array([True, False, True, False])
    judged = Judged("", np.array([0.1, 0.3, 0.4, 0.9]), np.array([True, True, False, False]), 2.0)
    found = dict(detection(judged, wrong))
    assert found["AUROC"] == 0.75
    assert found["F1 at the own cut"] == 0.5
    assert found["seconds"] == 2.0
    assert f1(np.zeros(4, bool), wrong) == 0.0


def test_calibration_error_by_hand():
    values, wrong = np.array([0.95, 0.92, 0.25, 1.0]), np.array([False, True, True, False])
    # The highest bin holds three rows: mean value 0.9567, two of three right; then 0.25 and none.
    expected = 0.75 * (0.95 + 0.92 + 1.0 - 2.0) / 3 + 0.25 * 0.25
    assert calibration_error(values, wrong) == pytest.approx(expected)


def test_lead_is_over_the_method_that_is_nearest_where_it_was_measured():
    table = pd.DataFrame(
        {NAME: [0.9, 0.7], "a": [0.8, 0.72], "b": [0.89, np.nan], "part: c": [1.0, 1.0]},
        index=["one", "two"],
    )
    lead = Lead(table)
    assert (lead.best, lead.mean) == ("b", pytest.approx(0.01))
    assert lead.worst == (pytest.approx(-0.02), "two")
    assert np.isnan(Lead(table[[NAME, "part: c"]]).mean)


def found_flips(ours, rival, n_rows):
    """Records of one set by the regime of flips."""
    variant = "even, target set"
    return [
        Record("flips", "wine", 0, variant, NAME, "AUROC", ours),
        Record("flips", "wine", 0, variant, "forest, own", "AUROC", rival),
        Record("flips", "wine", 0, variant, "", "rows", n_rows),
    ]


@pytest.mark.parametrize(
    ("ours", "rival", "n_rows", "met"),
    [
        (0.92, 0.90, 1000, (True, True)),
        (0.905, 0.90, 1000, (False, True)),
        (0.893, 0.90, 1000, (False, False)),
        (0.893, 0.90, 300, (False, True)),
    ],
)
def test_lines_say_whether_they_are_met(ours, rival, n_rows, met):
    frame = pd.DataFrame(found_flips(ours, rival, n_rows), columns=Record._fields)
    assert tuple(line.met for line in lines(Found(frame))) == met
    assert "Wanted and measured" in report(frame)


def test_lines_without_labels():
    def records(ours):
        for name, value in ((NAME, ours), ("PCA error", 0.8), ("IsolationForest", 0.7)):
            yield Record("unlabelled", "digits, noise", 0, "target set", name, "Spearman", value)

    for ours, met in ((0.9, [True, True]), (0.795, [False, True]), (0.7, [False, False])):
        frame = pd.DataFrame(list(records(ours)), columns=Record._fields)
        assert [line.met for line in lines(Found(frame))] == met
        assert '"digits, noise"' in report(frame)


def test_report_of_nothing():
    assert "Nothing" in report(pd.DataFrame(columns=Record._fields))


def test_what_an_ended_run_left_half_done_is_dropped(tmp_path):
    results = Results(tmp_path / "new" / "found.csv").prepare()
    whole = [*found_flips(0.9, 0.8, 100), Record("flips", "wine", 0, "", "", DONE, 3.0)]
    results.append(whole)
    results.append([record._replace(set="iris") for record in whole[:2]])
    with open(results.path, "a", encoding="utf-8") as file:
        file.write("flips,iris,0,even, tar")
    again = Results(results.path).prepare()
    assert again.done() == {("flips", "wine", 0)}
    assert again.frame().to_numpy().tolist() == [list(record) for record in whole]


def test_regimes_name_sets_that_there_are():
    for regime in REGIMES.values():
        assert set(regime.quick_sets) <= set(regime.sets)
        assert set(regime.sets) <= set(SETS) or not set(regime.sets) & set(SETS)


def test_from_the_command_line_and_once_more(tmp_path, capsys):
    """A run that is started again measures only what is new."""
    out, printed = tmp_path / "found.csv", tmp_path / "tables.inc"
    asked = ["--quick", "--jobs", "1", "--out", str(out), "--tables", str(printed), "--only"]
    assert command.main([*asked, "weak", "--sets", "30 x 5"]) == 0
    assert command.main([*asked, "weak", "flips", "--sets", "30 x 5", "iris"]) == 0
    said = capsys.readouterr().out
    assert said.count("# weak, 30 x 5, seed 0:") == said.count("# flips, iris, seed 0:") == 1
    assert "weak signal, 30 x 5" in printed.read_text(encoding="utf-8")
    assert Results(out).done() == {("weak", "30 x 5", 0), ("flips", "iris", 0)}
    measured = Results(out).frame()
    assert measured[measured.measure == "AUROC"].value.between(0, 1).all()


def test_a_regime_that_fails_stops_no_other(tmp_path, monkeypatch, capsys):
    def fail(*_):
        raise RuntimeError("no such luck")

    def missing(*_):
        raise FileNotFoundError("adult.csv.gz")

    for name, measure in (("weak", fail), ("rare", missing)):
        monkeypatch.setitem(REGIMES, name, REGIMES[name]._replace(measure=measure))
    monkeypatch.setitem(
        REGIMES, "many", REGIMES["many"]._replace(measure=lambda *_: [("", NAME, "AUROC", 1.0)])
    )
    asked = ["--quick", "--jobs", "1", "--out", str(tmp_path / "a.csv"), "--only"]
    assert command.main([*asked, "weak", "rare", "many"]) == 1
    said = capsys.readouterr().out
    assert "no such luck" in said
    assert "left out, adult.csv.gz" in said
    assert "many classes, few rows" in said or "# many" in said


def test_unknown_sets_are_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        command.main(["--sets", "nonesuch", "--out", str(tmp_path / "a.csv")])
    assert "no such set: nonesuch" in capsys.readouterr().err
