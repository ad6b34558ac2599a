"""ValueDistributionDisplay: how values are distributed, and where the cut lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from .._utils.types import Floats, HasValues, Mask
from ..metrics._checks import read_values
from ._display import (
    ValuesDisplay,
    attribute_of,
    axes_to_draw_on,
    palette_of,
    read_known_noise,
    shorten,
)
from ._histogram import Outline, class_members, groups_of, outline_of

if TYPE_CHECKING:
    from ._display import Artist, Axes

_RIDGE_HEIGHT = 0.82
_LONGEST_CLASS = 24  # characters


class ValueDistributionDisplay(ValuesDisplay):
    """Distribution of values, with the cut below which rows are low.

    All rows are drawn together, or each class by itself with `y`. With `is_noisy`, noisy rows are
    drawn apart from clean ones.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Value of each row; higher is better.
    threshold : float, default=None
        The cut: rows with a lower value are low. None draws no cut.
    y : array-like of shape (n_samples,), default=None
        Class of each row. Each class is drawn by itself, at most 50 of them.
    is_noisy : array-like of bool of shape (n_samples,), default=None
        True for rows known to be noisy.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Axes with the histogram, and their figure.
    outlines_ : dict
        What shows each group of rows, a StepPatch or a PolyCollection. A key is a pair of the
        class, None for all classes together, and 'all', 'clean' or 'noisy'.
    line_ : matplotlib Line2D or None
        Vertical line at the cut; None without a cut.

    See Also
    --------
    NoiseDetectionDisplay : How well low values find the noisy rows.
    LowValueFilter : Places the cut.

    Examples
    --------
    >>> import numpy as np
    >>> from skdvgs.plotting import ValueDistributionDisplay
    >>> values = np.random.default_rng(0).normal(size=100)
    >>> display = ValueDistributionDisplay.from_values(values, threshold=-1.0)
    >>> display.line_.get_label()
    'cut at -1: 15 of 100 rows below'
    """

    def __init__(
        self,
        values: ArrayLike,
        *,
        threshold: float | None = None,
        y: ArrayLike | None = None,
        is_noisy: ArrayLike | None = None,
    ) -> None:
        self.values = values
        self.threshold = threshold
        self.y = y
        self.is_noisy = is_noisy

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        *,
        threshold: float | None = None,
        y: ArrayLike | None = None,
        is_noisy: ArrayLike | None = None,
        ax: Axes | None = None,
        **plot_settings: Any,
    ) -> ValueDistributionDisplay:
        """Draw an array of values.

        Parameters
        ----------
        values : array-like of shape (n_samples,)
            Value of each row; higher is better.
        threshold : float, default=None
            The cut. None draws no cut.
        y : array-like of shape (n_samples,), default=None
            Class of each row, to draw each class by itself.
        is_noisy : array-like of bool of shape (n_samples,), default=None
            True for rows known to be noisy.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.
        **plot_settings : dict
            Passed on to :meth:`plot`.

        Returns
        -------
        display : ValueDistributionDisplay
            The display, drawn.
        """
        display = cls(values, threshold=threshold, y=y, is_noisy=is_noisy)
        return display.plot(ax, **plot_settings)

    @classmethod
    def _read_estimator(cls, estimator: HasValues) -> tuple[ArrayLike, dict[str, Any]]:
        values, _ = super()._read_estimator(estimator)
        return values, {"threshold": attribute_of(estimator, "threshold_")}

    def plot(
        self, ax: Axes | None = None, *, kind: Literal["hist", "density"] = "hist", bins: int = 40
    ) -> ValueDistributionDisplay:
        """Draw the distribution.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.
        kind : {'hist', 'density'}, default='hist'
            Counts of rows, or smooth densities (Gaussian kernels, Silverman's width) whose areas
            add up to 1. All classes are drawn equally high.
        bins : int, default=40
            Number of bins of the histogram, all of one width.

        Returns
        -------
        self : ValueDistributionDisplay
            The display.

        Raises
        ------
        InvalidInputError
            If arrays do not match in length, there are more than 50 classes, or `kind` is unknown.
        """
        values = read_values(self.values)
        is_noisy = read_known_noise(self.is_noisy, len(values))
        outline = outline_of(values, kind, bins)
        classes = None if self.y is None else class_members(self.y, len(values))
        height = 4.0 if classes is None else 1.4 + max(1.8, 0.38 * len(classes))
        self.figure_, self.ax_ = axes_to_draw_on(type(self).__name__, ax, (6.4, height))
        self.outlines_: dict[tuple[object, str], Artist] = {}
        colours = palette_of(self.ax_)
        if classes is None:
            every = groups_of(np.ones(len(values), dtype=bool), is_noisy, colours)
            for name, artist in outline.draw_groups(self.ax_, every).items():
                self.outlines_[None, name] = artist
            self.ax_.set(ylabel="rows" if kind == "hist" else "density", ylim=(0, None))
            self._count_whole_rows(kind)
        else:
            self._plot_classes(outline, classes, is_noisy)
        self._plot_cut(values)
        self.ax_.set(xlabel="data value (higher is better)", xlim=outline.limits)
        self._add_legend()
        return self

    def _count_whole_rows(self, kind: str) -> None:
        from matplotlib.ticker import MaxNLocator

        locator = self.ax_.yaxis.get_major_locator()
        # Ticks that a user has set stay where they are.
        if kind == "hist" and isinstance(locator, MaxNLocator):
            locator.set_params(integer=True)

    def _plot_classes(
        self,
        outline: Outline,
        classes: dict[object, Mask],
        is_noisy: Mask | None,
    ) -> None:
        colours = palette_of(self.ax_)
        places = range(len(classes) - 1, -1, -1)  # from the top down, as a list is read
        for place, (label, members) in zip(places, classes.items(), strict=True):
            self.ax_.axhline(place, color=colours.ink, alpha=0.15, linewidth=0.6, zorder=0)
            groups = groups_of(members, is_noisy, colours)
            drawn = outline.draw_groups(self.ax_, groups, float(place), _RIDGE_HEIGHT)
            self.outlines_ |= {(label, name): artist for name, artist in drawn.items()}
            if self.threshold is not None:
                self.ax_.annotate(
                    f"{np.mean(outline.values[members] < self.threshold):.0%} below",
                    (1.01, place + 0.1),
                    xycoords=("axes fraction", "data"),
                    color=colours.grey,
                    fontsize="small",
                )
        short = shorten(map(str, classes), _LONGEST_CLASS)
        names = [f"{short[str(label)]} ({members.sum()})" for label, members in classes.items()]
        # Between two dollar signs matplotlib would read a formula.
        self.ax_.set_yticks(places, names, parse_math=False)
        self.ax_.tick_params(axis="y", length=0)
        self.ax_.set(ylabel="class (rows)", ylim=(-0.1, len(classes)))

    def _plot_cut(self, values: Floats) -> None:
        self.line_ = None
        if self.threshold is None:
            return
        n_below = np.count_nonzero(values < self.threshold)
        self.line_ = self.ax_.axvline(
            self.threshold,
            color=palette_of(self.ax_).ink,
            ls="--",
            lw=1.2,
            label=f"cut at {self.threshold:.2g}: {n_below} of {len(values)} rows below",
        )

    def _add_legend(self) -> None:
        entries = {f"{name} rows": artist for (_, name), artist in self.outlines_.items()}
        entries.pop("all rows", None)
        if self.line_ is not None:
            entries[str(self.line_.get_label())] = self.line_
        if entries:
            # Above the axes, where no data can be.
            self.ax_.legend(
                entries.values(),
                entries.keys(),
                loc="lower left" if self.y is None else "lower right",
                bbox_to_anchor=(0 if self.y is None else 1, 1),
                ncols=2,
                frameon=False,
                fontsize="small",
            )
