"""The default network for rows without labels, as a user meets it."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_iris
from sklearn.metrics import roc_auc_score

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs._reporting.frames import value_columns
from skdvgs._reporting.report.facts import FitSummary
from skdvgs.exceptions import InvalidInputError, TrainingDivergedError


def rows(n=150, p=30, rank=4, share=0.2, seed=0):
    """Rows of low rank; some have much noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, rank)) @ rng.normal(size=(rank, p)) + 0.3 * rng.normal(size=(n, p))
    noisy = rng.random(n) < share
    X[noisy] += 4.0 * rng.normal(size=(noisy.sum(), p))
    return X, noisy


X, NOISY = rows()
TARGET = rows(share=0.0, seed=0)[0][:40]
SETS = {"target set": {"X_val": TARGET}, "no target set": {}}


@pytest.fixture(scope="module", params=SETS)
def given(request):
    return SETS[request.param]


@pytest.fixture(scope="module")
def valuer(given):
    return DVGSValuer(random_state=0).fit(X, **given)


def test_noisy_rows_have_low_values(valuer):
    assert roc_auc_score(~NOISY, valuer.values_) == 1.0
    assert 0.0 <= valuer.values_.min() <= valuer.values_.max() <= 1.0
    assert valuer.task_ == "reconstruction"
    assert valuer.low_threshold_ == 0.5


def test_with_a_target_set_the_share_of_noisy_rows_is_found():
    valuer = DVGSValuer(random_state=0).fit(X, **SETS["target set"])
    assert abs(valuer.low_fraction_ - NOISY.mean()) < 0.1
    assert np.mean((valuer.values_ < 0.5) == NOISY) > 0.9


def test_clean_rows_are_kept(given):
    clean, _ = rows(share=0.0, seed=1)
    valuer = DVGSValuer(random_state=0).fit(clean[40:], X_val=clean[:40] if given else None)
    assert valuer.low_fraction_ < 0.05
    assert np.mean(valuer.values_ < 0.5) < 0.02


def test_attributes(valuer, given):
    assert valuer.standard_errors_.shape == (150,)
    assert np.isfinite(valuer.standard_errors_).all()
    assert valuer.typicality_.shape == (150,)
    assert set(valuer.engine_report_) == {"log_slope", "offset", "trust_logit"}
    assert valuer.target_loss_.shape == (2, 4 if given else 1)
    for name in ("target_trust_", "self_test_auc_", "label_values_", "classes_", "label_noise_"):
        assert not hasattr(valuer, name), name
    with pytest.raises(InvalidInputError, match="explain needs the default network for labels"):
        valuer.explain(0)


def test_permuted_rows_have_permuted_values(valuer, given):
    order = np.random.default_rng(1).permutation(len(X))
    again = DVGSValuer(random_state=0).fit(X[order], **given)
    np.testing.assert_array_equal(again.values_, valuer.values_[order])


def test_new_rows_are_valued_and_rows_of_the_fit_known(valuer):
    np.testing.assert_array_equal(valuer.score_samples(X), valuer.values_)
    np.testing.assert_array_equal(valuer.score_samples(X[7:9]), valuer.values_[7:9])
    # Rows that are new, if by little, are valued much like those they are near to.
    near = valuer.score_samples(X + 1e-3)
    assert np.corrcoef(near, valuer.values_)[0, 1] > 0.95


def test_frames_sparse_rows_and_missing_numbers(valuer, given):
    frame = pd.DataFrame(X, columns=[f"gene {k}" for k in range(30)])
    target = {"X_val": pd.DataFrame(TARGET, columns=frame.columns)} if given else {}
    np.testing.assert_array_equal(
        DVGSValuer(random_state=0).fit(frame, **target).values_, valuer.values_
    )
    sparse = sp.csr_array(X)
    np.testing.assert_array_equal(
        DVGSValuer(random_state=0).fit(sparse, **given).values_, valuer.values_
    )
    missing = X.copy()
    missing[np.random.default_rng(2).random(X.shape) < 0.02] = np.nan
    found = DVGSValuer(random_state=0).fit(missing, **given).values_
    assert roc_auc_score(~NOISY, found) > 0.99


def test_groups_do_not_vouch_for_each_other():
    """Twelve copies of each noisy row are usual, unless they are one group."""
    copies = np.concatenate([X[~NOISY], np.repeat(X[NOISY], 12, axis=0)])
    n_good = int((~NOISY).sum())
    groups = np.r_[np.arange(n_good), n_good + np.repeat(np.arange(NOISY.sum()), 12)]
    is_good = np.arange(len(copies)) < n_good
    found = DVGSValuer(random_state=0, n_restarts=1).fit(copies, groups=groups)
    assert roc_auc_score(is_good, found.values_) > 0.99
    np.testing.assert_array_equal(found.groups_, groups)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_few_columns(p):
    rng = np.random.default_rng(0)
    narrow = rng.normal(size=(200, p))
    narrow[:5] = 12.0 + 3.0 * rng.normal(size=(5, p))
    values = DVGSValuer(random_state=0).fit(narrow).values_
    assert np.isfinite(values).all()
    if p > 1:
        assert values[:5].mean() < values[5:].mean()


def test_rows_that_are_all_alike_have_one_value():
    same = np.ones((20, 4))
    for target in ({}, {"X_val": same[:5]}):
        valuer = DVGSValuer(random_state=0).fit(same, **target)
        assert np.ptp(valuer.values_) == 0
        assert valuer.values_[0] > 0.5
        assert valuer.low_fraction_ < 0.05


def test_constant_columns_change_little(given):
    wide = {k: np.c_[v, np.ones((len(v), 3))] for k, v in given.items()}
    found = DVGSValuer(random_state=0).fit(np.c_[X, np.ones((150, 3))], **wide)
    assert roc_auc_score(~NOISY, found.values_) == 1.0


def test_more_columns_than_rows():
    wide, noisy = rows(n=40, p=300)
    assert roc_auc_score(~noisy, DVGSValuer(random_state=0).fit(wide).values_) == 1.0


@pytest.mark.parametrize("target", [None, TARGET[:3]])
def test_five_rows_are_valued_and_fewer_refused(target):
    values = DVGSValuer(random_state=0).fit(X[:5], X_val=target).values_
    assert np.isfinite(values).all()
    assert values.shape == (5,)
    with pytest.raises(InvalidInputError, match=r"n_samples = 1.*Give at least 5 rows"):
        DVGSValuer().fit(X[:1], X_val=target)


def test_a_target_set_of_three_rows():
    valuer = DVGSValuer(random_state=0).fit(X, X_val=TARGET[:3])
    assert roc_auc_score(~NOISY, valuer.values_) > 0.9


def test_rows_of_one_group_are_refused():
    with pytest.raises(InvalidInputError, match="puts all 150 rows into one group"):
        DVGSValuer().fit(X, groups=np.zeros(150))


def test_settings_of_the_method_are_refused():
    with pytest.raises(InvalidInputError, match="similarity='dot' was given, but net=None"):
        DVGSValuer(similarity="dot").fit(X)


@pytest.mark.whole_forest
def test_a_rate_that_is_far_too_large_is_refused():
    iris, _ = load_iris(return_X_y=True)
    with pytest.raises(TrainingDivergedError, match=r"take one below 1e\+12"):
        DVGSValuer(lr=1e12, random_state=0).fit(iris[:100], X_val=iris[100:])


def test_rows_beyond_those_learnt_from(monkeypatch, valuer, given):
    monkeypatch.setattr("skdvgs._fit.learnt_rows._MOST_UNLABELLED_ROWS", 100)
    found = DVGSValuer(random_state=0).fit(X, **given)
    assert roc_auc_score(~NOISY, found.values_) > 0.98
    assert np.corrcoef(found.values_, valuer.values_)[0, 1] > 0.8


def test_a_filter_drops_gross_outliers_alone():
    few, noisy = rows(n=200, share=0.05)
    clean = LowValueFilter(DVGSValuer(random_state=0), fraction="auto").fit(few)
    assert not clean.support_[noisy].any()
    assert np.mean(~clean.support_[~noisy]) < 0.03
    spread, _ = rows(share=0.0)
    assert LowValueFilter(DVGSValuer(random_state=0), fraction="auto").fit(spread).n_dropped_ == 0


def test_the_report_says_what_a_value_is(valuer, given):
    said = FitSummary(valuer, value_columns(valuer))
    assert said.meaning().endswith("is as the trusted rows." if given else "is no gross outlier.")
    assert "by how they are reconstructed" in said.what_was_done()
    assert "label" not in repr(valuer.summary())
