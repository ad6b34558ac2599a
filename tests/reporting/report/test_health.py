"""The health of each class, copies and outliers, and what is said where the ranking is chance."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs._reporting.frames import value_columns
from skdvgs._reporting.report.facts import FitSummary
from skdvgs.exceptions import NothingToLearnWarning
from tests.fake_valuers import CentroidValuer

from .test_report import Page

IRIS = load_iris()
QUICK = {"max_epochs": 10, "n_restarts": 1, "random_state": 0}


@pytest.fixture(scope="module")
def sick():
    """Some of class 1 are called 2, one row is a copy with another label, one is far out."""
    X, y = IRIS.data.copy(), IRIS.target_names[IRIS.target]
    y[50:100:5] = "virginica"
    X[149], y[149] = X[0], "virginica"
    X[3] += 30.0
    return DVGSValuer(**QUICK).fit(X, y), X, y


def facts_of(estimator):
    return FitSummary(estimator, value_columns(estimator))


def test_each_class_by_a_slow_count(sick):
    valuer, _, y = sick
    low = valuer.values_ < valuer.low_threshold_
    headers, lines = facts_of(valuer).classes()
    assert headers[-3:] == ["wrong, % (estimated)", "if wrong, mostly", "right rows lost, %"]
    for line in lines:
        rows = np.flatnonzero(y == line[0])
        wrong = 100 * sum(1 - valuer.values_[row] for row in rows) / len(rows)
        assert line[5] == pytest.approx(wrong, abs=0.06)
        totals = {
            str(name): sum(valuer.label_values_[row, at] for row in rows)
            for at, name in enumerate(valuer.classes_)
            if name != line[0]
        }
        if wrong > 0.1:
            assert line[6] == max(totals, key=totals.get)
        lost = sum(valuer.values_[row] for row in rows if low[row])
        assert line[7] == pytest.approx(100 * lost / valuer.values_[rows].sum(), abs=0.06)
    virginica = lines[2]
    assert virginica[5] > 5
    assert virginica[6] == "versicolor"


def test_copies_and_outliers_are_hints(sick):
    valuer, _, _ = sick
    copies, outliers = facts_of(valuer).health.hints()
    # Iris itself holds one pair of equal rows.
    assert copies.startswith("Copies: 2 rows have the same features as an earlier row, 1 of them ")
    assert "with another label (row 149)" in copies
    assert outliers.startswith("Outliers: 1 row looks like hardly any other row (row 3).")


def test_report_and_summary_say_the_same(sick, tmp_path):
    valuer, X, _ = sick
    page = Page(valuer.report(tmp_path / "r.html", X, n_rows=10).read_text(encoding="utf-8"))
    text = repr(valuer.summary(3))
    for hint in facts_of(valuer).health.hints():
        assert hint in page.shown
        assert hint in text
    assert "right rows lost, %" in page.shown
    assert "right rows lost, %" in text
    assert "Right rows rank above wrong copies: " in text
    assert "How often each true class is given each label" in page.shown
    assert "right rows lost, %" in valuer.summary()._repr_html_()


def test_each_listed_row_unfolds_into_its_explanation(sick, tmp_path):
    valuer, X, _ = sick
    names = ["length", "width", "petals & length", "petals & width"]
    table = [dict(zip(names, row, strict=True)) for row in X.tolist()]
    shown = pytest.importorskip("pandas").DataFrame(table)
    page = Page(valuer.report(tmp_path / "r.html", shown, n_rows=5).read_text(encoding="utf-8"))
    lowest = np.argsort(valuer.values_, kind="stable")[:5]
    assert page.column("why") == [entry.reason for entry in valuer.explain(lowest, X=shown)]
    assert sum(tag == "details" and a.get("class") == "why" for tag, a in page.tags) == 5
    entry = valuer.explain(int(lowest[0]), 3)[0]
    for other in (*entry.agreeing, *entry.opposing):
        similarity = f"{float(f'{other.similarity:.2f}'):.6g}"
        shown_row = f"{other.position} {other.label} {similarity} {X[other.position, 0]:.4g}"
        assert shown_row in page.shown


def test_thumbnails_of_similar_rows_and_of_trusted_ones(tmp_path):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 30)
    images = rng.random((60, 4, 4)) + y[:, None, None]
    flat = images.reshape(60, -1)
    valuer = DVGSValuer(**QUICK).fit(flat, y, X_val=flat[::2], y_val=y[::2])
    one = valuer.report(tmp_path / "a.html", images=images, n_rows=4)
    both = valuer.report(tmp_path / "b.html", images=images, images_val=images[::2], n_rows=4)
    counts = [
        sum(tag == "img" and a.get("class") == "thumb" for tag, a in Page(path.read_text()).tags)
        for path in (one, both)
    ]
    assert counts == [4, 4 + 4 * 6]


def test_no_cut_is_claimed_where_the_ranking_is_chance(tmp_path):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(150, 4)), rng.integers(0, 2, 150)
    with pytest.warns(NothingToLearnWarning):
        valuer = DVGSValuer(**QUICK).fit(X, y)
    page = Page(valuer.report(tmp_path / "a.html", n_rows=150).read_text(encoding="utf-8"))
    assert "The ranking is near chance: " in page.shown
    assert "No cut can be claimed." in page.shown
    assert "suggested cut" not in page.shown
    assert set(page.column("cut")) == {""}
    assert any(a.get("class") == "lead muted" for tag, a in page.tags if tag == "p")
    clean = LowValueFilter(valuer, fraction=0.1)
    with pytest.warns(NothingToLearnWarning):
        clean.fit(X, y)
    page = Page(clean.report(tmp_path / "b.html").read_text(encoding="utf-8"))
    assert "No cut can be claimed. The cut drops 15 rows of 150" in page.shown


def test_other_valuers_have_no_health(tmp_path):
    clean = LowValueFilter(CentroidValuer(), fraction=0.1).fit(IRIS.data, IRIS.target)
    facts = facts_of(clean)
    assert facts.health.hints() == []
    assert len(facts.classes()[0]) == 5
    page = Page(clean.report(tmp_path / "r.html").read_text(encoding="utf-8"))
    assert "why" not in page.rows[0]
