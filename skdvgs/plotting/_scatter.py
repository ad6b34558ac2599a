"""ValueScatterDisplay: value against a feature or a noise level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..metrics._checks import read_values
from ._bins import bin_quartiles, median_label, read_numbers
from ._fitted import read_mask, values_of
from ._matplotlib import axes_to_draw_on
from ._style import BLUE, VERMILLION

if TYPE_CHECKING:
    from ._matplotlib import Axes

_LEGEND_SIZE = 30.0  # of points, in points squared


class ValueScatterDisplay:
    """Value of each row against one number that is known of it, with a line through the middle.

    The line joins the medians of the values in bins of equally many rows, and the band holds the
    middle half of each bin.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Value of each row; higher is better.
    x : array-like of shape (n_samples,)
        What to draw them against: a feature, a noise level. Rows where it is NaN are left out.
    x_name : str, default=None
        What `x` is, for the axis. None is the name of a pandas or polars Series.
    is_noisy : array-like of bool of shape (n_samples,), default=None
        True for rows known to be noisy, which are drawn apart.

    Attributes
    ----------
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        Its figure.
    points_ : list of matplotlib PathCollection
        The rows; clean and noisy ones apart if `is_noisy` is given.
    line_ : matplotlib Line2D
        Medians of the bins.
    band_ : matplotlib PolyCollection
        Quartiles of the bins.

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
    def from_estimator(
        cls,
        estimator: Any,
        x: ArrayLike,
        *,
        x_name: str | None = None,
        is_noisy: ArrayLike | None = None,
        ax: Axes | None = None,
        **plot_settings: Any,
    ) -> ValueScatterDisplay:
        """Draw the values of a fitted valuer, filter or sampler.

        Parameters
        ----------
        estimator : fitted DVGSValuer, LowValueFilter or LowValueSampler
            Anything with `values_`.
        x : array-like of shape (n_samples,)
            What to draw them against.
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
        display = cls(values_of(estimator), x, x_name=x_name, is_noisy=is_noisy)
        return display.plot(ax, **plot_settings)

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
            What to draw them against.
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
            Bins of the line; fewer where `x` has few distinct values.

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
        x = read_numbers(self.x, len(values))
        is_noisy = read_mask(self.is_noisy, len(values))
        self.figure_, self.ax_ = axes_to_draw_on(type(self).__name__, ax, (5.6, 4.2))
        # Many points are small, so that their density shows.
        size = float(np.clip(8e3 / len(values), 3, 25))
        self._plot_points(x, values, is_noisy, size)
        known = np.isfinite(x)
        centres, (low, middle, high) = bin_quartiles(x[known], values[known], n_bins)
        self.band_ = self.ax_.fill_between(
            centres,
            low,
            high,
            color="black",
            alpha=0.15,
            linewidth=0,
            label="middle half of each bin",
        )
        (self.line_,) = self.ax_.plot(
            centres, middle, color="black", label=median_label(x[known], values[known])
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
        x: NDArray[np.float64],
        values: NDArray[np.float64],
        is_noisy: NDArray[np.bool_] | None,
        size: float,
    ) -> None:
        settings = {"s": size, "alpha": 0.45, "linewidths": 0, "rasterized": len(values) > 5000}
        if is_noisy is None:
            self.points_ = [self.ax_.scatter(x, values, color=BLUE, **settings)]
            return
        groups = (("clean rows", ~is_noisy, BLUE, "o"), ("noisy rows", is_noisy, VERMILLION, "^"))
        self.points_ = [
            self.ax_.scatter(x[m], values[m], color=c, marker=k, label=label, **settings)
            for label, m, c, k in groups
        ]
