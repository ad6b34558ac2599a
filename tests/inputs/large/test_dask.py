"""A real Dask cluster of two worker processes on this machine gives the very same values."""

import os

import dask
import dask.array as da
import numpy as np
import pytest
from distributed import Client, LocalCluster
from joblib import parallel_config
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale

from skdvgs import DVGSValuer

X, Y = load_breast_cancer(return_X_y=True)
X = scale(X)[:400, :8]
Y = Y[:400]
VALUER = DVGSValuer(max_epochs=6, n_restarts=2, cv=2, random_state=0)

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def client():
    cluster = LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=":0",  # whatever port is free
        host="127.0.0.1",
        silence_logs=40,
    )
    with cluster, Client(cluster) as client:
        yield client


def test_two_workers_are_processes_of_their_own(client):
    pids = client.run(os.getpid)
    assert len(set(pids.values()) - {os.getpid()}) == 2


def test_restarts_and_folds_run_on_the_cluster(client):
    values = VALUER.fit(X, Y).values_
    with parallel_config(backend="dask"):
        fitted = VALUER.fit(X, Y)
    np.testing.assert_array_equal(fitted.values_, values)
    assert fitted.n_checkpoints_ == 2 * 6


def test_an_array_is_valued_where_its_blocks_lie(client):
    valuer = VALUER.fit(X, Y)
    blocks = da.from_array(X, chunks=(150, 3))
    values = valuer.score_samples(blocks, da.from_array(Y, chunks=90))
    assert isinstance(values, da.Array)
    assert values.chunks == ((150, 150, 100),)
    np.testing.assert_allclose(values.compute(), valuer.values_, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(
        valuer.score_samples(blocks).compute(), valuer.score_samples(X), rtol=1e-6, atol=1e-7
    )
    with pytest.raises(ValueError, match="y has 399 rows"):
        valuer.score_samples(blocks, Y[1:])


class Witness:
    """A function that notes in which processes it ran, by what it returns."""

    def __call__(self, rows):
        return np.full((len(rows), 1), os.getpid(), dtype=np.float64)


@pytest.mark.parametrize("many", [False, True])
def test_fit_of_a_dask_array(client, many, monkeypatch):
    monkeypatch.setattr("skdvgs._inputs.features.SMALL_BYTES", 0)
    if many:
        monkeypatch.setattr("skdvgs._fit.learnt_rows._MOST_LEARNT_ROWS", 150)
    values = VALUER.fit(X, Y).values_
    blocks = da.from_array(X, chunks=(120, 8))
    fitted = VALUER.fit(blocks, da.from_array(Y, chunks=50))
    np.testing.assert_allclose(fitted.values_, values, rtol=1e-5, atol=1e-6)


def test_features_are_made_by_the_workers(client):
    from skdvgs._inputs.large.large_rows import LargeRows
    from skdvgs._inputs.large.open import open_rows

    rows = LargeRows(open_rows(da.from_array(X, chunks=(100, 4))), np.float32)
    pids = rows.map_where_they_lie(Witness())
    assert pids.shape == (400, 1)
    assert os.getpid() not in np.unique(pids)


def test_a_row_that_is_not_finite_is_named(client, monkeypatch):
    monkeypatch.setattr("skdvgs._inputs.features.SMALL_BYTES", 0)
    bad = X.copy()
    bad[333, 4] = np.inf
    with dask.config.set(scheduler=client), pytest.raises(ValueError, match="Row 333"):
        VALUER.fit(da.from_array(bad, chunks=(120, 8)), Y)
