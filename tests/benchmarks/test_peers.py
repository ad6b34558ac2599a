"""The comparison with peers: its draws and numbers, and the program as a user starts it."""

import numpy as np
import pytest

from benchmarks.peers import __main__ as command
from benchmarks.peers import data_valuation, engines, label_errors, parts, stability, worker
from benchmarks.peers.judged import scores, share_of
from benchmarks.peers.report import report
from benchmarks.peers.strong_models import human_labels
from benchmarks.quality.results import DONE, Record, Results
from benchmarks.speed.engine import find_task


@pytest.mark.parametrize("name", parts.NAMES)
def test_every_part_says_what_it_has(name):
    part = parts.load(name)
    assert part.TITLE
    assert len(part.PEERS) >= 3
    assert set(part.cases(quick=True))
    assert callable(part.measure)
    assert part.BY_CASE


def test_validation_rows_have_the_noise_of_the_protocol(monkeypatch):
    seen = []

    def peer(draw, seed, quick):
        seen.append(draw)
        return np.arange(len(draw.y), dtype=float), None

    monkeypatch.setitem(data_valuation.PEERS, "DVRL", peer)
    found = list(data_valuation.measure("DVRL", "digits", 0, quick=True))
    noisy, clean = seen
    assert (noisy.y_val != clean.y_val).mean() == pytest.approx(0.2, abs=0.01)
    np.testing.assert_array_equal(noisy.y, clean.y)
    assert clean.wrong.mean() == pytest.approx(0.2)
    assert {variant for variant, *_ in found} == {
        "validation rows with noise",
        "clean validation rows",
    }


def test_what_reads_no_validation_rows_is_fitted_once(monkeypatch):
    fits = []

    def peer(draw, seed, quick):
        fits.append(draw)
        return np.arange(len(draw.y), dtype=float), None

    monkeypatch.setitem(data_valuation.PEERS, "Data-OOB, tree", peer)
    found = list(data_valuation.measure("Data-OOB, tree", "digits", 0, quick=True))
    assert len(fits) == 1
    assert len({variant for variant, *_ in found}) == 2


@pytest.mark.parametrize("kind", label_errors.KINDS)
def test_wrong_labels_are_those_that_differ(kind):
    draw = label_errors._draw("digits", kind, 0, quick=True)
    assert draw.wrong.mean() == pytest.approx(0.2)
    assert len(draw.y_test) > 1000


def test_labels_as_humans_give_them_are_wrong_where_it_says():
    rng = np.random.default_rng(0)
    y = np.arange(400) % 4
    X = np.eye(4)[y] + 0.5 * rng.normal(size=(400, 4))
    noisy, wrong = human_labels(X, y, 0)
    np.testing.assert_array_equal(noisy != y, wrong)
    assert 0.2 < wrong.mean() <= 0.3


def test_numbers_of_a_judgement_by_hand():
    wrong = np.array([True, True, False, False, False])
    values, low = np.array([0.1, 0.9, 0.8, 0.7, 1.0]), np.array([True, False, True, False, False])
    found = {what: value for _, what, value in scores("", values, low, wrong, 1.5)}
    assert found["AUROC"] == pytest.approx(4 / 6)
    assert found["F1 by two-means"] == pytest.approx(2 / 3)
    assert (found["precision"], found["recall"]) == (0.5, 0.5)
    assert found["seconds"] == 1.5


def test_shares_of_the_lowest_and_highest_values_are_removed():
    values = np.array([3.0, 1.0, 2.0, 5.0])
    np.testing.assert_array_equal(share_of(4, values, 0.25, True), [True, False, True, True])
    np.testing.assert_array_equal(share_of(4, values, 0.5, False), [False, True, True, False])
    assert share_of(4, values, 0.0, False).all()


def test_the_engine_and_a_loop_over_rows_serve_the_first_network(monkeypatch):
    def few_rows(name):
        task = find_task(name)
        return task._replace(x=task.x[:70], y=task.y[:70])

    monkeypatch.setattr(engines, "find_task", few_rows)
    for peer in ("GradientEngine", "loop"):
        found = dict(line[1:] for line in engines.measure(peer, engines.cases(True)[0], 0, True))
        assert found["times a plain pass"] > 0


def test_halves_of_the_target_set_and_seeds(monkeypatch):
    monkeypatch.setitem(
        stability._METHODS, "DVRL", (lambda task, seed, quick: task.X[:, 0] * seed, True, True)
    )
    found = list(stability.measure("DVRL", "iris", 1, True))
    assert [value for *_, value in found] == [pytest.approx(1), pytest.approx(1)]


def results(path):
    return Results(path).prepare()


def test_a_peer_that_fails_or_is_not_there_stops_no_other(tmp_path, monkeypatch, capsys):
    def measure(peer, case, seed, quick):
        if peer == "DVRL":
            raise RuntimeError("diverged")
        if peer == "KNN-Shapley":
            raise ImportError("no module of that name")
        yield "all", "AUROC", 0.5

    monkeypatch.setattr(stability, "measure", measure)
    found = results(tmp_path / "a.csv")
    failed = [worker.run("stability", p, [0, 1], True, found.path) for p in stability.PEERS]
    said = capsys.readouterr().out
    assert dict(zip(stability.PEERS, failed, strict=True))["DVRL"] == 2
    assert sum(failed) == 2
    assert "diverged" in said
    assert "left out, no module of that name" in said
    assert len(found.done()) == 2 * (len(stability.PEERS) - 2)
    monkeypatch.setattr(stability, "measure", None)  # what is done is not measured again
    assert worker.run("stability", "Data-OOB, tree", [0, 1], True, found.path) == 0


def test_a_process_that_takes_too_long_is_ended(tmp_path, capsys):
    asked = ["--only", "stability", "--peers", "KNN-Shapley", "--quick", "--limit", "1"]
    assert command.main([*asked, "--out", str(tmp_path / "a.csv")]) == 1
    assert "ended after 1 s" in capsys.readouterr().out


def test_from_the_command_line(tmp_path, capsys):
    """A process is started, its results are written, and a table is printed."""
    out, printed = tmp_path / "found.csv", tmp_path / "tables.inc"
    asked = ["--only", "stability", "--peers", "KNN-Shapley", "--quick", "--jobs", "1"]
    for _ in range(2):
        assert command.main([*asked, "--out", str(out), "--tables", str(printed)]) == 0
    assert capsys.readouterr().out.count("# stability, KNN-Shapley, iris:") == 1
    assert "Spearman, halves of the target set" in printed.read_text(encoding="utf-8")
    assert results(out).done() == {("stability/KNN-Shapley", "iris", 0)}


def test_tables_are_means_over_cases(tmp_path):
    found = results(tmp_path / "a.csv")
    for case, value in (("adult", 0.8), ("digits", 0.9)):
        cell = ("stability/DVRL", case, 0)
        found.append(
            [
                Record(*cell, "values of two fits", "DVRL", "Spearman, two seeds", value),
                Record(*cell, "", "", DONE, 60.0),
            ]
        )
    text = report(found.frame())
    assert "DVRL,2,0.85" in text
    assert "stability,2.0" in text
    assert "Nothing" in report(results(tmp_path / "b.csv").frame())
