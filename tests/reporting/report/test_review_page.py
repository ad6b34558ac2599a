"""Decisions on the report page: ticked in a real browser, saved, and carried out."""

import csv
import json

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.by import By

from skdvgs import LowValueFilter, apply_review
from skdvgs._cli import main
from tests.cli.test_command import QuickValuer
from tests.fake_valuers import CentroidValuer, GivenValuer

from .browsing import wait_for
from .conftest import HOSTILE, N


@pytest.fixture(scope="module")
def path(valuer, shown_table, tmp_path_factory):
    path = tmp_path_factory.mktemp("review") / "report.html"
    return valuer.report(path, shown_table, n_rows=30)


@pytest.fixture
def downloads(browser, tmp_path):
    browser.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    return tmp_path


@pytest.fixture
def page(browser, path):
    browser.get(path.as_uri())
    browser.execute_script("localStorage.clear()")
    browser.refresh()
    return browser


def row(page, at):
    return page.find_elements(By.CSS_SELECTOR, "#lowest > tbody > tr")[at]


def tick(page, at, word):
    button = row(page, at).find_element(By.CSS_SELECTOR, f"button[data-word={word}]")
    page.execute_script("arguments[0].scrollIntoView({block: 'center', inline: 'center'})", button)
    button.click()
    return button


def fill(page, at, kind, text):
    field = row(page, at).find_element(By.CSS_SELECTOR, f"input.{kind}")
    field.clear()
    field.send_keys(text)


def name_of(page, at):
    return json.loads(row(page, at).get_attribute("data-row"))["name"]


def save(page, folder):
    for old in folder.glob("*.csv"):
        old.unlink()
    page.find_element(By.ID, "save-review").click()
    wait_for(page, lambda _: [p for p in folder.glob("*.csv") if p.stat().st_size])
    (found,) = folder.glob("*.csv")
    return found


def decided(page):
    return page.find_element(By.ID, "decided").text


def test_from_a_click_to_a_cleaned_table(page, downloads, valuer, labels):
    frame = pd.DataFrame({"kind": labels}, index=[f"flower-{at}" for at in range(N)])
    assert decided(page) == "None decided yet"
    tick(page, 0, "relabel")
    field = row(page, 0).find_element(By.CSS_SELECTOR, "input.relabel")
    lowest = int(np.argmin(valuer.values_))
    assert field.get_attribute("value") == valuer.suggested_labels_[lowest]
    tick(page, 1, "drop")
    tick(page, 2, "keep")
    fill(page, 2, "note", 'looked at "it", and = fine')
    tick(page, 3, "drop")
    assert tick(page, 3, "drop").get_attribute("aria-pressed") == "false"  # taken back
    tick(page, 4, "relabel")
    fill(page, 4, "relabel", HOSTILE)
    assert decided(page) == "4 decided: keep 1, relabel 2, drop 1"
    names = [name_of(page, at) for at in range(5)]
    saved = save(page, downloads)
    with open(saved, encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["row"] for line in lines] == [names[at] for at in (0, 1, 2, 4)]
    assert lines[2]["note"] == 'looked at "it", and = fine'
    assert [line["given_label"] for line in lines] == frame["kind"][
        [names[at] for at in (0, 1, 2, 4)]
    ].tolist()
    done = apply_review(frame, saved, label="kind")
    expected = frame.drop(names[1])
    expected.loc[names[0], "kind"] = valuer.suggested_labels_[lowest]
    expected.loc[names[4], "kind"] = HOSTILE
    pd.testing.assert_frame_equal(done.frame, expected)
    assert page.title == "Values of training rows"


def test_remembers_what_was_decided(page):
    tick(page, 5, "drop")
    tick(page, 6, "keep")
    fill(page, 6, "note", "sure")
    page.refresh()
    assert decided(page) == "2 decided: keep 1, relabel 0, drop 1"
    assert row(page, 5).get_attribute("data-decision") == "drop"
    note = row(page, 6).find_element(By.CSS_SELECTOR, "input.note")
    assert note.get_attribute("value") == "sure"
    page.find_element(By.ID, "clear-review").click()
    page.refresh()
    assert decided(page) == "None decided yet"


def test_decisions_stay_with_their_rows_when_the_table_is_sorted(page):
    tick(page, 0, "drop")
    name = name_of(page, 0)
    head = page.find_element(By.CSS_SELECTOR, "#lowest > thead th button")
    for _ in range(2):  # by rank, up and then down
        page.execute_script("arguments[0].click()", head)
    names = [name_of(page, at) for at in range(30)]
    assert names[-1] == name
    assert row(page, 29).get_attribute("data-decision") == "drop"


def test_a_report_of_other_rows_remembers_nothing_of_it(page, valuer, tmp_path):
    tick(page, 0, "drop")
    page.get(valuer.report(tmp_path / "other.html", n_rows=29).as_uri())
    assert decided(page) == "None decided yet"


def test_starts_from_an_earlier_review(page, valuer, tmp_path, downloads):
    first, second = name_of(page, 0), name_of(page, 1)
    earlier = tmp_path / "earlier.txt"
    earlier.write_text(
        f"row,decision,label\n{first},relabel,setosa\n{second},keep,\nflower-of-old,drop,\n"
    )
    page.get(valuer.report(tmp_path / "again.html", n_rows=5, review=earlier).as_uri())
    assert decided(page) == "3 decided: keep 1, relabel 1, drop 1"
    assert row(page, 1).get_attribute("data-decision") == "keep"
    tick(page, 1, "drop")
    page.refresh()  # what the browser remembers is newer than the file
    assert row(page, 1).get_attribute("data-decision") == "drop"
    lines = save(page, downloads).read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [
        [first, "relabel"],
        [second, "drop"],
        ["flower-of-old", "drop"],
    ]


def test_loads_a_review_and_refuses_other_files(page, tmp_path):
    name = name_of(page, 2)
    review, other = tmp_path / "mine.csv", tmp_path / "other.csv"
    review.write_bytes(
        f'\ufeffrow;decision;label;note\r\n{name};relabel;setosa;"a;\nb"\r\n'.encode()
    )
    other.write_text("a,b\n1,2\n")
    page.find_element(By.ID, "load-review").send_keys(str(review))
    said = page.find_element(By.ID, "said")
    wait_for(page, lambda _: said.text == "1 decision taken from mine.csv.")
    assert row(page, 2).get_attribute("data-decision") == "relabel"
    page.find_element(By.ID, "load-review").send_keys(str(other))
    wait_for(page, lambda _: said.text.startswith("other.csv is no review file"))
    assert decided(page) == "1 decided: keep 0, relabel 1, drop 0"


def test_a_row_without_its_new_label_is_not_saved(page, downloads):
    tick(page, 0, "relabel")
    fill(page, 0, "relabel", "x")
    row(page, 0).find_element(By.CSS_SELECTOR, "input.relabel").send_keys("\b")
    page.find_element(By.ID, "save-review").click()
    assert "is to be relabelled, but to what?" in page.find_element(By.ID, "said").text
    assert list(downloads.glob("*.csv")) == []


def test_numbers_are_relabelled_and_rows_without_labels_are_not(browser, tmp_path, downloads):
    X = np.arange(20.0)[:, None]
    clean = LowValueFilter(GivenValuer(np.arange(20.0)), fraction=0.1).fit(X, X[:, 0] + 0.125)
    browser.get(clean.report(tmp_path / "numbers.html").as_uri())
    tick(browser, 0, "relabel")
    fill(browser, 0, "relabel", "2.5")
    done = apply_review(pd.DataFrame({"y": X[:, 0] + 0.125}), save(browser, downloads), label="y")
    assert done.frame["y"].iloc[0] == 2.5
    clean = LowValueFilter(CentroidValuer(), fraction=0.1).fit(X)
    browser.get(clean.report(tmp_path / "none.html").as_uri())
    words = [b.text for b in row(browser, 0).find_elements(By.CSS_SELECTOR, ".choices button")]
    assert words == ["keep", "drop"]


def test_the_page_runs_nothing_of_a_review(page, tmp_path):
    page.get_log("browser")
    name = name_of(page, 0)
    review = tmp_path / "hostile.csv"
    review.write_text(f'row,decision,label,note\n{name},relabel,{HOSTILE},"{HOSTILE}"\n')
    page.find_element(By.ID, "load-review").send_keys(str(review))
    wait_for(page, lambda _: decided(page) == "1 decided: keep 0, relabel 1, drop 0")
    assert page.title == "Values of training rows"
    assert page.get_log("browser") == []


def test_from_a_file_to_a_cleaned_file_without_a_line_of_python(
    browser, downloads, table, monkeypatch
):
    monkeypatch.chdir(downloads)
    monkeypatch.setattr("skdvgs._cli._value.DVGSValuer", QuickValuer)
    kinds = np.array(["cat", "dog, wild"])[np.arange(N) // 60]
    table.set_axis(list("abcd"), axis=1).assign(kind=kinds).to_csv("animals.csv.txt", index=False)
    assert (
        main(["value", "animals.csv.txt", "--label", "kind", "--report", "r.html", "--quiet"]) == 0
    )
    browser.get((downloads / "r.html").as_uri())
    names = [int(name_of(browser, at)) for at in range(3)]
    tick(browser, 0, "drop")
    tick(browser, 1, "relabel")
    other = "cat" if kinds[names[1]] != "cat" else "dog, wild"
    fill(browser, 1, "relabel", other)
    tick(browser, 2, "keep")
    review = save(browser, downloads)
    command = f"apply animals.csv.txt --review {review.name} --out clean.txt --quiet"
    assert main(command.split()) == 0
    before, after = (pd.read_csv(name) for name in ("animals.csv.txt", "clean.txt"))
    before.loc[names[1], "kind"] = other
    expected = before.drop(index=names[0]).reset_index(drop=True)
    pd.testing.assert_frame_equal(after, expected)
