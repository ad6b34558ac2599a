"""Columns far from zero keep what they hold, and missing numbers are served."""

import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from torch import nn
from torch.utils.data import TensorDataset

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs._default_net.scorers.ridge import LandmarkRidge
from skdvgs._default_net.scorers.trees import TreeEnsemble
from skdvgs._inputs.table_reader import TableReader
from skdvgs.exceptions import InvalidInputError, SkdvgsWarning

RNG = np.random.default_rng(0)
N = 240
CLASS = np.arange(N) % 2
BAD = RNG.random(N) < 0.15
Y = CLASS ^ BAD
X = RNG.normal(size=(N, 4)) + 3 * CLASS[:, None]
GAPS = np.where(RNG.random(X.shape) < 0.2, np.nan, X)


def fitted(X, y=Y, **target):
    return DVGSValuer(cv=3, n_restarts=1, random_state=0).fit(X, y, **target)


def auroc(values):
    return roc_auc_score(BAD, -values)


@pytest.mark.parametrize(
    "far",
    [
        lambda X: X + 1e9,
        lambda X: X - 1e12,
        lambda X: 1.6e9 + 60 * X,  # minutes in epoch seconds
        lambda X: (1e16 + 1000 * X).astype(np.int64),
        lambda X: pd.DataFrame(X + 1e9, columns=list("abcd")),
        lambda X: pd.DataFrame(X + 1e9).astype("Float64"),
    ],
)
def test_columns_far_from_zero_keep_what_they_hold(far):
    near, moved = fitted(X), fitted(far(X))
    assert auroc(near.values_) > 0.95
    assert auroc(moved.values_) > 0.93
    np.testing.assert_array_equal(moved.score_samples(far(X), Y), moved.values_)


def test_entries_far_from_the_others_do_not_hide_them():
    row = np.arange(N)[:, None] == 7
    expected = auroc(fitted(np.where(row, -1e8, X)).values_)
    assert abs(auroc(fitted(np.where(row, 0.0, X + 1e8)).values_) - expected) < 0.01
    two_values = 1.0 * (X > 1.5)
    expected = auroc(fitted(two_values).values_)
    assert abs(auroc(fitted(1e9 + two_values).values_) - expected) < 0.01


def test_trusted_rows_are_moved_alike():
    far = fitted(X[:160] + 1e9, Y[:160], X_val=X[160:] + 1e9, y_val=CLASS[160:])
    assert roc_auc_score(BAD[:160], -far.values_) > 0.95


def test_ordinary_columns_are_only_rounded():
    for rows in (X, X * 1e6, X + 100, X.astype(np.float32)):
        np.testing.assert_array_equal(TableReader(None).learn(rows), rows.astype(np.float32))


@pytest.mark.parametrize("small", [True, False])
@pytest.mark.parametrize("rows", [X + 1e9, GAPS, GAPS + 1e9], ids=["far", "gaps", "both"])
def test_rows_that_lie_elsewhere_are_read_alike(rows, small, tmp_path, monkeypatch):
    if not small:
        monkeypatch.setattr("skdvgs._inputs.features.SMALL_BYTES", 0)
    np.save(tmp_path / "rows.npy", rows)
    elsewhere = [np.load(tmp_path / "rows.npy", mmap_mode="r"), sp.csr_array(rows)]
    elsewhere += [TensorDataset(torch.as_tensor(rows), torch.as_tensor(Y))]
    expected = fitted(rows)
    assert auroc(expected.values_) > 0.9
    for held in elsewhere:
        valuer = fitted(held)
        np.testing.assert_allclose(valuer.values_, expected.values_, atol=1e-6)
        np.testing.assert_array_equal(valuer.score_samples(held, Y), valuer.values_)


def test_dask(monkeypatch):
    da = pytest.importorskip("dask.array")
    monkeypatch.setattr("skdvgs._inputs.features.SMALL_BYTES", 0)
    for rows in (X + 1e9, GAPS):
        values = fitted(da.from_array(rows, chunks=(50, 2))).values_
        np.testing.assert_allclose(values, fitted(rows).values_, atol=1e-6)


class Net(nn.Linear):
    def __init__(self, n_features, n_outputs):
        super().__init__(n_features, n_outputs)


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (X + 1e9, r"\[0, 1, 2, 3\]"),
        (np.where([0, 1, 0, 0], 1.6e9 + 60 * X, X), r"\[1\]"),
        (pd.DataFrame(X, columns=list("abcd")).assign(c=X[:, 2] + 1e8), r"\['c'\]"),
        (sp.csr_array(X + 1e9), r"\[0, 1, 2, 3\]"),
    ],
)
def test_a_network_of_ones_own_is_warned(rows, columns):
    valuer = DVGSValuer(Net, max_epochs=1, cv=2, random_state=0)
    with pytest.warns(SkdvgsWarning, match=f"far from zero for its spread in columns {columns}"):
        valuer.fit(rows, Y)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*far from zero")
        valuer.fit(X + 100, Y)


@pytest.mark.parametrize(
    "held",
    [
        lambda X: X,
        lambda X: X.astype(np.float32),
        lambda X: X.tolist(),
        lambda X: pd.DataFrame(X),
        lambda X: pd.DataFrame(X).convert_dtypes(),
        lambda X: pd.DataFrame(X).astype(object).where(~np.isnan(X), None),
    ],
)
def test_missing_numbers(held):
    valuer = fitted(held(GAPS))
    assert auroc(valuer.values_) > 0.9
    np.testing.assert_allclose(valuer.values_, fitted(GAPS).values_, atol=1e-6)
    np.testing.assert_array_equal(valuer.score_samples(held(GAPS), Y), valuer.values_)
    assert valuer.n_features_in_ == 4


def test_where_an_entry_is_missing_tells_something():
    rows = RNG.normal(size=(N, 2))
    rows[CLASS == 1, 0] = np.nan
    assert auroc(fitted(rows).values_) > 0.95


def test_trees_read_gaps_as_they_are_and_kernels_do_not(monkeypatch):
    read = {}
    for scorer in (TreeEnsemble, LandmarkRidge):

        def watched(self, X, rows, n_jobs=None, fit=scorer.fit):
            read.setdefault(type(self), []).append(X)
            return fit(self, X, rows, n_jobs)

        monkeypatch.setattr(scorer, "fit", watched)
    fitted(GAPS)
    assert len(read[TreeEnsemble]) == 2
    for rows in read[TreeEnsemble]:
        np.testing.assert_array_equal(np.sort(rows, axis=0), np.sort(GAPS.astype("f4"), axis=0))
    assert all(np.isfinite(rows).all() for rows in read[LandmarkRidge])


def test_gaps_in_rows_that_fit_did_not_see_are_filled():
    valuer = fitted(X, Y, X_val=GAPS, y_val=CLASS)
    assert auroc(valuer.values_) > 0.9
    assert roc_auc_score(BAD, -valuer.score_samples(GAPS, Y)) > 0.9
    empty = X.copy()
    empty[:, 1] = np.nan
    assert auroc(fitted(empty).values_) > 0.9


def test_infinite_numbers_are_refused_still():
    for wrong in (np.inf, -np.inf, 1e300):
        rows = GAPS.copy()
        rows[3, 1] = wrong
        with pytest.raises(InvalidInputError, match="infinity or a value too large"):
            fitted(rows)


def test_a_filter_before_boosting_takes_gaps():
    pipe = make_pipeline(
        LowValueFilter(DVGSValuer(cv=3, n_restarts=1, random_state=0), fraction=0.15),
        HistGradientBoostingClassifier(max_iter=20),
    )
    pipe.fit(GAPS, Y)
    assert BAD[~pipe[0].support_].mean() > 0.7
    assert np.isnan(pipe[0].transform(GAPS)).sum() == np.isnan(GAPS).sum()
    with pytest.raises(InvalidInputError, match="contains NaN"):
        DVGSValuer(Net).fit(GAPS, Y)
