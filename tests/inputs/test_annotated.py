"""AnnData is taken as it is."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from skdvgs import DVGSValuer, LowValueFilter, LowValueSampler
from skdvgs.exceptions import InvalidInputError

# Of anndata itself, beside the newest pandas.
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")

RNG = np.random.default_rng(0)
N = 120
CLASS = np.arange(N) % 2
X = (RNG.normal(size=(N, 3)) + 3 * CLASS[:, None]).astype(np.float32)
LABELS = np.array(["B cell", "T cell"])[CLASS]
LABELS[:6] = LABELS[1:7]
CELLS = [f"cell{at}" for at in range(N)]


class StandIn(SimpleNamespace):
    """What is used of an AnnData; the real one is tested where it is installed."""

    def __init__(self, X, obs, var):
        super().__init__(X=X, obs=obs, var=var, obs_names=obs.index, var_names=var.index)
        self.shape = X.shape

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, rows):
        rows = rows[0] if isinstance(rows, tuple) else rows
        return StandIn(self.X[rows], self.obs.iloc[rows], self.var)

    def copy(self):
        return StandIn(self.X.copy(), self.obs.copy(), self.var.copy())


StandIn.__module__ = "anndata._core.anndata"


@pytest.fixture(params=["stand-in", "anndata"])
def make(request):
    if request.param == "stand-in":
        return StandIn
    return pytest.importorskip("anndata").AnnData


def annotated(make, X=X, genes=("CD19", "CD3", "ACTB")):
    obs = pd.DataFrame({"cell_type": pd.Categorical(LABELS)}, index=CELLS)
    return make(X, obs, pd.DataFrame(index=list(genes)))


@pytest.mark.parametrize("matrix", [np.asarray, sp.csr_matrix])
def test_as_the_matrix_with_names(make, matrix):
    valuer = DVGSValuer(cv=3, n_restarts=1, random_state=0)
    cells = annotated(make, matrix(X))
    expected = valuer.fit(X, LABELS).values_
    valuer.fit(cells, y="cell_type")
    np.testing.assert_array_equal(valuer.values_, expected)
    assert valuer.feature_names_in_.tolist() == ["CD19", "CD3", "ACTB"]
    frame = valuer.values_frame()
    assert frame.index.tolist() == CELLS
    assert frame["label"].tolist() == LABELS.tolist()
    np.testing.assert_array_equal(valuer.score_samples(cells, "cell_type"), expected)


def test_trusted_cells(make):
    valuer = DVGSValuer(n_restarts=1, random_state=0)
    cells = annotated(make)
    expected = valuer.fit(X, LABELS, X_val=X, y_val=LABELS).values_
    np.testing.assert_array_equal(valuer.fit(cells, "cell_type", X_val=cells).values_, expected)
    with pytest.raises(InvalidInputError, match="other columns than X"):
        valuer.fit(cells, "cell_type", X_val=annotated(make, genes=["CD19", "CD3", "GAPDH"]))
    with pytest.raises(InvalidInputError, match="in another order"):
        valuer.score_samples(annotated(make, genes=["CD3", "CD19", "ACTB"]), "cell_type")


def test_filter_and_sampler(make):
    valuer = DVGSValuer(cv=3, n_restarts=1, random_state=0)
    cells = annotated(make)
    chosen = LowValueSampler(valuer, fraction=0.05).fit(cells, "cell_type")
    assert set(chosen.dropped_index_) == set(CELLS[:6])
    assert not LowValueFilter(valuer, fraction=0.05).fit(cells, "cell_type").support_[:6].any()


def test_a_name_that_obs_lacks(make):
    with pytest.raises(InvalidInputError, match=r"no column 'type'; it has \['cell_type'\]"):
        DVGSValuer().fit(annotated(make), y="type")
    with pytest.raises(InvalidInputError, match="y is the text 'cell_type'"):
        DVGSValuer().fit(X, y="cell_type")


def test_report(make, tmp_path):
    valuer = DVGSValuer(cv=3, n_restarts=1, random_state=0)
    cells = annotated(make, sp.csr_matrix(X))
    valuer.fit(cells, "cell_type").report(tmp_path / "report.html", cells)
    page = (tmp_path / "report.html").read_text()
    assert "CD19" in page
    assert "cell17" in page
