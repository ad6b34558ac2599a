"""Dataframes in, dataframes out: the values with the names and the index of the rows."""

import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import RegressorMixin, clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError

from skdvgs import DVGSValuer, LowValueFilter, LowValueSampler
from skdvgs.exceptions import InvalidInputError, MissingDependencyError
from tests.fake_valuers import CentroidValuer, GivenValuer

RNG = np.random.default_rng(0)
N = 60
Y = np.repeat(["cat", "dog"], N // 2)
X = RNG.normal(size=(N, 3)) + (Y == "cat")[:, None]
FRAME = pd.DataFrame(X, columns=["age", "size", "weight"])
VALUES = np.where(np.arange(N) % 10 == 0, -1.0, 1.0) * np.linspace(1, 2, N)
INDICES = {
    "default": pd.RangeIndex(N),
    "dates": pd.date_range("2020-01-01", periods=N),
    "duplicates": pd.Index(np.arange(N) // 7, name="house"),
    "levels": pd.MultiIndex.from_arrays([np.arange(N) // 7, np.arange(N)], names=["a", "b"]),
}
QUICK = DVGSValuer(max_epochs=2, n_restarts=1, cv=2, random_state=0)


@pytest.fixture(scope="module")
def quick():
    return clone(QUICK).fit(FRAME, Y)


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_frame_has_the_index_of_x(index):
    clean = LowValueFilter(GivenValuer(VALUES), fraction=0.1)
    clean.fit(FRAME.set_axis(index), Y)
    frame = clean.values_frame()
    pd.testing.assert_index_equal(frame.index, index)
    assert clean.dropped_index_.tolist() == index[::10].tolist()
    np.testing.assert_array_equal(frame["dropped"], np.arange(N) % 10 == 0)


def test_columns_of_a_classification(quick):
    frame = quick.values_frame()
    assert list(frame.columns) == [
        "value",
        "standard_error",
        "rank",
        "label",
        "suggested_label",
        "is_low",
    ]
    np.testing.assert_array_equal(frame["value"], quick.values_)
    np.testing.assert_array_equal(frame["label"], Y)
    np.testing.assert_array_equal(frame["suggested_label"], quick.suggested_labels_)
    assert frame.sort_values("rank")["value"].is_monotonic_increasing
    assert frame["rank"].min() == 1


def test_of_equal_values_the_earlier_row_ranks_lower():
    clean = LowValueFilter(GivenValuer(np.zeros(N)), fraction=0.1).fit(FRAME, Y)
    assert clean.values_frame()["rank"].tolist() == list(range(1, N + 1))


def test_a_valuer_marks_the_rows_its_filter_would_drop():
    rows, y = load_iris(return_X_y=True)
    y[::10] = (y[::10] + 1) % 3
    valuer = DVGSValuer(max_epochs=20, n_restarts=1, cv=2, random_state=0).fit(rows, y)
    clean = LowValueFilter(valuer).fit(rows, y)
    assert clean.n_dropped_ > 0
    np.testing.assert_array_equal(valuer.values_frame()["is_low"], ~clean.support_)


def test_numbers_are_a_target_and_several_labels_are_numbered():
    target = LowValueFilter(CentroidValuer(), fraction=0.1).fit(FRAME, X[:, 0]).values_frame()
    np.testing.assert_array_equal(target["target"], X[:, 0])
    several = LowValueFilter(CentroidValuer(), fraction=0.1).fit(FRAME, X[:, :2]).values_frame()
    assert {"target_0", "target_1"} <= set(several)
    labels = LowValueFilter(CentroidValuer(), fraction=0.1).fit(FRAME, (X[:, :2] > 0).astype(int))
    assert {"label_0", "label_1"} <= set(labels.values_frame())


def test_whole_numbers_are_a_target_where_the_valuer_is_a_regressor():
    class Regressor(RegressorMixin, CentroidValuer):
        pass

    whole = np.arange(N) // 10
    clean = LowValueFilter(Regressor(), fraction=0.1).fit(FRAME, whole)
    np.testing.assert_array_equal(clean.values_frame()["target"], whole)


def test_without_y_there_is_no_label():
    valuer = DVGSValuer(max_epochs=2, cv=2, random_state=0).fit(X)
    assert list(valuer.values_frame()) == ["value", "standard_error", "rank", "is_low"]


def test_labels_are_those_at_the_time_of_fit():
    y = Y.copy()
    clean = LowValueFilter(GivenValuer(VALUES), fraction=0.1).fit(X, y)
    y[:] = "mouse"
    np.testing.assert_array_equal(clean.values_frame()["label"], Y)


def test_arrays_give_a_pandas_frame_with_positions():
    sampler = LowValueSampler(GivenValuer(VALUES), fraction=0.1).fit(X, Y)
    pd.testing.assert_index_equal(sampler.values_frame().index, pd.RangeIndex(N))
    np.testing.assert_array_equal(sampler.dropped_index_, np.arange(0, N, 10))


def test_feature_names_are_kept_and_checked(quick):
    assert quick.feature_names_in_.tolist() == ["age", "size", "weight"]
    with pytest.raises(ValueError, match="feature names"):
        quick.score_samples(FRAME[["size", "age", "weight"]], Y)


def test_polars_in_polars_out():
    pl = pytest.importorskip("polars")
    clean = LowValueFilter(QUICK, fraction=0.1)
    out = clean.fit_transform(pl.from_pandas(FRAME), pl.Series("pet", Y))
    assert isinstance(out, pl.DataFrame)
    assert clean.feature_names_in_.tolist() == ["age", "size", "weight"]
    frame = clean.values_frame()
    assert isinstance(frame, pl.DataFrame)
    assert frame["label"].to_list() == Y.tolist()
    assert frame["rank"].sort().to_list() == list(range(1, N + 1))
    assert isinstance(clean.values_frame(frame="pandas"), pd.DataFrame)


def test_a_missing_standard_error_is_null_in_polars():
    pl = pytest.importorskip("polars")
    valuer = clone(QUICK).set_params(net="paper")
    valuer.fit(X, Y, X_val=X[::2], y_val=Y[::2])  # a single trajectory
    frame = valuer.values_frame(frame="polars")
    assert isinstance(frame, pl.DataFrame)
    assert frame["standard_error"].null_count() == N


@pytest.mark.parametrize("kind", ["pandas", "polars"])
@pytest.mark.parametrize("given", ["pandas", "polars", "array"])
def test_set_output_is_honoured(kind, given):
    pl = pytest.importorskip("polars")
    rows = {"pandas": FRAME, "polars": pl.from_pandas(FRAME), "array": X}[given]
    clean = LowValueFilter(GivenValuer(VALUES), fraction=0.1).set_output(transform=kind)
    expected = {"pandas": pd.DataFrame, "polars": pl.DataFrame}[kind]
    for out in (clean.fit_transform(rows, Y), clean.transform(rows)):
        assert isinstance(out, expected)
        assert list(out.columns) == list(clean.get_feature_names_out())
        assert out.shape == X.shape


def test_set_output_keeps_the_index_of_pandas():
    rows = FRAME.set_axis(INDICES["duplicates"])
    clean = LowValueFilter(GivenValuer(VALUES), fraction=0.1).set_output(transform="pandas")
    pd.testing.assert_index_equal(clean.fit_transform(rows, Y).index, rows.index)


def test_errors():
    with pytest.raises(NotFittedError):
        DVGSValuer().values_frame()
    clean = LowValueFilter(GivenValuer(VALUES), fraction=0.1).fit(X, Y)
    with pytest.raises(InvalidInputError, match="frame='dask' is no kind of dataframe"):
        clean.values_frame(frame="dask")


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_missing_library_is_named(monkeypatch, library):
    clean = LowValueFilter(GivenValuer(VALUES), fraction=0.1).fit(X, Y)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingDependencyError, match=rf'pip install "skdvgs\[{library}\]"'):
        clean.values_frame(frame=library)
