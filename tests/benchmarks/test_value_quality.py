"""The benchmark of value quality: its tasks, and the baseline that is written by hand."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest

from benchmarks.quality import errors, rivals
from benchmarks.quality.report import Record, left_out_choice, tables
from benchmarks.quality.tasks import Task, make_task


def test_tasks_repeat_and_share_no_rows():
    task, again = make_task("iris", 0), make_task.__wrapped__("iris", 0)
    np.testing.assert_array_equal(task.X, again.X)
    np.testing.assert_array_equal(task.y, again.y)
    assert len(task.y) + len(task.y_val) + len(task.y_test) == 150
    assert set(task.y_val) == {0, 1, 2}
    np.testing.assert_array_equal(task.y != task.y_clean, task.noise)
    assert task.noise.sum() == round(0.2 * len(task.y))


@pytest.mark.parametrize("defect", ["class_conditional", "features"])
def test_other_defects(defect):
    task = make_task("iris", 1, defect)
    clean = make_task("iris", 1)
    assert (defect == "features") == np.array_equal(task.y, task.y_clean)
    assert (defect == "features") == (not np.array_equal(task.X, clean.X))


def test_knn_shapley_is_the_mean_over_all_coalitions(monkeypatch):
    monkeypatch.setattr(rivals, "_NEIGHBOURS", 2)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(6, 2)), np.array([0, 1, 0, 1, 1, 0])
    X_val, y_val = rng.normal(size=(3, 2)), np.array([0, 1, 1])
    nothing = np.empty(0)
    task = Task(X, y, y, X_val, y_val, nothing, nothing, nothing, 2, 0)

    both = np.concatenate([X, X_val])
    distances = np.linalg.norm((X_val[:, None] - X[None]) / both.std(axis=0), axis=2) + 0.0

    def worth(rows):
        """Share of right votes among the two nearest, over the target rows."""
        rows = np.array(rows, dtype=int)
        near = [rows[np.argsort(distances[j][rows])][:2] for j in range(3)]
        return np.mean([np.sum(y[rows] == y_val[j]) / 2 for j, rows in enumerate(near)])

    expected = np.zeros(6)
    for row in range(6):
        others = [other for other in range(6) if other != row]
        for size in range(6):
            for rows in combinations(others, size):
                gain = worth((*rows, row)) - worth(rows)
                expected[row] += gain / comb(5, size) / 6
    np.testing.assert_allclose(rivals.knn_shapley(task), expected, atol=1e-12)


def test_a_table_tells_means_ranks_and_sets_that_are_behind(capsys):
    records = [
        Record("flips", "AUROC", name, 0, method, value)
        for name, method, value in [
            ("a", "default", 0.9),
            ("a", "forest", 0.8),
            ("b", "default", 0.7),
            ("b", "forest", 0.72),
        ]
    ]
    tables(records, ranked=True)
    printed = capsys.readouterr().out
    assert "default ahead of the best mean by +0.0400" in printed
    assert "{'b': 0.02}" in printed
    assert "mean rank" in printed


def test_the_choice_by_other_sets():
    """The best on all sets together is not always the best on those that are left."""
    by_set = pd.DataFrame({"one": [0.9, 0.5, 0.5], "two": [0.6, 0.6, 0.6]}, index=["a", "b", "c"])
    mean, chosen = left_out_choice(by_set)
    assert chosen.to_dict() == {"a": "two", "b": "one", "c": "one"}
    assert mean == pytest.approx((0.6 + 0.5 + 0.5) / 3)


def test_errors_of_each_valuer(monkeypatch):
    monkeypatch.setattr(errors, "_FITS", 3)
    found = [(text, method) for text, method, _ in errors.measure("iris", 0, quick=False)]
    methods = ["default", "default, no target set", "own net"]
    assert [method for text, method in found if text.startswith("coverage")] == methods
