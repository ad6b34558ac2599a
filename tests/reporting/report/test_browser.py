"""The report page in a real browser: sorted by clicks, searched by typing, and alone."""

import json

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from .browsing import show, wait_for


@pytest.fixture(scope="module")
def path(valuer, shown_table, tmp_path_factory):
    path = tmp_path_factory.mktemp("browser") / "report.html"
    return valuer.report(path, shown_table, n_rows=60)


@pytest.fixture
def page(browser, path):
    browser.get(path.as_uri())
    return browser


def column(page, name):
    """Return the texts of a column in the rows that are shown."""
    script = """
        const heads = Array.from(document.querySelectorAll("#lowest > thead th"));
        const at = heads.findIndex((head) => head.textContent === arguments[0]);
        const rows = Array.from(document.querySelectorAll("#lowest > tbody > tr"));
        return rows.filter((row) => row.checkVisibility()).map((row) => row.cells[at].textContent);
    """
    return page.execute_script(script, name)


def head(page, name):
    heads = page.find_elements(By.CSS_SELECTOR, "#lowest > thead th")
    return next(element for element in heads if element.get_attribute("textContent") == name)


def click(page, name):
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", head(page, name))
    head(page, name).find_element(By.TAG_NAME, "button").click()


def numbers(texts):
    return [float(text.replace("−", "-")) for text in texts if text]


def test_sorts_by_a_click(page):
    assert numbers(column(page, "rank")) == list(range(1, 61))
    click(page, "width")
    found = numbers(column(page, "width"))
    assert len(found) == 60
    assert found == sorted(found)
    assert head(page, "width").get_attribute("aria-sort") == "ascending"
    click(page, "width")
    assert numbers(column(page, "width")) == found[::-1]
    assert head(page, "width").get_attribute("aria-sort") == "descending"
    click(page, "row")
    names = column(page, "row")
    assert names == sorted(names, key=lambda name: int(name.split("-")[1]))
    assert not head(page, "width").get_attribute("aria-sort")


def test_what_is_missing_comes_last_either_way(page):
    for _ in range(2):
        click(page, "length")
        found = column(page, "length")
        assert found[-1] == ""
        assert "" not in found[:-1]


def test_sorts_by_the_keyboard(page):
    head(page, "value").find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    click(page, "value")
    assert numbers(column(page, "rank")) == list(range(60, 0, -1))


def test_searches_while_one_types(page):
    box = page.find_element(By.ID, "search")
    box.send_keys("versi BELOW")
    names = ("given label", "suggested label", "cut")
    rows = list(zip(*(column(page, name) for name in names), strict=True))
    assert 0 < len(rows) < 60
    assert all("versicolor" in row[:2] and row[2] == "below" for row in rows)
    assert page.find_element(By.ID, "count").text == f"{len(rows)} of 60 rows"
    box.clear()
    box.send_keys("nothing like it")
    assert column(page, "rank") == []
    assert page.find_element(By.ID, "count").text == "0 of 60 rows"
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(Keys.DELETE)
    assert len(column(page, "rank")) == 60


def test_runs_nothing_it_was_given_and_asks_nobody(page):
    page.get_log("browser")
    page.get_log("performance")
    page.refresh()
    click(page, "note")
    page.find_element(By.ID, "search").send_keys("plain")
    assert page.title == "Values of training rows"
    assert page.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    addresses = {request["request"]["url"] for request in sent}
    assert any(address.startswith("file:") for address in addresses)
    assert all(address.startswith(("file:", "data:")) for address in addresses)


def test_pictures_are_shown(page):
    widths = page.execute_script(
        "return Array.from(document.querySelectorAll('figure img'), (img) => img.naturalWidth)"
    )
    assert len(widths) == 4
    assert all(width > 0 for width in widths)


@pytest.mark.parametrize("width", [420, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_the_window_in_light_and_dark(page, width, scheme):
    show(page, width, scheme)
    found, ground = page.execute_script(
        "return [document.documentElement.scrollWidth - document.documentElement.clientWidth,"
        " getComputedStyle(document.body).backgroundColor]"
    )
    assert found == 0
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    # A browser chooses a picture's source, and loads it, some time after the scheme has changed.
    plain = (
        "return Array.from(document.querySelectorAll('figure img'), (i) => i.currentSrc === i.src)"
    )
    wait_for(page, lambda page: set(page.execute_script(plain)) == {scheme == "light"})


def test_prints_every_row_without_the_controls(page):
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})
    try:
        assert not page.find_element(By.ID, "search").is_displayed()
        overflow = "return getComputedStyle(document.querySelector('.scroll')).overflowY"
        assert page.execute_script(overflow) == "visible"
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


def test_reads_without_javascript(page):
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.refresh()
        assert not page.find_element(By.ID, "search").is_displayed()
        assert len(page.find_elements(By.CSS_SELECTOR, "#lowest > tbody > tr")) == 60
    finally:
        page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
