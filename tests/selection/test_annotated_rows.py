"""AnnData through filter, sampler and the cleaned estimators."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn import config_context
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdvgs import CleanedClassifier, DVGSValuer, LowValueFilter, LowValueSampler
from skdvgs.exceptions import InvalidInputError
from tests.inputs.test_annotated import CELLS, CLASS, LABELS, StandIn, X, annotated

pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")

QUICK = DVGSValuer(cv=3, n_restarts=1, random_state=0)
TRUE = np.array(["B cell", "T cell"])[CLASS]
MATRIX = pytest.mark.parametrize("matrix", [np.asarray, sp.csr_matrix])


@pytest.fixture(params=["stand-in", "anndata"])
def make(request):
    if request.param == "stand-in":
        return StandIn
    return pytest.importorskip("anndata").AnnData


def dense(matrix):
    return matrix.toarray() if sp.issparse(matrix) else matrix


@MATRIX
def test_the_filter_passes_on_the_matrix(make, matrix):
    cells = annotated(make, matrix(X))
    low_value = LowValueFilter(QUICK, fraction=0.05)
    found = low_value.fit_transform(cells, "cell_type")
    expected = LowValueFilter(QUICK, fraction=0.05).fit_transform(matrix(X), LABELS)
    assert type(found) is type(expected)
    np.testing.assert_array_equal(dense(found), dense(expected))
    np.testing.assert_array_equal(dense(low_value.transform(cells)), X)
    np.testing.assert_array_equal(dense(cells.X), X)
    assert list(low_value.get_feature_names_out()) == ["CD19", "CD3", "ACTB"]
    assert set(low_value.dropped_index_) <= set(CELLS)


def test_the_filter_in_a_pipeline(make):
    cells = annotated(make)
    pipe = make_pipeline(LowValueFilter(QUICK), StandardScaler(), RandomForestClassifier(20))
    pipe.fit(cells, cells.obs["cell_type"])
    assert (pipe.predict(cells) == TRUE).mean() > 0.95


def test_a_frame_with_the_names_of_genes(make):
    low_value = LowValueFilter(QUICK, fraction=0.05).set_output(transform="pandas")
    found = low_value.fit_transform(annotated(make), "cell_type")
    assert isinstance(found, pd.DataFrame)
    assert found.columns.tolist() == ["CD19", "CD3", "ACTB"]


def test_other_genes_are_refused(make):
    low_value = LowValueFilter(QUICK, fraction=0.05).fit(annotated(make), "cell_type")
    with pytest.raises(InvalidInputError, match="in another order"):
        low_value.transform(annotated(make, genes=["CD3", "CD19", "ACTB"]))


@MATRIX
def test_the_sampler_returns_the_kept_cells(make, matrix):
    cells = annotated(make, matrix(X))
    sampler = LowValueSampler(QUICK, fraction=0.05)
    kept, labels = sampler.fit_resample(cells, "cell_type")
    assert type(kept) is type(cells)
    assert kept.shape == (114, 3)
    assert kept.obs_names.tolist() == labels.index.tolist() == CELLS[6:]
    assert labels.tolist() == LABELS[6:].tolist()
    again, of_name, weights = sampler.drop(cells, "cell_type", np.arange(120))
    assert again.obs_names.equals(kept.obs_names)
    assert of_name.equals(labels)
    np.testing.assert_array_equal(weights, np.arange(6, 120))


def test_cells_in_another_order_are_refused(make):
    cells = annotated(make)
    sampler = LowValueSampler(QUICK, fraction=0.05).fit(cells, "cell_type")
    with pytest.raises(InvalidInputError, match="X holds the rows in another order"):
        sampler.drop(cells[np.arange(120)[::-1]], None)


def test_relabelling_returns_all_cells(make):
    cells = annotated(make)
    sampler = LowValueSampler(QUICK, fraction=0.05, action="relabel")
    same, labels = sampler.fit_resample(cells, "cell_type")
    assert same is cells
    assert labels.dtype == cells.obs["cell_type"].dtype
    assert labels.tolist() == TRUE.tolist()
    assert cells.obs["cell_type"].tolist() == LABELS.tolist()


def test_trusted_cells_with_labels_in_a_column_of_the_same_name(make):
    cells = annotated(make)
    expected = LowValueFilter(QUICK).fit(X, LABELS, X_val=X, y_val=LABELS).values_
    for target in ({"X_val": cells}, {"X_val": cells, "y_val": "cell_type"}):
        found = LowValueFilter(QUICK).fit(cells, "cell_type", **target)
        np.testing.assert_array_equal(found.values_, expected)
    with pytest.raises(InvalidInputError, match="no column 'kind'"):
        LowValueFilter(QUICK).fit(cells, "cell_type", X_val=cells, y_val="kind")


def test_a_pipeline_that_values_is_given_the_matrix(make):
    cells = annotated(make)
    valuer = make_pipeline(StandardScaler(), QUICK)
    found = LowValueFilter(valuer).fit(cells, "cell_type", X_val=cells)
    expected = LowValueFilter(valuer).fit(X, LABELS, X_val=X, y_val=LABELS)
    np.testing.assert_array_equal(found.values_, expected.values_)


@pytest.mark.parametrize("action", ["relabel", "drop", "weight"])
def test_a_cleaned_classifier(make, action):
    cells = annotated(make)
    forest = RandomForestClassifier(20, random_state=0)
    fitted = CleanedClassifier(forest, QUICK, action=action).fit(cells, "cell_type", X_val=cells)
    assert (fitted.predict(cells) == TRUE).mean() > 0.9
    assert fitted.predict_proba(cells).shape == (120, 2)
    np.testing.assert_array_equal(fitted.predict(cells), fitted.predict(X))


def test_routing(make):
    cells = annotated(make)
    with config_context(enable_metadata_routing=True):
        pipe = make_pipeline(LowValueFilter(QUICK), RandomForestClassifier(20))
        pipe.fit(cells, cells.obs["cell_type"], X_val=cells, y_val="cell_type")
    assert pipe[0].values_.shape == (120,)
