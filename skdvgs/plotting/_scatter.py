"""ValueScatterDisplay: values against a feature or a noise level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import spearmanr

from .._utils.types import Floats, Mask
from ..exceptions import InvalidInputError
from ..metrics._checks import read_column, read_values
from ._display import ValuesDisplay, axes_to_draw_on, palette_of, read_known_noise

if TYPE_CHECKING:
    from ._display import Axes

_LEGEND_SIZE = 30.0  # area of a point in the legend, in points squared


class ValueScatterDisplay(ValuesDisplay):
    """Value of each row against one number of the row, with a line of medians.

    Rows are put into bins along `x`, equally many into each. The line joins the medians of the
    values in the bins, and the band holds the middle half of the values.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Value of each row; higher is better.
    x : array-like of shape (n_samples,)
        What to draw the values against: a feature, a noise level. Rows with NaN are left out.
    x_name : str, default=None
        What `x` is, for the axis. None takes the name of a pandas or polars Series.
    is_noisy : array-like of bool of shape (n_samples,), default=None
        True for rows known to be noisy, which are drawn apart.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the points.
    figure_ : matplotlib Figure
        The figure of `ax_`.
    points_ : list of matplotlib PathCollection
        All rows, or clean rows and noisy rows if `is_noisy` is given.
    line_ : matplotlib Line2D
        Medians of the bins.
    band_ : matplotlib PolyCollection
        From the lower to the upper quartile of the bins.

    See Also
    --------
    skdvgs.datasets.corrupt_features : Adds noise of known levels.
    ValueDistributionDisplay : Distribution of the values alone.

    Examples
    --------
    >>> import numpy as np
    >>> from skdvgs.plotting import ValueScatterDisplay
    >>> levels = np.linspace(0, 3, 200)
    >>> display = ValueScatterDisplay.from_values(-levels, levels, x_name="noise level")
    >>> display.ax_.get_xlabel()
    'noise level'
    >>> display.line_.get_label()
    'median (Spearman −1.00)'
    """

    def __init__(
        self,
        values: ArrayLike,
        x: ArrayLike,
        *,
        x_name: str | None = None,
        is_noisy: ArrayLike | None = None,
    ) -> None:
        self.values = values
        self.x = x
        self.x_name = x_name
        self.is_noisy = is_noisy

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        x: ArrayLike,
        *,
        x_name: str | None = None,
        is_noisy: ArrayLike | None = None,
        ax: Axes | None = None,
        **plot_settings: Any,
    ) -> ValueScatterDisplay:
        """Draw an array of values.

        Parameters
        ----------
        values : array-like of shape (n_samples,)
            Value of each row; higher is better.
        x : array-like of shape (n_samples,)
            What to draw the values against.
        x_name : str, default=None
            What `x` is, for the axis.
        is_noisy : array-like of bool of shape (n_samples,), default=None
            True for rows known to be noisy.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.
        **plot_settings : dict
            Passed on to :meth:`plot`.

        Returns
        -------
        display : ValueScatterDisplay
            The display, drawn.
        """
        display = cls(values, x, x_name=x_name, is_noisy=is_noisy)
        return display.plot(ax, **plot_settings)

    def plot(self, ax: Axes | None = None, *, n_bins: int = 10) -> ValueScatterDisplay:
        """Draw the rows and the line.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.
        n_bins : int, default=10
            Number of bins; fewer where `x` has few distinct values.

        Returns
        -------
        self : ValueScatterDisplay
            The display.

        Raises
        ------
        InvalidInputError
            If arrays do not match in length, or `x` is not numbers.
        """
        values = read_values(self.values)
        x = _read_numbers(self.x, len(values))
        is_noisy = read_known_noise(self.is_noisy, len(values))
        self.figure_, self.ax_ = axes_to_draw_on(type(self).__name__, ax, (5.6, 4.2))
        ink = palette_of(self.ax_).ink
        # The more points, the smaller, so that their density shows.
        size = float(np.clip(8e3 / len(values), 3, 25))
        self._plot_points(x, values, is_noisy, size)
        known = np.isfinite(x)
        centres, (low, middle, high) = _bin_quartiles(x[known], values[known], n_bins)
        self.band_ = self.ax_.fill_between(
            centres,
            low,
            high,
            color=ink,
            alpha=0.15,
            linewidth=0,
            label="middle half of each bin",
        )
        (self.line_,) = self.ax_.plot(
            centres, middle, color=ink, label=_median_label(x[known], values[known])
        )
        name = self.x_name or getattr(self.x, "name", None) or "x"
        self.ax_.set(xlabel=str(name), ylabel="data value (higher is better)")
        self.ax_.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=2,
            frameon=False,
            fontsize="small",
            markerscale=(_LEGEND_SIZE / size) ** 0.5,
        )
        return self

    def _plot_points(
        self,
        x: Floats,
        values: Floats,
        is_noisy: Mask | None,
        size: float,
    ) -> None:
        settings: dict[str, Any] = {"s": size, "alpha": 0.45, "linewidths": 0}
        settings["rasterized"] = len(values) > 5000
        colours = palette_of(self.ax_)
        if is_noisy is None:
            self.points_ = [self.ax_.scatter(x, values, color=colours.blue, **settings)]
            return
        groups = (
            ("clean rows", ~is_noisy, colours.blue, "o"),
            ("noisy rows", is_noisy, colours.vermilion, "^"),
        )
        self.points_ = [
            self.ax_.scatter(x[m], values[m], color=c, marker=k, label=label, **settings)
            for label, m, c, k in groups
        ]


def _median_label(x: Floats, values: Floats) -> str:
    """Name the line of medians, with the rank correlation if it is defined."""
    # Equal numbers have no rank correlation.
    if np.ptp(x) == 0 or np.ptp(values) == 0:
        return "median of all" if np.ptp(x) == 0 else "median"
    correlation = f"{spearmanr(x, values).statistic:.2f}".replace("-", "−")
    return f"median (Spearman {correlation})"


def _read_numbers(x: ArrayLike, n_samples: int) -> Floats:
    """Return one number for each row, NaN where it is missing."""
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


def _bin_quartiles(x: Floats, values: Floats, n_bins: int) -> tuple[Floats, Floats]:
    """Return for each bin the median of x and the quartiles of the values, of shape (3, n_bins)."""
    inner = np.unique(np.quantile(x, np.linspace(0, 1, n_bins + 1)[1:-1]))
    bins = np.digitize(x, inner)
    members = [bins == number for number in np.unique(bins)]
    centres = np.array([np.median(x[rows]) for rows in members])
    quartiles = np.array([np.quantile(values[rows], [0.25, 0.5, 0.75]) for rows in members])
    return centres, quartiles.T
