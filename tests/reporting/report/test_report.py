"""The report page: what it says, and that nothing it is given can change what it is."""

import os
import re
import sys
from base64 import b64decode
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import load_diabetes, load_digits
from sklearn.exceptions import NotFittedError

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs.exceptions import InvalidInputError, MissingDependencyError, StorageError
from tests.fake_valuers import CentroidValuer, GivenValuer

from .conftest import HOSTILE, N


class Page(HTMLParser):
    """Read a page: its tags, its visible text, and the cells of the table of lowest rows."""

    def __init__(self, text):
        super().__init__()
        self.text = text
        self.tags, self.words, self.rows = [], [], []
        self._open, self._in_table = [], False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if tag == "table":
            self._in_table = attributes.get("id") == "lowest" or "details" in self._open
        # What unfolds in a row is no row of the table.
        in_row = self._in_table and "details" not in self._open
        if tag == "tr" and in_row:
            self.rows.append([])
        elif tag in ("td", "th") and in_row:
            self.rows[-1].append("")
        if tag not in ("meta", "link", "img", "input", "source"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] in ("script", "style"):
            return
        self.words.append(data)
        unfolds = "details" in self._open and "summary" not in self._open
        if self._in_table and self.rows and {"td", "th"} & set(self._open) and not unfolds:
            self.rows[-1][-1] += data

    @property
    def shown(self):
        return " ".join(" ".join(self.words).split())

    def column(self, name):
        at = self.rows[0].index(name)
        return [row[at] for row in self.rows[1:]]


@pytest.fixture(scope="module")
def page(valuer, shown_table, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    assert valuer.report(path, shown_table, n_rows=20, title="A & B " + HOSTILE) == path
    return Page(path.read_text(encoding="utf-8"))


def test_says_what_was_done_and_where_the_cut_is(page, valuer):
    n_low = valuer.values_frame()["is_low"].sum()
    assert n_low > 1
    assert "120 rows with 4 features were valued for classification into 3 classes" in page.shown
    assert "each row was compared with all others" in page.shown
    assert f"{n_low} rows of 120 ({n_low / 120:.1%}) are low: below the suggested cut" in page.shown
    assert "dropped" not in page.shown
    assert "scikit-learn" in page.shown
    assert "arXiv:2405.08217" in page.shown
    assert "max_epochs" in page.shown


def test_lists_the_lowest_rows_with_their_features(page, valuer, table):
    lowest = valuer.values_frame().sort_values("rank").head(20)
    assert page.column("row") == lowest.index.tolist()
    assert page.column("given label") == lowest["label"].tolist()
    assert page.column("suggested label") == lowest["suggested_label"].tolist()
    assert page.column("cut") == ["below" if row else "" for row in lowest["is_low"]]
    expected = [f"{x:.6g}" for x in table.loc[lowest.index, "width"]]
    assert page.column("width") == expected
    assert page.column("value")[0] == f"{lowest['value'].iloc[0]:.3f}".replace("-", "−")
    assert "nan" not in page.column("length")


def test_what_it_is_given_stays_text(page):
    scripts = [tag for tag, _ in page.tags if tag == "script"]
    assert len(scripts) == 1
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert HOSTILE in page.rows[0]
    assert "A & B " + HOSTILE in page.words


def test_needs_no_network(page):
    for _, attributes in page.tags:
        for name in ("src", "href"):
            assert attributes.get(name, "data:").startswith("data:")
    assert not re.search(r"https?://|@import|url\(", re.sub(r'"data:[^"]*"', "", page.text))
    policies = [a["content"] for tag, a in page.tags if tag == "meta" and "http-equiv" in a]
    assert policies[0].startswith("default-src 'none'")


def test_pictures_are_there_in_light_and_in_dark(page):
    light = [a["src"] for tag, a in page.tags if tag == "img"]
    sources = [a for tag, a in page.tags if tag == "source"]
    assert len(light) == len(sources) == 4
    for before, source in zip(light, sources, strict=True):
        assert source["media"] == "screen and (prefers-color-scheme: dark)"
        svg, dark_svg = (b64decode(text.partition(",")[2]) for text in (before, source["srcset"]))
        assert b"#16191d" in dark_svg
        assert b"#16191d" not in svg


def test_pictures_have_words_and_leave_pyplot_alone(page):
    alts = [attributes["alt"] for tag, attributes in page.tags if tag == "img"]
    assert len(alts) == 4
    assert all(alts)
    assert plt.get_fignums() == []


def test_is_the_same_twice(valuer, table, tmp_path):
    texts = [
        valuer.report(tmp_path / name, table).read_text(encoding="utf-8") for name in ("a", "b")
    ]
    undated = {re.sub(r"Written [-0-9: A-Z+]*\.", "", text) for text in texts}
    assert len(undated) == 1


def test_filter_reports_its_own_cut(table, labels, tmp_path):
    clean = LowValueFilter(CentroidValuer(), fraction=0.1)
    clean.fit(table.set_axis(list("abcd"), axis=1), labels)
    page = Page(clean.report(tmp_path / "r.html").read_text(encoding="utf-8"))
    assert "The cut drops 12 rows of 120 (10.0%)" in page.shown
    assert set(page.column("cut")) == {"dropped", "kept"}
    assert "pass X to report" in page.shown
    assert "valued by CentroidValuer" in page.shown


def test_thumbnails(tmp_path):
    digits = load_digits()
    values = np.linspace(-1, 1, len(digits.images))
    clean = LowValueFilter(GivenValuer(values), fraction=0.1).fit(digits.data, digits.target)
    of_flat = clean.report(tmp_path / "a.html", images=digits.data, n_rows=7)
    of_cubes = clean.report(tmp_path / "b.html", digits.images, n_rows=7)
    sources = []
    for path in (of_flat, of_cubes):
        tags = Page(path.read_text(encoding="utf-8")).tags
        sources.append([a["src"] for _, a in tags if a.get("class") == "thumb"])
    assert len(set(sources[0])) == 7
    assert sources[0] == sources[1]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_large_colour_thumbnails(dtype, tmp_path):
    images = (np.random.default_rng(0).random((10, 3, 200, 100)) * 200).astype(dtype)
    clean = LowValueFilter(GivenValuer(np.arange(10.0)), fraction=0.1)
    clean.fit(np.zeros((10, 1)), np.arange(10) % 2)
    path = clean.report(tmp_path / "a.html", images=images)
    assert path.stat().st_size < 10 * 96 * 48 * 3 * 4 / 3 + 200_000


@pytest.mark.parametrize("kind", ["array", "list", "sparse", "polars"])
def test_tables_of_any_kind(kind, tmp_path):
    X = np.round(np.random.default_rng(0).random((30, 60)), 3)
    clean = LowValueFilter(GivenValuer(np.arange(30.0)), fraction=0.1).fit(X, np.arange(30) % 2)
    if kind == "polars":
        given = pytest.importorskip("polars").DataFrame(X, schema=[f"c{at}" for at in range(60)])
    else:
        given = {"array": X, "list": X.tolist(), "sparse": csr_matrix(X)}[kind]
    page = Page(clean.report(tmp_path / "a.html", given).read_text(encoding="utf-8"))
    assert page.column("c1" if kind == "polars" else "x1") == [f"{x:.6g}" for x in X[:, 1]]
    assert "The first 50 of 60 features are shown." in page.shown


def test_regression_and_reconstruction(tmp_path):
    X, y = load_diabetes(return_X_y=True)
    valuer = DVGSValuer(max_epochs=2, cv=2, n_restarts=1, random_state=0).fit(X[:100], y[:100])
    page = Page(valuer.report(tmp_path / "a.html", X[:100]).read_text(encoding="utf-8"))
    assert "for regression" in page.shown
    assert sum(tag == "img" for tag, _ in page.tags) == 3
    assert page.column("target")
    valuer.fit(X[:100], X_val=X[100:150])
    page = Page(valuer.report(tmp_path / "a.html").read_text(encoding="utf-8"))
    assert "against a target set of 50 trusted rows" in page.shown


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tol": None}, "not tested (tol is None)"),
        ({"tol": 1e-9}, "no: more max_epochs or n_restarts may change it"),
        ({"tol": 1.9, "n_restarts": 2}, "yes"),
    ],
)
def test_whether_the_ranking_has_settled(table, labels, options, said):
    settings = {"max_epochs": 2, "n_restarts": 1, "cv": 2, "random_state": 0, **options}
    valuer = DVGSValuer(**settings).fit(table.to_numpy(), labels)
    assert f"\nRanking settled: {said}\n" in repr(valuer.summary())


def test_other_labels_can_be_shown(valuer, labels, tmp_path):
    shown = np.char.add("a ", labels.astype(str))
    page = Page(valuer.report(tmp_path / "a.html", y=shown).read_text(encoding="utf-8"))
    assert all(label.startswith("a ") for label in page.column("given label"))


def test_errors(valuer, table, tmp_path):
    path = tmp_path / "a.html"
    with pytest.raises(NotFittedError):
        DVGSValuer().report(path)
    with pytest.raises(InvalidInputError, match="X holds 119 rows but 120 were valued"):
        valuer.report(path, table[1:])
    with pytest.raises(InvalidInputError, match="another order"):
        valuer.report(path, table[::-1])
    with pytest.raises(InvalidInputError, match="y holds 3 labels"):
        valuer.report(path, y=[1, 2, 3])
    with pytest.raises(InvalidInputError, match="is no folder"):
        valuer.report(tmp_path / "no" / "a.html")
    assert os.listdir(tmp_path) == []


def test_without_matplotlib(valuer, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingDependencyError, match=r"needs matplotlib.*skdvgs\[plotting\]"):
        valuer.report(tmp_path / "a.html")
    assert os.listdir(tmp_path) == []
    assert "<img" not in valuer.summary()._repr_html_()


def test_summary_in_a_terminal_and_in_a_notebook(valuer):
    lowest = valuer.values_frame().sort_values("rank").index[:3]
    summary = valuer.summary(3)
    text = repr(summary)
    assert "120 rows with 4 features were valued" in text
    assert [line.split()[0] for line in text.splitlines()[-3:]] == lowest.tolist()
    assert max(map(len, text.splitlines()[-4:])) == min(map(len, text.splitlines()[-4:]))
    page = Page(summary._repr_html_())
    assert "are low: below the suggested cut at" in page.shown
    assert not any(tag == "source" for tag, _ in page.tags)
    assert not any(tag == "script" for tag, _ in page.tags)
    assert sum(tag == "img" for tag, _ in page.tags) == 1
    assert all(name in page.shown for name in lowest)


def test_the_diagram_of_scikit_learn_stays(valuer):
    assert "sk-estimator" in valuer._repr_html_()
    assert N == len(valuer.values_)


def test_a_report_that_cannot_be_written_is_a_storage_error(valuer, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("skdvgs._utils.atomic_write.os.replace", full)
    with pytest.raises(StorageError, match=r"r\.html could not be written: No space left"):
        valuer.report(tmp_path / "r.html")
    assert list(tmp_path.iterdir()) == []
