import numpy as np
import pandas as pd
import pytest

from skdvgs.datasets import corrupt_targets
from skdvgs.exceptions import InvalidInputError

TARGETS = {
    "floats": np.linspace(-1, 1, 50),
    "many equal": np.repeat([0.0, 0.0, 0.0, 0.0, 1.5], 10),
    "several outputs": np.random.default_rng(0).integers(0, 3, size=(50, 2)).astype(float),
    "list": list(range(50)),
    "series": pd.Series(np.linspace(0, 1, 50), index=np.arange(50) + 7, name="price"),
    "frame": pd.DataFrame({"a": np.arange(50), "b": np.linspace(0, 1, 50)}, index=range(9, 59)),
}


@pytest.mark.parametrize("y", TARGETS.values(), ids=TARGETS)
def test_targets_come_from_other_rows_and_differ(y):
    y_noisy, corrupted = corrupt_targets(y, 0.2, random_state=0)
    before, after = (np.asarray(a, dtype=float).reshape(50, -1) for a in (y, y_noisy))
    assert corrupted.sum() == 10
    assert np.array_equal((before != after).any(axis=1), corrupted)
    assert {tuple(row) for row in after} <= {tuple(row) for row in before}
    if hasattr(y, "index") and hasattr(y, "iloc"):
        assert type(y_noisy) is type(y)
        assert y_noisy.index.equals(y.index)
        assert np.array_equal(y_noisy.dtypes, y.dtypes)


def test_each_row_of_another_target_is_an_equally_likely_donor():
    y = np.array([0.0, 0.0, 1.0, 2.0, 2.0, 2.0])
    draws = [corrupt_targets(y, 1.0, random_state=seed)[0] for seed in range(2000)]
    assert np.mean([draw[2] == 0.0 for draw in draws]) == pytest.approx(2 / 5, abs=0.03)
    assert np.mean([draw[0] == 1.0 for draw in draws]) == pytest.approx(1 / 4, abs=0.03)
    assert np.mean([draw[5] == 0.0 for draw in draws]) == pytest.approx(2 / 3, abs=0.03)


@pytest.mark.parametrize(
    ("y", "fraction", "message"),
    [([0, 1, 2], 20, "Give a number from 0 to 1"), ([1.0, 1.0], 0.5, "2 equal targets")],
)
def test_errors_say_what_and_what_to_do(y, fraction, message):
    with pytest.raises(InvalidInputError, match=message):
        corrupt_targets(y, fraction)
