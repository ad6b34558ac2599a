"""find_label_issues: from a table to its rows in the order of suspicion, with reasons."""

import sys

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import load_diabetes, load_iris
from torch import nn

from skdvgs import DVGSValuer, find_label_issues
from skdvgs.exceptions import InvalidInputError, MissingDependencyError

X, Y = load_iris(return_X_y=True)
NAMES = load_iris().target_names
WRONG = np.arange(0, 150, 15)
NOISY = NAMES[Y]
NOISY[WRONG] = np.roll(NAMES, 1)[Y[WRONG]]
QUICK = {"max_epochs": 10, "n_restarts": 1}
COLUMNS = [
    "value",
    "is_issue",
    "given_label",
    "suggested_label",
    "suggested_probability",
    "standard_error",
    "reason",
]


def test_says_of_each_row_what_the_valuer_found():
    issues = find_label_issues(X, NOISY, **QUICK)
    assert list(issues.columns) == COLUMNS
    assert issues["value"].is_monotonic_increasing
    valuer = DVGSValuer(random_state=0, **QUICK).fit(X, NOISY)
    ordered = issues.sort_index()
    np.testing.assert_array_equal(ordered["value"], valuer.values_)
    np.testing.assert_array_equal(ordered["is_issue"], valuer.values_ < 0.5)
    np.testing.assert_array_equal(ordered["given_label"], NOISY)
    np.testing.assert_array_equal(ordered["suggested_label"], valuer.suggested_labels_)
    np.testing.assert_array_equal(
        ordered["suggested_probability"], valuer.label_values_.max(axis=1)
    )
    found = issues[issues["is_issue"]]
    assert len(set(found.index) & set(WRONG)) > 7
    assert len(found) < 16
    assert found["reason"].iloc[0] == valuer.explain(found.index[0])[0].reason
    assert all(found["reason"].str.contains("scorers prefer"))
    assert set(issues["reason"][~issues["is_issue"]]) == {""}


def test_mixed_frame_with_trusted_rows_groups_and_an_index():
    frame = pd.DataFrame(X, columns=list("abcd"), index=[f"flower {at}" for at in range(150)])
    frame["place"] = np.where(X[:, 0] > 6, "hill", "field")
    frame.loc["flower 30", "a"] = 90.0
    options = {"X_val": frame[5::10], "y_val": NAMES[Y[5::10]], "groups": np.arange(150) // 2}
    issues = find_label_issues(frame, NOISY, **options, **QUICK)
    found = issues[issues["is_issue"]]
    assert "trusted rows" in found["reason"].iloc[0]
    assert "Unusual: a is 90 (usually " in found.loc["flower 30", "reason"]


def test_numbers_have_no_suggested_label():
    rows, target = load_diabetes(return_X_y=True)
    rows, target = rows[:150], target[:150].copy()
    target[:3] = 2000.0
    issues = find_label_issues(rows, target, **QUICK)
    assert list(issues.columns) == [name for name in COLUMNS if not name.startswith("suggested")]
    assert set(issues.index[:3]) == {0, 1, 2}
    assert issues["reason"].iloc[0].startswith("The target is 2000; ")


def test_sparse_rows_and_several_labels():
    several = np.stack([Y == 0, X[:, 0] > 5.8], axis=1).astype(int)
    issues = find_label_issues(csr_matrix(X), several, **QUICK)
    assert {"given_label_0", "given_label_1", "reason"} <= set(issues.columns)


def test_large_rows_are_not_read_again_to_be_shown(tmp_path):
    np.save(tmp_path / "X.npy", X.astype(np.float32))
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    issues = find_label_issues(mapped, NOISY, **QUICK)
    assert issues["reason"].iloc[0]


class Linear(nn.Module):
    def __init__(self, n_features, n_outputs):
        super().__init__()
        self.layer = nn.Linear(n_features, n_outputs)

    def forward(self, X):
        return self.layer(X)


def test_network_of_ones_own_gives_no_probabilities():
    issues = find_label_issues(X, NOISY, net=Linear, max_epochs=3, cv=2, suggest_labels=True)
    assert list(issues.columns) == [
        "value",
        "is_issue",
        "given_label",
        "suggested_label",
        "standard_error",
    ]


def test_annotated_table_by_the_name_of_its_labels(annotated):
    issues = find_label_issues(annotated(X, NOISY), "kind", **QUICK)
    assert issues.index[0].startswith("cell-")
    assert list(issues.columns) == COLUMNS


@pytest.fixture
def annotated():
    """Make what looks like an AnnData, which need not be installed."""

    class AnnData:
        def __init__(self, X, labels):
            self.X, self.shape = X, X.shape
            self.obs = pd.DataFrame({"kind": labels}, index=[f"cell-{at}" for at in range(len(X))])
            self.obs_names = self.obs.index
            self.var_names = pd.Index([f"gene {at}" for at in range(X.shape[1])])

        def __len__(self):
            return len(self.X)

    AnnData.__module__ = "anndata._core.anndata"
    return AnnData


def test_errors(monkeypatch):
    with pytest.raises(InvalidInputError, match="y is missing"):
        find_label_issues(X, max_epochs=2, cv=2)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingDependencyError, match="find_label_issues needs pandas"):
        find_label_issues(X, NOISY)
