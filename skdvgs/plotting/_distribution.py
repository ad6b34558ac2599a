"""ValueDistributionDisplay: where the values lie, and where the cut is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..metrics._checks import read_values
from ._fitted import attribute_of, read_mask, values_of
from ._histogram import Outline, class_members, groups_of, outline_of
from ._matplotlib import axes_to_draw_on
from ._style import GREY

if TYPE_CHECKING:
    from ._matplotlib import Axes

_RIDGE_HEIGHT = 0.82


class ValueDistributionDisplay:
    """Distribution of values, with the cut below which rows are low.

    All rows together, or each class by itself with `y`; noisy rows apart from clean ones with
    `is_noisy`, where it is known which they are.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Value of each row; higher is better.
    threshold : float, default=None
        The cut: rows with a lower value are low. None draws none.
    y : array-like of shape (n_samples,), default=None
        Class of each row, at most 50 classes, for a row of the picture each.
    is_noisy : array-like of bool of shape (n_samples,), default=None
        True for rows known to be noisy.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        What was drawn on.
    outlines_ : dict
        For each group of rows the artist that shows it: ``(class or None, 'all', 'clean' or
        'noisy')`` to StepPatch or PolyCollection.
    line_ : matplotlib Line2D or None
        The cut.

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
    def from_estimator(
        cls,
        estimator: Any,
        *,
        threshold: float | None = None,
        y: ArrayLike | None = None,
        is_noisy: ArrayLike | None = None,
        ax: Axes | None = None,
        **plot_settings: Any,
    ) -> ValueDistributionDisplay:
        """Draw the values of a fitted valuer, filter or sampler.

        Parameters
        ----------
        estimator : fitted DVGSValuer, LowValueFilter or LowValueSampler
            Anything with `values_`.
        threshold : float, default=None
            The cut. None is the estimator's own `threshold_`, where it has one.
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
        values = values_of(estimator)
        if threshold is None:
            threshold = attribute_of(estimator, "threshold_")
        display = cls(values, threshold=threshold, y=y, is_noisy=is_noisy)
        return display.plot(ax, **plot_settings)

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
            The cut. None draws none.
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

    def plot(
        self, ax: Axes | None = None, *, kind: str = "hist", bins: int = 40
    ) -> ValueDistributionDisplay:
        """Draw the distribution.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.
        kind : {'hist', 'density'}, default='hist'
            Counts of rows, or smooth densities (Gaussian kernels, Silverman's width), which
            together have an area of 1. Of each class the highest point has the same height.
        bins : int, default=40
            Bins of the histogram, all of one width.

        Returns
        -------
        self : ValueDistributionDisplay
            The display.

        Raises
        ------
        InvalidInputError
            If arrays do not match in length, or there are more than 50 classes.
        """
        values = read_values(self.values)
        is_noisy = read_mask(self.is_noisy, len(values))
        outline = outline_of(values, kind, bins)
        classes = None if self.y is None else class_members(self.y, len(values))
        height = 4.0 if classes is None else 1.4 + max(1.8, 0.38 * len(classes))
        self.figure_, self.ax_ = axes_to_draw_on(type(self).__name__, ax, (6.4, height))
        self.outlines_: dict[tuple[Any, str], Any] = {}
        if classes is None:
            every = groups_of(np.ones(len(values), dtype=bool), is_noisy)
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
        locator = self.ax_.yaxis.get_major_locator()
        # Ticks that a user has set stay where they are.
        if kind == "hist" and type(locator).__name__ in ("AutoLocator", "MaxNLocator"):
            locator.set_params(integer=True)

    def _plot_classes(
        self,
        outline: Outline,
        classes: dict[Any, NDArray[np.bool_]],
        is_noisy: NDArray[np.bool_] | None,
    ) -> None:
        places = range(len(classes) - 1, -1, -1)  # from the top down, as a list is read
        for place, (label, members) in zip(places, classes.items(), strict=True):
            self.ax_.axhline(place, color="0.85", linewidth=0.6, zorder=0)
            groups = groups_of(members, is_noisy)
            drawn = outline.draw_groups(self.ax_, groups, float(place), _RIDGE_HEIGHT)
            self.outlines_ |= {(label, name): artist for name, artist in drawn.items()}
            if self.threshold is not None:
                self.ax_.annotate(
                    f"{np.mean(outline.values[members] < self.threshold):.0%} below",
                    (1.01, place + 0.1),
                    xycoords=("axes fraction", "data"),
                    color=GREY,
                    fontsize="small",
                )
        names = [f"{label} ({members.sum()})" for label, members in classes.items()]
        self.ax_.set_yticks(places, names)
        self.ax_.tick_params(axis="y", length=0)
        self.ax_.set(ylabel="class (rows)", ylim=(-0.1, len(classes)))

    def _plot_cut(self, values: NDArray[np.float64]) -> None:
        self.line_ = None
        if self.threshold is None:
            return
        n_below = np.count_nonzero(values < self.threshold)
        self.line_ = self.ax_.axvline(
            self.threshold,
            color="black",
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
            # Where no data can be: above the axes, and over the names of the classes.
            self.ax_.legend(
                entries.values(),
                entries.keys(),
                loc="lower left" if self.y is None else "lower right",
                bbox_to_anchor=(0 if self.y is None else 1, 1),
                ncols=2,
                frameon=False,
                fontsize="small",
            )
