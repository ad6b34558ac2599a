"""Valuing rows that lie elsewhere gives the values of the same rows in memory."""

import threading

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch
from sklearn.datasets import load_breast_cancer, make_regression
from sklearn.preprocessing import scale
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from skdvgs import DVGSValuer, LowValueFilter, TargetSet
from skdvgs._inputs.large.prefetch import fetch_ahead
from skdvgs.exceptions import InvalidInputError

from .test_large_rows import PLACES

X, Y = load_breast_cancer(return_X_y=True)
X = scale(X)[:300, :5].astype(np.float64)
X[np.abs(X) < 0.1] = 0.0
Y = Y[:300]
X_VAL, Y_VAL = X[::7] + 0.01, Y[::7]


class Net(nn.Module):
    def __init__(self, n_features, n_outputs):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_features, 6), nn.ReLU(), nn.Linear(6, n_outputs))

    def forward(self, X):
        return self.layers(X)


OWN = DVGSValuer(Net, max_epochs=2, random_state=0, source_batch_size=37, store_trajectory=True)
DEFAULT = DVGSValuer(max_epochs=5, n_restarts=2, random_state=0)


@pytest.fixture
def _nothing_is_small(monkeypatch):
    """Rows that lie elsewhere stay there, however few."""
    monkeypatch.setattr("skdvgs._inputs.features.SMALL_BYTES", 0)


@pytest.mark.usefixtures("_nothing_is_small")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("valuer", [OWN, DEFAULT], ids=["own", "default"])
def test_values_are_those_of_rows_in_memory(valuer, place, tmp_path):
    if place in ("labelled", "plain dataset"):
        there = TensorDataset(torch.as_tensor(X), torch.as_tensor(Y))
    else:
        there = PLACES[place](tmp_path, X)
    in_memory = valuer.fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
    values, scores = in_memory.values_, in_memory.score_samples(X_VAL, Y_VAL)
    y = None if place in ("labelled", "plain dataset") else Y
    fitted = valuer.fit(there, y, X_val=X_VAL, y_val=Y_VAL)
    # Products of matrices may round otherwise where rows begin at another address.
    np.testing.assert_allclose(fitted.values_, values, rtol=1e-5, atol=1e-6)
    assert fitted.n_features_in_ == 5
    np.testing.assert_array_equal(fitted.values_frame()["label"], Y)
    np.testing.assert_array_equal(fitted.score_samples(X_VAL, Y_VAL), scores)
    np.testing.assert_allclose(fitted.score_samples(there, y), values, rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("_nothing_is_small")
@pytest.mark.parametrize("valuer", [OWN, DEFAULT], ids=["own", "default"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_without_a_target_set(valuer, n_jobs, tmp_path):
    valuer = valuer.set_params(n_jobs=n_jobs, cv=3)
    values = valuer.fit(X, Y).values_
    there = PLACES["memmap"](tmp_path, X)
    np.testing.assert_array_equal(valuer.fit(there, Y).values_, values)
    valuer.set_params(n_jobs=None, cv=5)


@pytest.mark.usefixtures("_nothing_is_small")
@pytest.mark.parametrize("net", [None, Net], ids=["default", "own"])
def test_reconstruction(net, tmp_path, monkeypatch):
    valuer = DVGSValuer(net, max_epochs=1, batch_size=30, random_state=0, source_batch_size=50)
    values = valuer.fit(X, X_val=X_VAL).values_
    there = PLACES["memmap"](tmp_path, X)
    fitted = valuer.fit(there, X_val=X_VAL)
    np.testing.assert_allclose(fitted.values_, values, rtol=1e-5, atol=1e-6)
    # Rows beyond those that are learnt from are valued block by block.
    monkeypatch.setattr("skdvgs._fit.learnt_rows._MOST_UNLABELLED_ROWS", 250)
    again = valuer.fit(there, X_val=X_VAL).values_
    np.testing.assert_allclose(valuer.fit(X, X_val=X_VAL).values_, again, rtol=1e-5, atol=1e-6)
    assert np.corrcoef(values, again)[0, 1] > 0.9


def test_regression_of_sparse_rows():
    X, y = make_regression(200, 6, random_state=0)
    X[np.abs(X) < 0.3] = 0
    valuer = DVGSValuer(max_epochs=4, n_restarts=1, random_state=0)
    values = valuer.fit(X, y).values_
    np.testing.assert_array_equal(valuer.fit(sp.csr_array(X), y).values_, values)


def test_a_filter_takes_sparse_rows():
    kept = LowValueFilter(DEFAULT, fraction=0.2)
    dense = kept.fit_transform(X, Y)
    sparse = kept.fit_transform(sp.csr_matrix(X), Y)
    assert sp.issparse(sparse)
    np.testing.assert_array_equal(sparse.toarray(), dense)


def test_the_target_set_may_lie_elsewhere_too(tmp_path):
    values = DEFAULT.fit(X, Y, X_val=X_VAL, y_val=Y_VAL).values_
    for X_val in (sp.csr_array(X_VAL), PLACES["memmap"](tmp_path, X_VAL)):
        np.testing.assert_array_equal(DEFAULT.fit(X, Y, X_val=X_val, y_val=Y_VAL).values_, values)
    target = TensorDataset(torch.as_tensor(X_VAL), torch.as_tensor(Y_VAL))
    np.testing.assert_array_equal(DEFAULT.fit(X, Y, X_val=target).values_, values)
    target = TargetSet(PLACES["h5"](tmp_path, X_VAL), Y_VAL)
    np.testing.assert_array_equal(DEFAULT.fit(X, Y, X_val=target).values_, values)


def test_arrow_columns_and_labels():
    frame = pd.DataFrame(X, columns=list("abcde"))
    arrow = frame.convert_dtypes(dtype_backend="pyarrow")
    labels = pd.Series(Y, dtype="int64[pyarrow]")
    values = DEFAULT.fit(frame, Y).values_
    np.testing.assert_array_equal(DEFAULT.fit(arrow, labels).values_, values)


@pytest.mark.usefixtures("_nothing_is_small")
def test_a_bad_row_is_found_before_any_work(tmp_path, monkeypatch):
    table = X.copy()
    table[123, 2] = np.inf
    monkeypatch.setattr("skdvgs._valuer.make_plan", lambda *_: pytest.fail("work has begun"))
    with pytest.raises(InvalidInputError, match=r"infinity(?s:.*)Row 123"):
        DEFAULT.fit(PLACES["memmap"](tmp_path, table), Y)
    with pytest.raises(ValueError, match=r"y has 299 rows, its X has 300"):
        DEFAULT.fit(PLACES["memmap"](tmp_path, X), Y[1:])
    with pytest.raises(InvalidInputError, match="3 dimensions"):
        DEFAULT.fit(PLACES["memmap"](tmp_path, np.ones((300, 2, 2))), Y)
    with pytest.raises(ValueError, match="0 sample"):
        DEFAULT.fit(sp.csr_array((0, 3)), Y[:0])


class TestManyRows:
    """Beyond a number of rows the input stage learns from some of them."""

    @pytest.fixture(autouse=True)
    def _many_is_100(self, monkeypatch):
        monkeypatch.setattr("skdvgs._fit.learnt_rows._MOST_LEARNT_ROWS", 100)
        monkeypatch.setattr("skdvgs._fit.row_blocks._BLOCK_ROWS", 33)

    @pytest.mark.parametrize("target", [{}, {"X_val": X_VAL, "y_val": Y_VAL}])
    def test_other_rows_get_the_features_of_new_rows(self, target):
        valuer = DEFAULT.fit(X, Y, **target)
        (first, _) = valuer._trajectories._fitted
        again = first.restart.evidence(X.astype(np.float32))
        # Products of other blocks of rows are rounded otherwise.
        new = np.isclose(first.evidence, again, atol=1e-4).all(axis=(1, 2))
        # Out-of-bag features of the 100 learnt rows differ from those of the whole forest.
        assert 195 <= new.sum() <= 205
        np.testing.assert_allclose(valuer.score_samples(X, Y), valuer.values_, atol=1e-6)

    def test_values_do_not_depend_on_workers_or_on_where_rows_lie(self, tmp_path, monkeypatch):
        values = DEFAULT.fit(X, Y).values_
        for n_jobs in (2, None):
            valuer = DEFAULT.set_params(n_jobs=n_jobs)
            np.testing.assert_array_equal(valuer.fit(X, Y).values_, values)
        monkeypatch.setattr("skdvgs._inputs.features.SMALL_BYTES", 0)
        monkeypatch.setattr("skdvgs._fit.learnt_rows._LEAST_LEARNT_ROWS", 100)
        there = PLACES["memmap"](tmp_path, X)
        np.testing.assert_array_equal(DEFAULT.fit(there, Y).values_, values)

    def test_wide_rows_that_lie_elsewhere_are_not_all_brought_to_memory(
        self, tmp_path, monkeypatch
    ):
        monkeypatch.setattr("skdvgs._inputs.features.SMALL_BYTES", 0)
        monkeypatch.setattr("skdvgs._fit.learnt_rows._MOST_LEARNT_NUMBERS", 5 * 60)
        monkeypatch.setattr("skdvgs._fit.learnt_rows._LEAST_LEARNT_ROWS", 50)
        valuer = DEFAULT.fit(PLACES["memmap"](tmp_path, X), Y)
        (first, _) = valuer._trajectories._fitted
        assert len(first.restart.evidence_) == 60

    def test_wrong_labels_are_found_all_the_same(self):
        y = Y.copy()
        y[::5] = 1 - y[::5]
        low = DVGSValuer(random_state=0).fit(X, y).values_.argsort()[:60]
        assert np.isin(low, np.arange(0, 300, 5)).mean() > 0.7


class TestStreams:
    def test_chunk_by_chunk_as_all_at_once(self):
        valuer = OWN.fit(X, Y, X_val=X_VAL, y_val=Y_VAL)
        chunks = [(X[start : start + 70], Y[start : start + 70]) for start in range(0, 300, 70)]
        values = list(valuer.score_chunks(iter(chunks)))
        assert [len(part) for part in values] == [70, 70, 70, 70, 20]
        np.testing.assert_allclose(np.concatenate(values), valuer.values_, rtol=1e-6, atol=1e-7)

    def test_without_labels(self):
        valuer = DEFAULT.fit(X, Y)
        values = np.concatenate(list(valuer.score_chunks([X[:100], X[100:]])))
        np.testing.assert_array_equal(values, valuer.score_samples(X))

    def test_of_a_data_loader_and_of_a_csv_file(self, tmp_path):
        valuer = DEFAULT.fit(X, Y)
        loader = DataLoader(TensorDataset(torch.as_tensor(X), torch.as_tensor(Y)), batch_size=128)
        values = np.concatenate(list(valuer.score_chunks(loader)))
        np.testing.assert_allclose(values, valuer.values_, atol=1e-6)
        pd.DataFrame(X).assign(y=Y).to_csv(tmp_path / "X.csv", index=False)
        frames = pd.read_csv(tmp_path / "X.csv", chunksize=90)
        chunks = ((frame.drop(columns="y").to_numpy(), frame["y"]) for frame in frames)
        np.testing.assert_allclose(
            np.concatenate(list(valuer.score_chunks(chunks))), valuer.values_, atol=1e-6
        )

    def test_a_list_of_rows_is_no_pair(self):
        valuer = DEFAULT.fit(X, Y)
        (values,) = valuer.score_chunks([X[:2].tolist()])
        np.testing.assert_array_equal(values, valuer.score_samples(X[:2]))
        (values,) = valuer.score_chunks([list(X[:3])])
        np.testing.assert_array_equal(values, valuer.score_samples(X[:3]))

    def test_three_arrays_are_no_chunk(self):
        chunks = DEFAULT.fit(X, Y).score_chunks([(X[:5], Y[:5], Y[:5])])
        with pytest.raises(InvalidInputError, match="a tuple of 3 arrays"):
            next(chunks)

    def test_the_next_batch_is_fetched_while_one_is_used(self):
        second_was_fetched = threading.Event()

        def batches():
            yield 1
            second_was_fetched.set()
            yield 2

        fetched = fetch_ahead(batches())
        assert next(fetched) == 1
        assert second_was_fetched.wait(10)  # before it is asked for
        assert list(fetched) == [2]

    def test_errors_reach_the_reader(self):
        def batches():
            yield 1
            raise OSError("the line went dead")

        fetched = fetch_ahead(batches())
        assert next(fetched) == 1
        with pytest.raises(OSError, match="the line went dead"):
            next(fetched)

    def test_asks_for_a_trajectory_at_once(self):
        valuer = DVGSValuer(Net, max_epochs=1, random_state=0).fit(X, Y)
        with pytest.raises(InvalidInputError, match="store_trajectory"):
            valuer.score_chunks([])

    def test_a_chunk_that_does_not_fit(self):
        valuer = DEFAULT.fit(X, Y)
        chunks = valuer.score_chunks([(X[:5], Y[:5]), (X[:5, :2], Y[:5])])
        assert len(next(chunks)) == 5
        with pytest.raises(ValueError, match="2 features"):
            next(chunks)
