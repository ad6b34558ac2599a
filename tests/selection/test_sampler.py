"""LowValueSampler by hand; what needs imbalanced-learn is in test_sampler_imblearn.py."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_iris

from skdvgs import LowValueFilter, LowValueSampler
from tests.fake_valuers import CentroidValuer, GivenValuer

X, Y = load_iris(return_X_y=True)


def test_the_lowest_rows_are_removed_and_the_rest_keep_their_order():
    values = np.random.default_rng(0).normal(size=150)
    sampler = LowValueSampler(GivenValuer(values), fraction=0.2)
    X_kept, y_kept = sampler.fit_resample(X, Y)
    kept = np.sort(np.argsort(values)[30:])
    np.testing.assert_array_equal(sampler.sample_indices_, kept)
    np.testing.assert_array_equal(X_kept, X[kept])
    np.testing.assert_array_equal(y_kept, Y[kept])
    assert sampler.n_dropped_ == 30


@pytest.mark.filterwarnings("ignore:.* rows look unusual")
@pytest.mark.parametrize(
    "parameters",
    [{"fraction": 0.3}, {"fraction": 0.0}, {"threshold": -1.0}, {"fraction": "auto"}],
)
@pytest.mark.parametrize("y", [Y, X[:, 0] + 0.01, X[:, :2] + 0.01, None], ids=lambda y: np.shape(y))
def test_it_chooses_the_rows_that_the_filter_chooses(parameters, y):
    sampler = LowValueSampler(CentroidValuer(), **parameters)
    X_kept, y_kept = sampler.fit_resample(X, y)
    chosen = LowValueFilter(CentroidValuer(), **parameters).fit(X, y)
    np.testing.assert_array_equal(sampler.support_, chosen.support_)
    assert sampler.threshold_ == chosen.threshold_
    np.testing.assert_array_equal(X_kept, X[chosen.support_])
    assert y_kept is None if y is None else len(y_kept) == len(X_kept)


def test_an_outlying_target_is_simply_removed():
    y = np.r_[np.linspace(0.5, 1.5, 149), 90.25]
    sampler = LowValueSampler(GivenValuer(np.r_[np.ones(149), -1]), threshold=0.0)
    _, y_kept = sampler.fit_resample(X, y)
    assert y_kept.max() == 1.5


def test_fraction_zero_keeps_every_row():
    X_kept, y_kept = LowValueSampler(CentroidValuer(), fraction=0.0).fit_resample(X, Y)
    np.testing.assert_array_equal(X_kept, X)
    np.testing.assert_array_equal(y_kept, Y)


def test_the_kind_that_is_given_is_returned():
    frame, labels = load_iris(as_frame=True, return_X_y=True)
    frame.index = labels.index = range(1000, 1150)
    sampler = LowValueSampler(GivenValuer(np.arange(150.0)), fraction=0.2)
    X_kept, y_kept = sampler.fit_resample(frame.assign(name="iris"), labels)
    pd.testing.assert_frame_equal(X_kept, frame.assign(name="iris").iloc[30:])
    pd.testing.assert_series_equal(y_kept, labels.iloc[30:])
    X_kept, y_kept = sampler.fit_resample(X.tolist(), Y.tolist())
    assert X_kept == X[30:].tolist()
    assert y_kept == Y[30:].tolist()
    X_kept, _ = sampler.fit_resample(csr_array(X), Y)
    np.testing.assert_array_equal(X_kept.toarray(), X[30:])


def test_fit_chooses_without_removing():
    sampler = LowValueSampler(CentroidValuer(), fraction=0.2)
    assert sampler.fit(X, Y) is sampler
    assert len(sampler.sample_indices_) == 120
    assert not hasattr(sampler, "transform")
    assert list(sampler.get_feature_names_out()) == ["x0", "x1", "x2", "x3"]


def test_clone_and_parameters():
    sampler = clone(LowValueSampler(CentroidValuer(scale=3.0), fraction=0.2))
    assert sampler.get_params()["valuer__scale"] == 3.0
    assert sampler.set_params(valuer__scale=1.0).valuer.scale == 1.0


def test_requests_can_be_read_whether_or_not_imbalanced_learn_is_there():
    with config_context(enable_metadata_routing=True):
        requests = LowValueSampler(CentroidValuer()).get_metadata_routing().fit.requests
    names = ("X_val", "y_val", "groups", "pred_probs", "pred_probs_val")
    assert requests == dict.fromkeys(names, True)


def test_it_works_by_hand_without_imbalanced_learn():
    program = """
import sys
sys.modules["imblearn"] = None  # any import of it fails from here on
import numpy as np, sklearn
from sklearn.base import BaseEstimator
from skdvgs import LowValueSampler

class Valuer(BaseEstimator):
    def fit(self, X, y):
        self.values_ = np.asarray(X, float).ravel()
        return self

sklearn.set_config(enable_metadata_routing=True)
sampler = LowValueSampler(Valuer(), fraction=0.5)
sampler.get_metadata_routing()
X_kept, y_kept = sampler.fit_resample(np.arange(4)[:, None], np.zeros(4))
print(X_kept.ravel(), sampler.sample_indices_)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert run.stdout == "[2 3] [2 3]\n", run.stderr
