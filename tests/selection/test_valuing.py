"""Valuers in Pipelines, and valuers that were fitted before."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

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
# A third as long.
QUICKEST = DVGSValuer(cv=2, n_restarts=1, max_epochs=5, random_state=0)


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
    assert cls(pipeline).fit(X, Y).n_dropped_ == np.count_nonzero(expected.values_ < 0.5)


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
    elif kind == "log-normal, wide":
        y = np.exp(y / 4)
    elif kind == "counts":
        y = RNG.poisson(np.exp(y / 20))
    elif kind == "mostly zero":
        y = np.where(RNG.random(N) < 0.7, 0.0, y)
    elif kind == "constant in a fold":
        y[: N // 2 + 10] = 0
    elif kind == "one odd target":
        y = np.r_[np.zeros(N - 1), 100.0]
    elif kind == "one number":
        y = np.full(N, 3)
    elif kind == "levels":
        y = np.round(y / 20)
    elif kind == "two outputs, one constant":
        y = np.c_[y, np.zeros(N)]
    elif kind == "two tails":
        y[:4] -= 400
        y[4:8] += 400
    return y


@pytest.mark.filterwarnings("ignore:Of .* low-value rows")
@pytest.mark.parametrize("kind", ["times ten", "prices", "two tails"])
def test_regression_in_a_pipeline_never_fails(kind):
    y = targets(kind)
    pipe = make_pipeline(LowValueFilter(QUICKEST), Ridge())
    grid = {"lowvaluefilter__fraction": [0.3, "auto"]}
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(X[::3], y[::3])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


ODD = [
    "log-normal, wide",
    "counts",
    "mostly zero",
    "constant in a fold",
    "one odd target",
    "one number",
    "levels",
    "two outputs, one constant",
]


@pytest.mark.filterwarnings(
    "ignore:Of .* low-value rows", "ignore:.* of class", "ignore:The number of unique cl"
)
@pytest.mark.parametrize("kind", ODD)
def test_odd_numbers_in_a_search_over_folds_in_order(kind):
    y = targets(kind)[::4]
    pipe = make_pipeline(LowValueFilter(QUICKEST), Ridge())
    search = GridSearchCV(
        pipe, {"lowvaluefilter__fraction": ["auto"]}, cv=KFold(2), error_score="raise"
    )
    assert np.isfinite(search.fit(X[::4], y).cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize("container", [np.array, list, pd.Series, lambda y: np.array(y)[:, None]])
def test_one_number_in_every_row_is_a_target_and_no_row_is_low(container):
    for number in (0, 2.0):
        sampler = LowValueSampler(QUICKEST).fit(X[:40], container([number] * 40))
        assert sampler.valuer_.task_ == "regression"
        assert sampler.n_dropped_ == 0
    with pytest.raises(InvalidInputError, match="y holds one class only"):
        LowValueSampler(QUICKEST).fit(X[:40], ["a"] * 40)


def test_a_mixed_table_of_houses_by_folds():
    pytest.importorskip("skrub")
    n = 120
    table = pd.DataFrame(
        {
            "area": np.exp(7 + X[:n, 0] / 10).round(),
            "district": np.where(np.arange(n) == 5, "rare", np.array(["old", "new"])[CLASS[:n]]),
            "quality": pd.Categorical(np.array(["TA", "Gd"])[CLASS[:n]], ["Po", "TA", "Gd"]),
            "garage": np.where(np.arange(n) % 5 == 0, np.nan, X[:n, 1]),
            "alley": np.full(n, np.nan),
            "storeys": 1,
            "air": CLASS[:n] == 1,
        },
        index=range(1460, 1460 - n, -1),
    )
    prices = pd.Series(np.exp(12 + X[:n, 0] / 5).round(-2).astype(int), index=table.index)
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["district", "quality"]), ("passthrough", ["area"])
    )
    valuer = clone(QUICKEST).set_params(task="regression")
    pipe = make_pipeline(LowValueFilter(valuer), encode, Ridge())
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Of .* low-value rows")
        scores = cross_validate(pipe, table, prices, cv=2, error_score="raise")["test_score"]
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("has_target", [False, True])
@pytest.mark.parametrize("kind", ["times ten", "added", "two tails"])
def test_gross_outliers_are_dropped_by_auto(kind, has_target):
    y, bad = targets(kind), np.arange(N) < (8 if kind == "two tails" else 7)
    target = {"X_val": X[160:], "y_val": y[160:]} if has_target else {}
    rows = slice(0, 160) if has_target else slice(None)
    found = LowValueSampler(QUICK).fit(X[rows], y[rows], **target)
    assert (~found.support_)[bad[rows]].mean() > 0.7
    assert found.n_dropped_ < 0.15 * len(X[rows])


@pytest.mark.filterwarnings("ignore:Nothing can be learnt about y")
def test_clean_numbers_lose_no_row_without_a_target_set():
    for y in (10 * X[:, 0] + RNG.normal(size=N), RNG.normal(size=N), targets("log-normal")):
        assert LowValueSampler(QUICK).fit(X, y).n_dropped_ <= 2
