"""Valuers in Pipelines, and valuers that were fitted before."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skdvgs import DVGSValuer, LowValueFilter, LowValueSampler, TargetSet
from skdvgs.exceptions import InvalidInputError
from tests.fake_valuers import CentroidValuer

RNG = np.random.default_rng(0)
N = 240
CLASS = RNG.integers(0, 2, N)
X = RNG.normal(size=(N, 4)) + 4 * CLASS[:, None]
BAD = RNG.random(N) < 0.15
Y = CLASS ^ BAD
QUICK = DVGSValuer(cv=3, n_restarts=1, random_state=0)


def caught(selector, rows=slice(None)):
    return BAD[rows][~selector.support_].mean()


@pytest.mark.parametrize("cls", [LowValueFilter, LowValueSampler])
@pytest.mark.parametrize(
    "make",
    [
        lambda: make_pipeline(StandardScaler(), QUICK),
        lambda: Pipeline([("scale", StandardScaler()), ("no", "passthrough"), ("value", QUICK)]),
        lambda: Pipeline([("value", QUICK)]),
        lambda: make_pipeline(StandardScaler(), Pipeline([("value", QUICK)])),
    ],
)
def test_a_pipeline_values_what_its_steps_make_of_the_rows(cls, make):
    pipeline = make()
    selector = cls(pipeline, fraction=0.15).fit(X, Y)
    scaled = StandardScaler().fit_transform(X) if len(pipeline) > 1 else X
    expected = DVGSValuer(cv=3, n_restarts=1, random_state=0).fit(scaled, Y)
    np.testing.assert_array_equal(selector.values_, expected.values_)
    assert not hasattr(pipeline[-1], "values_")
    frame = selector.values_frame()
    np.testing.assert_array_equal(frame["standard_error"], expected.standard_errors_)
    np.testing.assert_array_equal(frame["suggested_label"], expected.suggested_labels_)
    assert cls(pipeline).fit(X, Y).n_dropped_ == np.sum(expected.values_ < 0.5)


def test_the_target_set_takes_the_steps_of_a_pipeline():
    steps = make_pipeline(StandardScaler(), QUICK)
    scaler = StandardScaler().fit(X[:160])
    expected = DVGSValuer(n_restarts=1, random_state=0).fit(
        scaler.transform(X[:160]), Y[:160], X_val=scaler.transform(X[160:]), y_val=CLASS[160:]
    )
    for target in (
        {"X_val": X[160:], "y_val": CLASS[160:]},
        {"X_val": TargetSet(X[160:], CLASS[160:])},
        {"X_val": (X[160:],), "y_val": (CLASS[160:],)},
    ):
        found = LowValueFilter(steps, fraction=0.15).fit(X[:160], Y[:160], **target)
        np.testing.assert_array_equal(found.values_, expected.values_)


def test_a_search_over_parameters_within():
    pipe = make_pipeline(
        LowValueFilter(make_pipeline(StandardScaler(), CentroidValuer())), LogisticRegression()
    )
    grid = {
        "lowvaluefilter__fraction": [0.1, 0.2],
        "lowvaluefilter__valuer__centroidvaluer__scale": [1.0, 2.0],
    }
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


FROZEN = {
    "valuer": lambda X, y: FrozenEstimator(DVGSValuer(cv=3, random_state=0).fit(X, y)),
    "pipeline": lambda X, y: FrozenEstimator(
        make_pipeline(StandardScaler(), DVGSValuer(cv=3, random_state=0)).fit(X, y)
    ),
    "within a pipeline": lambda X, y: make_pipeline(
        FrozenEstimator(StandardScaler().fit(X)),
        FrozenEstimator(DVGSValuer(cv=3, random_state=0).fit(StandardScaler().fit_transform(X), y)),
    ),
}


@pytest.mark.parametrize("form", FROZEN)
@pytest.mark.parametrize("fraction", [0.15, "auto"])
def test_a_frozen_valuer_values_the_rows_it_is_given(form, fraction):
    frozen = FROZEN[form](X[:120], Y[:120])
    for rows in (slice(120, 240), slice(0, 120), slice(60, 200)):
        selector = LowValueFilter(frozen, fraction=fraction).fit(X[rows], Y[rows])
        assert caught(selector, rows) > 0.7
        assert selector.n_dropped_ > 0.1 * len(X[rows])
        frame = selector.values_frame()
        assert len(frame) == len(X[rows])
        assert "standard_error" not in frame
        assert selector.report.__self__ is selector


def test_a_frozen_valuer_in_cross_validation():
    pipe = make_pipeline(
        LowValueFilter(FROZEN["valuer"](X[:120], Y[:120]), fraction=0.15), LogisticRegression()
    )
    found = cross_validate(pipe, X, Y, cv=2, return_estimator=True, return_indices=True)
    for fitted, rows in zip(found["estimator"], found["indices"]["train"], strict=True):
        assert caught(fitted[0], rows) > 0.7


def test_the_rows_of_fit_keep_their_values():
    frozen = FROZEN["valuer"](X, Y)
    found = LowValueFilter(frozen, fraction=0.15).fit(X, Y)
    np.testing.assert_array_equal(found.values_, frozen.values_)


def test_a_frozen_valuer_that_cannot_value_says_why():
    with pytest.raises(InvalidInputError, match="CentroidValuer is frozen and has no score_samp"):
        LowValueFilter(FrozenEstimator(CentroidValuer().fit(X, Y))).fit(X[:50], Y[:50])
    with pytest.raises(InvalidInputError, match="X_val was passed, but the valuer is frozen"):
        LowValueFilter(FROZEN["valuer"](X, Y)).fit(X, Y, X_val=X, y_val=Y)
    other = np.where(Y == 1, 2, 0)
    with pytest.raises(InvalidInputError, match="which fit did not see"):
        LowValueFilter(FROZEN["valuer"](X, Y)).fit(X, other)


def test_rows_of_one_length_are_told_apart():
    table = pd.DataFrame(X, columns=list("abcd"))
    train, test = table[:120], table[120:]
    found = LowValueFilter(QUICK, fraction=0.1).fit(train, Y[:120])
    with pytest.raises(InvalidInputError, match="X holds 120 rows that were not valued"):
        found.drop(test, Y[:120])
    with pytest.raises(InvalidInputError, match="X holds the rows in another order"):
        found.drop(train[::-1], Y[:120])
    found = LowValueFilter(QUICK, fraction=0.1).fit(test, Y[120:])
    other = pd.Series(Y[:120], index=range(500, 620))
    with pytest.raises(InvalidInputError, match="y holds 120 rows that were not valued"):
        found.drop(test, other)
    kept, labels, again = found.drop(test, Y[120:], train.to_numpy())
    assert len(kept) == len(labels) == len(again) == 108
    assert len(found.drop(test.reset_index(drop=True), Y[120:])[0]) == 108


def test_frames_of_any_columns_pass_a_filter():
    pytest.importorskip("skrub")
    table = pd.DataFrame(X, columns=list("abcd")).assign(
        word=pd.Categorical(np.array(["x", "y"])[CLASS]),
        when=pd.date_range("2020", periods=N),
        gap=np.where(np.arange(N) % 5 == 0, np.nan, X[:, 0]),
    )
    filtered = LowValueFilter(QUICK, fraction=0.15)
    out = filtered.fit_transform(table, Y)
    assert caught(filtered) > 0.7
    assert out.dtypes.tolist() == table.dtypes.tolist()
    pd.testing.assert_frame_equal(out[filtered.support_], table[filtered.support_])
    pd.testing.assert_frame_equal(filtered.transform(table), table)
    boosted = make_pipeline(
        LowValueFilter(QUICK, fraction=0.15),
        HistGradientBoostingClassifier(max_iter=10, categorical_features="from_dtype"),
    )
    boosted.fit(table.drop(columns="when"), Y)


def targets(kind):
    y = 10 * X[:, 0] + RNG.normal(size=N)
    if kind == "times ten":
        y = y + 60
        y[:7] *= 10
    elif kind == "added":
        y[:7] += 300
    elif kind == "log-normal":
        y = np.exp(y / 12)
    elif kind == "prices":
        y = np.exp(12 + 0.4 * X[:, 0] + 0.2 * RNG.normal(size=N)).round(-2)
        y[:5] /= 100
    elif kind == "two tails":
        y[:4] -= 400
        y[4:8] += 400
    return y


@pytest.mark.filterwarnings("ignore:Of .* low-value rows")
@pytest.mark.parametrize("kind", ["times ten", "added", "log-normal", "prices", "two tails"])
def test_regression_in_a_pipeline_never_fails(kind):
    y = targets(kind)
    pipe = make_pipeline(LowValueFilter(QUICK), Ridge())
    grid = {"lowvaluefilter__fraction": [0.0, 0.05, 0.3, "auto"]}
    search = GridSearchCV(pipe, grid, cv=3, error_score="raise").fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize("has_target", [False, True])
@pytest.mark.parametrize("kind", ["times ten", "added", "two tails"])
def test_gross_outliers_are_dropped_by_auto(kind, has_target):
    y, bad = targets(kind), np.arange(N) < (8 if kind == "two tails" else 7)
    target = {"X_val": X[160:], "y_val": y[160:]} if has_target else {}
    rows = slice(0, 160) if has_target else slice(None)
    found = LowValueSampler(DVGSValuer(cv=3, random_state=0)).fit(X[rows], y[rows], **target)
    assert (~found.support_)[bad[rows]].mean() > 0.7
    assert found.n_dropped_ < 0.15 * len(X[rows])


@pytest.mark.filterwarnings("ignore:Nothing can be learnt about y")
def test_clean_numbers_lose_no_row_without_a_target_set():
    for y in (10 * X[:, 0] + RNG.normal(size=N), RNG.normal(size=N), targets("log-normal")):
        assert LowValueSampler(DVGSValuer(cv=3, random_state=0)).fit(X, y).n_dropped_ <= 2
