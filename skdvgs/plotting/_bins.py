"""The line through a cloud of values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from ..exceptions import InvalidInputError
from ._fitted import read_column


def median_label(x: NDArray[np.float64], values: NDArray[np.float64]) -> str:
    """Name the line of medians, with the rank correlation where there is one."""
    # Ranks of equal numbers correlate with nothing.
    if np.ptp(x) == 0 or np.ptp(values) == 0:
        return "median of all" if np.ptp(x) == 0 else "median"
    correlation = f"{spearmanr(x, values).statistic:.2f}".replace("-", "−")
    return f"median (Spearman {correlation})"


def read_numbers(x: Any, n_samples: int) -> NDArray[np.float64]:
    """Read one number for each row, NaN where it is missing.

    Raises
    ------
    InvalidInputError
        If there are more or fewer, or none is a number.
    """
    column = read_column(x, "x", n_samples)
    try:
        numbers = column.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"x cannot be read as numbers ({error}). Values are drawn along an axis. Pass numbers, "
            "or draw classes with ValueDistributionDisplay."
        ) from error
    if not np.isfinite(numbers).any():
        raise InvalidInputError(
            "x holds no number, only missing ones. There is nothing to draw values against. Pass "
            "another column."
        )
    return numbers


def bin_quartiles(
    x: NDArray[np.float64], values: NDArray[np.float64], n_bins: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Median of x, and quartiles of the values, in bins of equally many rows."""
    inner = np.unique(np.quantile(x, np.linspace(0, 1, n_bins + 1)[1:-1]))
    bins = np.digitize(x, inner)
    members = [bins == number for number in np.unique(bins)]
    centres = np.array([np.median(x[rows]) for rows in members])
    quartiles = np.array([np.quantile(values[rows], [0.25, 0.5, 0.75]) for rows in members])
    return centres, quartiles.T
