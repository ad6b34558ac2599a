import shutil

import matplotlib
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from skdvgs import DVGSValuer

matplotlib.use("Agg")

HOSTILE = "<script>document.title = 'run'</script>"
N = 120


@pytest.fixture(scope="session")
def table():
    """Rows with hostile names, labels and entries, a missing number, and their index."""
    rows = load_iris(as_frame=True).data.iloc[:N].reset_index(drop=True)
    rows.columns = ["length", "width", "petal & sepal", HOSTILE]
    rows.index = [f"flower-{number}" for number in range(N)]
    return rows


@pytest.fixture(scope="session")
def labels():
    y = load_iris().target[:N].astype(object)
    names = np.array(["setosa", "versicolor", HOSTILE], dtype=object)[y.astype(int)]
    names[:4] = "versicolor"
    return names


@pytest.fixture(scope="session")
def valuer(table, labels):
    numbers = table.set_axis(list("abcd"), axis=1)
    return DVGSValuer(max_epochs=10, cv=2, n_restarts=2, random_state=0).fit(numbers, labels)


@pytest.fixture(scope="session")
def shown_table(table):
    note = np.array(["plain", "</script><img src=x onerror=\"document.title='run'\">"])
    shown = table.assign(note=note[np.arange(N) % 2], when=pd.Timestamp("2020-01-01"))
    shown.iloc[2, 0] = np.nan
    return shown


@pytest.fixture(scope="module")
def browser():
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    driver = shutil.which("chromedriver")
    chromium = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None
    )
    if driver is None or chromium is None:
        pytest.skip("no chromium and chromedriver here; Debian: apt-get install chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driven = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield driven
    driven.quit()
