"""LowValueFilter by itself: what it chooses, keeps, replaces and refuses."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array, csr_array
from sklearn.datasets import load_digits, load_iris, make_multilabel_classification
from sklearn.exceptions import NotFittedError

from skdvgs import LowValueFilter
from skdvgs.exceptions import InvalidInputError, SkdvgsWarning
from tests.fake_valuers import CentroidValuer, GivenValuer

X_IRIS, Y_IRIS = load_iris(return_X_y=True)


def iris_frame():
    frame, labels = load_iris(as_frame=True, return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(frame))
    return frame.iloc[rows], labels.iloc[rows].map({0: "setosa", 1: "versicolor", 2: "virginica"})


def test_low_rows_get_the_features_of_kept_rows_of_their_class():
    low_value = LowValueFilter(CentroidValuer(), fraction=0.2)
    X_out = low_value.fit_transform(X_IRIS, Y_IRIS)
    kept = low_value.support_
    assert low_value.n_dropped_ == 30 == np.count_nonzero(~kept)
    np.testing.assert_array_equal(X_out[kept], X_IRIS[kept])
    for row in np.flatnonzero(~kept):
        twins = kept & (Y_IRIS == Y_IRIS[row]) & (X_IRIS == X_out[row]).all(axis=1)
        assert twins.any()
    assert low_value.values_[~kept].max() <= low_value.threshold_
    assert low_value.values_[kept].min() == low_value.threshold_


def test_fit_and_fit_transform_choose_the_same_rows():
    fitted = LowValueFilter(CentroidValuer(), fraction=0.3).fit(X_IRIS, Y_IRIS)
    transformed = LowValueFilter(CentroidValuer(), fraction=0.3)
    transformed.fit_transform(X_IRIS, Y_IRIS)
    np.testing.assert_array_equal(fitted.support_, transformed.support_)


def test_transform_changes_nothing():
    low_value = LowValueFilter(CentroidValuer(), fraction=0.5).fit(X_IRIS, Y_IRIS)
    np.testing.assert_array_equal(low_value.transform(X_IRIS), X_IRIS)
    np.testing.assert_array_equal(low_value.transform(X_IRIS.tolist()), X_IRIS)
    assert low_value.transform(X_IRIS.astype(np.float32)).dtype == np.float32
    frame = pd.DataFrame({"number": [1, 2, 3], "text": ["a", "b", None]}, index=[7, 5, 6])
    mixed = LowValueFilter(GivenValuer(np.arange(3.0)), fraction=0.5)
    complete = frame.assign(text=["a", "b", "c"])
    mixed.fit(complete, [0, 0, 0])
    pd.testing.assert_frame_equal(mixed.transform(complete), complete)


def test_fraction_zero_changes_nothing_but_values_the_rows():
    frame, labels = iris_frame()
    for X, y in [(X_IRIS, Y_IRIS), (X_IRIS.astype(np.float32), Y_IRIS)]:
        low_value = LowValueFilter(CentroidValuer(), fraction=0.0)
        X_out = low_value.fit_transform(X, y)
        assert X_out.dtype == X.dtype
        assert X_out.tobytes() == X.tobytes()
        assert low_value.support_.all()
        assert low_value.n_dropped_ == 0
        assert low_value.values_.shape == (150,)
    X_out = LowValueFilter(CentroidValuer(), fraction=0.0).fit_transform(frame, labels)
    pd.testing.assert_frame_equal(X_out, frame)


@pytest.mark.parametrize("n_samples", [10, 33, 100])
@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.29, 0.5, 0.9])
def test_a_fraction_drops_exactly_its_floor(fraction, n_samples):
    values = np.random.default_rng(0).normal(size=n_samples)
    low_value = LowValueFilter(GivenValuer(values), fraction=fraction)
    low_value.fit(np.zeros((n_samples, 1)), np.zeros(n_samples))
    n_drop = int(np.floor(fraction * n_samples + 1e-9))
    assert low_value.n_dropped_ == n_drop
    np.testing.assert_array_equal(
        low_value.get_support(indices=True), np.sort(np.argsort(values)[n_drop:])
    )


def test_a_class_of_low_rows_keeps_its_best_one():
    y = np.array(["many"] * 8 + ["few"] * 2)
    values = np.r_[np.linspace(0.1, 0.9, 8), -0.9, -0.8]
    X = np.arange(10.0)[:, None]
    low_value = LowValueFilter(GivenValuer(values), fraction=0.3)
    X_out = low_value.fit_transform(X, y)
    np.testing.assert_array_equal(low_value.get_support(indices=True), [2, 3, 4, 5, 6, 7, 9])
    np.testing.assert_array_equal(X_out.ravel(), [7, 6, 2, 3, 4, 5, 6, 7, 9, 9])


def test_threshold_drops_what_lies_below_it():
    values = np.array([-0.5, 0.1, 0.2, -0.1, 0.0])
    for fraction in ("auto", None):
        low_value = LowValueFilter(GivenValuer(values), fraction=fraction, threshold=0.0)
        low_value.fit(np.zeros((5, 1)), np.zeros(5))
        np.testing.assert_array_equal(low_value.support_, [False, True, True, False, True])


def test_survivors_are_used_evenly_on_digits():
    X, y = load_digits(return_X_y=True)
    X = X + np.linspace(0, 1e-3, len(X))[:, None]  # no two rows alike
    low_value = LowValueFilter(CentroidValuer(), fraction=0.6)
    X_out = low_value.fit_transform(X, y)
    for digit in range(10):
        kept_rows = X[low_value.support_ & (y == digit)]
        rows, counts = np.unique(X_out[y == digit], axis=0, return_counts=True)
        assert len(rows) == len(kept_rows)
        assert np.ptp(counts) <= 1


def test_regression_replaces_by_the_nearest_target():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 3)), rng.normal(size=80)
    low_value = LowValueFilter(CentroidValuer(), fraction=0.25)
    X_out = low_value.fit_transform(X, y)
    kept = np.flatnonzero(low_value.support_)
    for row in np.flatnonzero(~low_value.support_):
        nearest = kept[np.abs(y[kept] - y[row]).argmin()]
        np.testing.assert_array_equal(X_out[row], X[nearest])


def test_regression_with_an_outlying_target_names_the_sampler():
    X = np.arange(30.0)[:, None]
    y = np.r_[np.linspace(0.5, 1.5, 29), 90.25]
    low_value = LowValueFilter(GivenValuer(np.r_[np.ones(29), -1]), fraction=0.04)
    with pytest.warns(SkdvgsWarning, match=r"row 29 of y is 90\.25.* Use LowValueSampler"):
        X_out = low_value.fit_transform(X, y)
    assert low_value.n_dropped_ == 1
    np.testing.assert_array_equal(X_out.ravel(), [*range(29), 0])


class Counts(GivenValuer):
    """A valuer that says its whole numbers are quantities."""

    task_ = "regression"


def test_whole_numbers_are_quantities_where_the_valuer_says_so():
    y = np.arange(40)
    values = np.where(y % 4 == 2, -1.0, 1.0)
    low_value = LowValueFilter(Counts(values), threshold=0.0)
    X_out = low_value.fit_transform(y[:, None] * 10.0, y)
    assert low_value.n_dropped_ == 10
    assert np.abs(X_out.ravel() / 10 - y).max() == 1
    # As classes of one row each, every row would be the best of its class.
    assert LowValueFilter(GivenValuer(values), threshold=0.0).fit(X_out, y).n_dropped_ == 0


def test_several_continuous_outputs():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 3)), rng.normal(size=(80, 2))
    low_value = LowValueFilter(CentroidValuer(), fraction=0.25)
    X_out = low_value.fit_transform(X, y)
    assert low_value.n_dropped_ == 20
    assert {tuple(row) for row in X_out} == {tuple(row) for row in X[low_value.support_]}


def test_without_y_any_survivor_will_do():
    low_value = LowValueFilter(CentroidValuer(), fraction=0.4)
    X_out = low_value.fit_transform(X_IRIS)
    best_first = X_IRIS[np.argsort(-low_value.values_, kind="stable")]
    np.testing.assert_array_equal(X_out[~low_value.support_], best_first[:60])


def test_multilabel_rows_are_replaced_within_their_label_combination():
    X, y = make_multilabel_classification(n_samples=200, n_classes=4, random_state=0)
    low_value = LowValueFilter(CentroidValuer(), fraction=0.3)
    X_out = low_value.fit_transform(X, y)
    assert low_value.n_dropped_ == 60
    combinations = {tuple(row) for row in y}
    assert {tuple(row) for row in y[low_value.support_]} == combinations
    for row in np.flatnonzero(~low_value.support_):
        same = low_value.support_ & (y == y[row]).all(axis=1)
        assert (X[same] == X_out[row]).all(axis=1).any()


@pytest.mark.parametrize("labels", [["b", "a", "c"], [True, False], [1, 3, 7], [-1.0, 1.0]])
def test_any_labels(labels):
    y = np.resize(np.array(labels), 30)
    X = np.random.default_rng(0).normal(size=(30, 2))
    low_value = LowValueFilter(CentroidValuer(), fraction=0.5).fit(X, y)
    assert low_value.n_dropped_ == 15
    assert set(y[low_value.support_]) == set(labels)


def test_frames_keep_index_types_and_columns():
    frame, labels = iris_frame()
    frame = frame.assign(
        kind=pd.Categorical(labels), note=labels.to_numpy(dtype=object), count=range(150)
    )
    values = np.random.default_rng(0).normal(size=150)
    low_value = LowValueFilter(GivenValuer(values), fraction=0.2)
    X_out = low_value.fit_transform(frame, labels)
    pd.testing.assert_series_equal(X_out.dtypes, frame.dtypes)
    pd.testing.assert_index_equal(X_out.index, frame.index)
    pd.testing.assert_frame_equal(X_out[low_value.support_], frame[low_value.support_])
    # Every replaced row, categories and text included, is a whole row of its own class.
    assert (X_out["kind"].astype(str).to_numpy() == labels.to_numpy()).all()
    assert set(X_out["count"]) == set(frame["count"][low_value.support_])
    assert list(low_value.get_feature_names_out()) == list(frame.columns)
    assert list(low_value.feature_names_in_) == list(frame.columns)


def test_frames_given_in_are_never_altered():
    frame = pd.DataFrame(X_IRIS, columns=range(4))
    before = frame.copy()
    low_value = LowValueFilter(CentroidValuer(), fraction=0.2).set_output(transform="pandas")
    named = low_value.fit_transform(frame, Y_IRIS)
    assert list(named.columns) == ["x0", "x1", "x2", "x3"]
    low_value.transform(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_set_output():
    frame, labels = iris_frame()
    low_value = LowValueFilter(CentroidValuer(), fraction=0.2).set_output(transform="pandas")
    X_out = low_value.fit_transform(frame, labels)
    pd.testing.assert_index_equal(X_out.index, frame.index)
    pd.testing.assert_frame_equal(low_value.transform(frame), frame)
    from_array = low_value.fit_transform(X_IRIS, Y_IRIS)
    assert isinstance(from_array, pd.DataFrame)
    assert list(from_array.columns) == ["x0", "x1", "x2", "x3"]


def test_polars_frames():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(X_IRIS, schema=list("abcd"))
    low_value = LowValueFilter(CentroidValuer(), fraction=0.2)
    X_out = low_value.fit_transform(frame, Y_IRIS)
    assert isinstance(X_out, pl.DataFrame)
    assert X_out.columns == frame.columns
    expected = LowValueFilter(CentroidValuer(), fraction=0.2).fit_transform(X_IRIS, Y_IRIS)
    np.testing.assert_array_equal(X_out.to_numpy(), expected)
    X_kept, y_kept = low_value.drop(frame, pl.Series(Y_IRIS))
    assert X_kept.shape == (120, 4)
    assert y_kept.shape == (120,)


@pytest.mark.parametrize("container", [csr_array, coo_array])
def test_sparse_rows(container):
    low_value = LowValueFilter(CentroidValuer(), fraction=0.2)
    X_out = low_value.fit_transform(container(X_IRIS), Y_IRIS)
    expected = LowValueFilter(CentroidValuer(), fraction=0.2).fit_transform(X_IRIS, Y_IRIS)
    np.testing.assert_array_equal(X_out.toarray(), expected)
    X_kept, _ = low_value.drop(container(X_IRIS), Y_IRIS)
    assert X_kept.shape == (120, 4)


def test_rows_that_are_images():
    images, y = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8)[:60]
    low_value = LowValueFilter(GivenValuer(np.arange(60.0)), fraction=0.5)
    X_out = low_value.fit_transform(images, y[:60])
    assert X_out.shape == images.shape
    np.testing.assert_array_equal(low_value.transform(images), images)


def test_drop_returns_the_kept_rows_of_every_array():
    frame, labels = iris_frame()
    low_value = LowValueFilter(CentroidValuer(), fraction=0.2).fit(frame, labels)
    weights, tags = list(range(150)), csr_array(np.eye(150))
    X, y, w, nothing, t = low_value.drop(frame, labels, weights, None, tags)
    kept = low_value.support_
    pd.testing.assert_frame_equal(X, frame[kept])
    pd.testing.assert_series_equal(y, labels[kept])
    assert isinstance(w, list)
    assert w == np.flatnonzero(kept).tolist()
    assert nothing is None
    np.testing.assert_array_equal(t.toarray(), np.eye(150)[kept])
    assert low_value.drop(X_IRIS, None)[1] is None


def test_drop_refuses_an_array_of_another_length():
    low_value = LowValueFilter(CentroidValuer(), fraction=0.2).fit(X_IRIS, Y_IRIS)
    with pytest.raises(InvalidInputError) as caught:
        low_value.drop(X_IRIS, Y_IRIS, None, Y_IRIS[1:])
    assert str(caught.value) == (
        "arrays[1] holds 149 rows but 150 were valued. The kept rows are known by their position "
        "in fit only. Pass arrays that go with the X of fit."
    )


def test_support_cannot_be_altered_through_what_is_returned():
    low_value = LowValueFilter(CentroidValuer(), fraction=0.2).fit(X_IRIS, Y_IRIS)
    low_value.get_support()[:] = False
    assert low_value.support_.sum() == 120


@pytest.mark.parametrize(
    "call",
    [
        lambda f: f.transform(X_IRIS),
        lambda f: f.get_support(),
        lambda f: f.drop(X_IRIS, Y_IRIS),
    ],
)
def test_before_fit_nothing_works(call):
    with pytest.raises(NotFittedError):
        call(LowValueFilter(CentroidValuer()))
