"""Two objects of one length that hold other rows are told apart by their index."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skdvgs import DVGSValuer
from skdvgs.exceptions import InvalidInputError, SkdvgsWarning

CLASS = np.arange(40) % 2
NAMES = [f"r{at}" for at in range(40)]
X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 2)) + 3 * CLASS[:, None], index=NAMES)
Y = pd.Series(CLASS, index=NAMES)
OTHERS = X.set_axis([f"q{at}" for at in range(40)])


def quick(X, y, **given):
    return DVGSValuer(cv=2, n_restarts=1, random_state=0).fit(X, y, **given)


def test_labels_in_another_order_are_warned_of():
    with pytest.warns(SkdvgsWarning, match=r"in another order.*y\.loc\[X\.index\]"):
        moved = quick(X, Y[::-1])
    np.testing.assert_array_equal(moved.values_, quick(X, Y[::-1].to_numpy()).values_)


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        (X, Y),
        (X, Y[::-1].reset_index(drop=True)),
        (X.reset_index(drop=True), Y[::-1]),
        (X.reset_index(drop=True), Y.set_axis(range(40)).sample(frac=1, random_state=0)),
        (OTHERS, Y),
        (X.to_numpy(), Y[::-1]),
    ],
)
def test_an_index_that_says_nothing_is_not(rows, labels):
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*in another order")
        quick(rows, labels)


@pytest.mark.parametrize(
    ("rows", "message"),
    [(X[::-1], "in another order"), (OTHERS, "40 rows that were not valued.*e.g. 'q0'")],
)
def test_explanations_and_reports_are_of_the_rows_of_fit(rows, message, tmp_path):
    valuer = quick(X, Y)
    with pytest.raises(InvalidInputError, match=message):
        valuer.explain([0], X=rows)
    with pytest.raises(InvalidInputError, match=message):
        valuer.report(tmp_path / "r.html", X=rows)
    assert len(valuer.explain([0], X=X.reset_index(drop=True))) == 1


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (np.where(CLASS == 1, np.nan, np.arange(40.0)), "no group for 20 rows, the first is row 1"),
        ([None, *NAMES[1:]], "no group for 1 rows, the first is row 0"),
        (pd.Series(NAMES, dtype="string").mask(CLASS == 0), "no group for 20 rows"),
        (np.array([1, *NAMES[1:]], dtype=object), "several types"),
        (np.zeros(40), "all 40 rows into one group"),
    ],
)
def test_groups(groups, message):
    with pytest.raises(InvalidInputError, match=message):
        quick(X, Y, groups=groups)
    quick(X, Y, groups=np.zeros(40), X_val=X, y_val=Y)
