import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from skdvgs.exceptions import InvalidInputError
from skdvgs.plotting import ValueScatterDisplay

RNG = np.random.default_rng(0)
LEVELS = RNG.uniform(0, 3, size=100)
VALUES = -LEVELS + RNG.normal(size=100)


def test_draws_rows_and_quartiles_of_equally_full_bins():
    display = ValueScatterDisplay.from_values(VALUES, LEVELS, x_name="level", n_bins=5)
    (points,) = display.points_
    np.testing.assert_array_equal(points.get_offsets(), np.column_stack([LEVELS, VALUES]))
    bins = np.array_split(np.argsort(LEVELS), 5)
    centres = [np.median(LEVELS[rows]) for rows in bins]
    np.testing.assert_allclose(display.line_.get_xdata(), centres)
    np.testing.assert_allclose(
        display.line_.get_ydata(), [np.median(VALUES[rows]) for rows in bins]
    )
    band = display.band_.get_paths()[0].vertices
    for rows, centre in zip(bins, centres, strict=True):
        ends = band[np.isclose(band[:, 0], centre), 1]
        quartiles = np.quantile(VALUES[rows], [0.25, 0.75])
        np.testing.assert_allclose([ends.min(), ends.max()], quartiles)
    rank_correlation = spearmanr(LEVELS, VALUES).statistic
    assert display.line_.get_label() == f"median (Spearman {rank_correlation:.2f})".replace(
        "-", "−"
    )


def test_noisy_rows_are_drawn_apart_with_another_marker():
    is_noisy = LEVELS > 2
    display = ValueScatterDisplay.from_values(VALUES, LEVELS, is_noisy=is_noisy)
    clean, noisy = display.points_
    np.testing.assert_array_equal(clean.get_offsets()[:, 1], VALUES[~is_noisy])
    np.testing.assert_array_equal(noisy.get_offsets()[:, 1], VALUES[is_noisy])
    assert len(clean.get_paths()[0].vertices) != len(noisy.get_paths()[0].vertices)


def test_few_levels_make_few_bins_and_gaps_are_left_out():
    x = np.repeat([0.0, 1.0, np.nan, 5.0], 25)
    display = ValueScatterDisplay.from_values(VALUES, x)
    np.testing.assert_array_equal(display.line_.get_xdata(), [0, 1, 5])


def test_series_gives_the_name():
    display = ValueScatterDisplay.from_values(VALUES, pd.Series(LEVELS, name="age"))
    assert display.ax_.get_xlabel() == "age"


def test_equal_numbers_have_no_rank_correlation():
    display = ValueScatterDisplay.from_values(VALUES, np.ones(100))
    assert display.line_.get_label() == "median of all"


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (LEVELS[1:], r"x has shape \(99,\)"),
        (np.full(100, "a"), "cannot be read as numbers"),
        (np.full(100, np.nan), "x holds no number"),
    ],
)
def test_errors(x, message):
    with pytest.raises(InvalidInputError, match=message):
        ValueScatterDisplay.from_values(VALUES, x)
