"""How much of a class fraction='auto' may take."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from skdvgs import DVGSValuer, LowValueFilter, LowValueSampler
from skdvgs._values.cut import keep_within_groups
from skdvgs.exceptions import ClassFractionWarning
from tests.fake_valuers import GivenValuer

BOTH = pytest.mark.parametrize("cls", [LowValueFilter, LowValueSampler])
Y = np.array(["many"] * 20 + ["few"] * 5)
# Two of many and all of few look wrong; the later, the better.
VALUES = np.r_[0.1, 0.2, np.linspace(0.6, 0.9, 18), 0.11, 0.12, 0.13, 0.14, 0.15]
X = np.arange(25.0)[:, None]


class CutsAtOneHalf(GivenValuer):
    low_threshold_ = 0.5


class SaysSeven(GivenValuer):
    low_fraction_ = 7 / 25


@pytest.fixture(params=[CutsAtOneHalf, SaysSeven])
def valuer(request):
    return request.param(VALUES)


@BOTH
@pytest.mark.parametrize(
    ("max_class_fraction", "lost"), [(0.5, 2), (0.2, 1), (0.19, 0), (0.8, 4), (0.6, 3)]
)
def test_no_class_loses_more_than_its_share(cls, valuer, max_class_fraction, lost):
    selector = cls(valuer, max_class_fraction=max_class_fraction)
    if lost == 4:  # no more than a class loses in any case
        dropped = selector.fit(X, Y).get_support()
    else:
        with pytest.warns(ClassFractionWarning, match="4 of 5 rows of class 'few' look wrong"):
            dropped = selector.fit(X, Y).get_support()

    np.testing.assert_array_equal(np.flatnonzero(~dropped[20:]), np.arange(lost))
    assert np.count_nonzero(~dropped[:20]) == 2


@BOTH
def test_without_a_limit_all_but_the_best_row_go(cls, valuer):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        selector = cls(valuer, max_class_fraction=None).fit(X, Y)
    np.testing.assert_array_equal(selector.get_support()[20:], [False] * 4 + [True])
    # None goes in its place that is more likely right than wrong.
    assert selector.n_dropped_ == 6


@BOTH
@pytest.mark.parametrize("demand", [{"threshold": 0.5}, {"fraction": 0.28}])
def test_a_demand_is_not_limited(cls, valuer, demand):
    selector = cls(valuer, **demand).fit(X, Y)
    np.testing.assert_array_equal(selector.get_support()[20:], [False] * 4 + [True])


def test_the_whole_warning():
    with pytest.warns(ClassFractionWarning) as caught:
        LowValueFilter(CutsAtOneHalf(VALUES)).fit(X, Y)
    assert [str(warning.message) for warning in caught] == [
        "4 of 5 rows of class 'few' look wrong. fraction='auto' takes at most a share of 0.5 of a "
        "class, as a class that is rare or unlike the others looks wrong too. The lowest went. "
        "Look at the others, give a target set that shows such classes, or set "
        "max_class_fraction=None to let all go."
    ]


@BOTH
def test_rows_without_labels_are_one_class(cls):
    values = np.r_[np.full(9, 0.1), 0.9]
    with pytest.warns(ClassFractionWarning) as caught:
        selector = cls(CutsAtOneHalf(values)).fit(np.zeros((10, 1)))
    assert [str(warning.message) for warning in caught] == [
        "9 of 10 rows look unusual. fraction='auto' takes at most a share of 0.5, the lowest. Look "
        "at the others. If hardly any row is as good as the target set, set "
        "max_class_fraction=None."
    ]
    assert selector.n_dropped_ == 5
    assert cls(CutsAtOneHalf(values), max_class_fraction=None).fit(X[:10]).n_dropped_ == 9


def test_many_classes_share_one_warning():
    y = np.repeat(np.arange(6), 5)
    with pytest.warns(ClassFractionWarning) as caught:
        LowValueFilter(CutsAtOneHalf(np.full(30, 0.4))).fit(np.zeros((30, 1)), y)
    assert len(caught) == 1
    assert "class '2', so do those of 3 more classes look wrong" in str(caught[0].message)


@BOTH
def test_a_class_of_one_row_or_two(cls):
    y = np.array(["a"] * 8 + ["one"] + ["two"] * 2)
    values = np.r_[np.full(8, 0.9), 0.1, 0.1, 0.2]
    selector = cls(CutsAtOneHalf(values)).fit(np.zeros((11, 1)), y)
    np.testing.assert_array_equal(np.flatnonzero(~selector.support_), [9])


@pytest.mark.parametrize(
    "container", [list, pd.Series, lambda y: y[:, None], pd.Categorical, lambda y: pd.DataFrame(y)]
)
def test_labels_in_any_container(container):
    with pytest.warns(ClassFractionWarning, match="class 'few'"):
        sampler = LowValueSampler(CutsAtOneHalf(VALUES)).fit(X, container(Y))
    assert sampler.n_dropped_ == 4


@pytest.mark.parametrize("container", [np.array, csr_array])
def test_several_labels_a_row_are_not_limited(container):
    y = container(np.c_[np.arange(25) >= 20, np.zeros(25)].astype(int))
    sampler = LowValueSampler(CutsAtOneHalf(VALUES)).fit(X, y)
    np.testing.assert_array_equal(sampler.support_[20:], [False] * 4 + [True])


def test_numbers_are_not_limited():
    class Numbers(CutsAtOneHalf):
        task_ = "regression"

    assert LowValueSampler(Numbers(np.r_[0.9, np.full(24, 0.1)])).fit(X, X).n_dropped_ == 24


@pytest.mark.parametrize("wrong", [0.0, -0.1, 1.1, "half"])
@BOTH
def test_out_of_range(cls, wrong):
    with pytest.raises(ValueError, match="The 'max_class_fraction' parameter of"):
        cls(GivenValuer(VALUES), max_class_fraction=wrong).fit(X, Y)


def slow_keep(values, groups, n_low, max_fraction):
    """Row by row, the lowest first."""
    kept = [True] * len(values)
    left = {}
    for group in set(groups.tolist()):
        size = sum(other == group for other in groups.tolist())
        most = size - 1
        if max_fraction is not None:
            most = min(most, int(max_fraction * size + 1e-9))
        left[group] = most
    for row in sorted(range(len(values)), key=lambda row: (values[row], row))[:n_low]:
        if left[groups[row]] > 0:
            left[groups[row]] -= 1
            kept[row] = False
    return kept


@given(
    st.integers(1, 30).flatmap(
        lambda n: st.tuples(
            st.lists(st.integers(-3, 3), min_size=n, max_size=n),
            st.lists(st.integers(0, 3), min_size=n, max_size=n),
            st.integers(0, n),
        )
    ),
    st.sampled_from([None, 0.1, 0.29, 0.5, 0.7, 1.0]),
)
@settings(deadline=None)
def test_the_cut_is_that_of_a_slow_one(rows, max_fraction):
    values, groups, n_low = np.array(rows[0], float), np.array(rows[1]), rows[2]
    found = keep_within_groups(values, groups, n_low, max_fraction)
    np.testing.assert_array_equal(found, slow_keep(values, groups, n_low, max_fraction))


def test_a_valuers_own_frame_marks_what_the_filter_drops():
    rng = np.random.default_rng(0)
    y = np.r_[np.zeros(80, int), np.ones(10, int)]
    rows = rng.normal(size=(90, 3)) + 6.0 * y[:, None]
    y[81:90] = 2  # a class of its own kind, and one row of class 1 among it
    y[:8] = 2
    valuer = DVGSValuer(cv=3, n_restarts=1, random_state=0)
    fitted = valuer.fit(rows, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ClassFractionWarning)
        chosen = LowValueFilter(valuer).fit(rows, y)
    np.testing.assert_array_equal(fitted.values_frame()["is_low"], ~chosen.support_)
