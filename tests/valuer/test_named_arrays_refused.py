"""Rows of several named arrays: what is refused, and said."""

import numpy as np
import pytest

from skdvgs import DVGSValuer
from skdvgs.exceptions import InvalidInputError
from tests.valuer.named_array_cases import (
    IDS,
    MASK,
    N_SOURCE,
    SOURCE,
    TARGET,
    Items,
    Y,
    fitted,
    make_net,
    take,
)


class Arrow:
    """As a table of the library datasets."""

    __module__ = "datasets.arrow_dataset"

    def with_format(self, kind):
        raise AssertionError("read without being told which columns")


def test_tables_of_datasets():
    with pytest.raises(InvalidInputError, match=r"Pass those as a dict of arrays.*with_format"):
        fitted(Arrow())


REFUSED = {
    "X holds arrays of lengths": lambda: fitted(take(SOURCE) | {"age": np.ones((3, 2))}),
    r"X\['age'\] contains NaN.*Row 2 is": lambda: fitted(
        take(SOURCE) | {"age": np.where(np.arange(N_SOURCE)[:, None] == 2, np.nan, [1.0, 2.0])}
    ),
    "lists of unlike lengths.*Pad them": lambda: fitted({"ids": [[1, 2], [3]]}, y=[0, 1]),
    r"X\['text'\] holds entries of type": lambda: fitted({"text": ["a", "b"]}, y=[0, 1]),
    "X is an empty dict": lambda: fitted({}, y=[0, 1]),
    "X has the key 3": lambda: fitted({3: np.ones((2, 2))}, y=[0, 1]),
    r"X\['ids'\] is a dict": lambda: fitted({"ids": {"a": np.ones(2)}}, y=[0, 1]),
    "0 sample": lambda: fitted({"ids": np.ones((0, 2))}, y=[]),
    "X_val holds the arrays": lambda: fitted(take(SOURCE), {"ids": IDS[:4]}),
    r"X_val\['ids'\] has rows of shape \(3,\).*Pad both": lambda: fitted(
        take(SOURCE), take(TARGET) | {"ids": IDS[TARGET, :3]}
    ),
    r"X_val\['mask'\] holds float32": lambda: fitted(
        take(SOURCE), take(TARGET) | {"mask": MASK[TARGET] * 1.0}
    ),
    "X_val is a ndarray of one array": lambda: fitted(take(SOURCE), IDS[TARGET]),
    "y has 31 rows": lambda: fitted(take(SOURCE), y=Y[:31]),
    r"unexpected keyword.*arguments of these names": lambda: fitted(
        {"words" if n == "ids" else n: p for n, p in take(SOURCE).items()}
    ),
    "but net=None": lambda: DVGSValuer().fit(take(SOURCE), Y[SOURCE]),
    "Target set 'b': X_val holds the arrays": lambda: DVGSValuer(make_net()).fit(
        take(SOURCE),
        Y[SOURCE],
        X_val={"a": take(TARGET), "b": {"ids": IDS[TARGET]}},
        y_val={"a": Y[TARGET], "b": Y[TARGET]},
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused(message):
    with pytest.raises(InvalidInputError, match=message):
        REFUSED[message]()


def test_other_rows_after_fit():
    valuer = fitted(take(SOURCE), take(TARGET), store_trajectory=True)
    with pytest.raises(InvalidInputError, match="X is a ndarray of one array"):
        valuer.score_samples(IDS, Y)
    with pytest.raises(InvalidInputError, match="X holds the arrays"):
        valuer.score_samples({"ids": IDS}, Y)


class Unlike(Items):
    def __init__(self, change):
        super().__init__(slice(0, 9), False)
        self.change = change

    def __getitem__(self, i):
        parts = super().__getitem__(i)
        return self.change(parts) if i == 3 else parts


CHANGES = {
    "unlike shapes.*Pad them": lambda parts: parts | {"ids": parts["ids"][:3]},
    "Return the same keys": lambda parts: {"ids": parts["ids"]},
    "were read as": lambda parts: parts | {"ids": parts["ids"].float()},
}


@pytest.mark.parametrize("message", CHANGES)
def test_items_that_differ(message):
    with pytest.raises(InvalidInputError, match=message):
        fitted(Unlike(CHANGES[message]), y=Y[:9])
