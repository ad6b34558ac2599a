"""NoiseDetectionDisplay: how soon noisy rows are found when rows are inspected by value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._utils.types import HasValues
from ..metrics import noise_detection_auroc, noise_detection_curve
from ._display import ValuesDisplay, axes_to_draw_on, palette_of

if TYPE_CHECKING:
    from ._display import Axes

# The group of a line says what it is, to the displays that are drawn on the same axes later.
_CURVE, _REFERENCE = "skdvgs-curve", "skdvgs-reference"

# Curves differ in dashes too, so that they can be told apart without colours.
_COLOURS = ("blue", "vermilion", "green", "purple", "orange")
_DASHES = ("-", "--", "-.", (0, (5, 1)), (0, (1, 1)))


class NoiseDetectionDisplay(ValuesDisplay):
    """Share of the noisy rows found against the share of rows inspected, lowest value first.

    A perfect and a random ranking are drawn beside the curve. To compare several valuers, draw
    the next one on the axes of the first: ``from_values(..., ax=display.ax_)``.

    Parameters
    ----------
    inspected : array-like of shape (n_points,)
        Share of the rows inspected.
    found : array-like of shape (n_points,)
        Share of the noisy rows among them.
    share_noisy : float
        Share of the rows that are noisy, in (0, 1). There a perfect ranking reaches 1.
    auroc : float, default=None
        AUROC in [0, 1], for the legend.
    name : str, default=None
        Name of the curve in the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curve.
    figure_ : matplotlib Figure
        The figure of `ax_`.
    line_ : matplotlib Line2D
        The curve.

    See Also
    --------
    skdvgs.metrics.noise_detection_curve : The numbers, and how they are defined.
    ValueDistributionDisplay : Where noisy and clean values lie.

    Examples
    --------
    >>> import numpy as np
    >>> from skdvgs.plotting import NoiseDetectionDisplay
    >>> is_noisy = np.arange(100) < 20
    >>> values = np.random.default_rng(0).normal(size=100) - 2 * is_noisy
    >>> display = NoiseDetectionDisplay.from_values(values, is_noisy, name="DVGS")
    >>> display.line_.get_label()
    'DVGS (AUROC 0.971)'
    """

    def __init__(
        self,
        inspected: ArrayLike,
        found: ArrayLike,
        *,
        share_noisy: float,
        auroc: float | None = None,
        name: str | None = None,
    ) -> None:
        self.inspected = inspected
        self.found = found
        self.share_noisy = share_noisy
        self.auroc = auroc
        self.name = name

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        is_noisy: ArrayLike,
        *,
        name: str | None = None,
        ax: Axes | None = None,
        **plot_settings: Any,
    ) -> NoiseDetectionDisplay:
        """Draw the curve of an array of values.

        Parameters
        ----------
        values : array-like of shape (n_samples,)
            Value of each row; higher is better.
        is_noisy : array-like of bool of shape (n_samples,)
            True for rows known to be noisy.
        name : str, default=None
            Name in the legend.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.
        **plot_settings : dict
            Passed on to :meth:`plot`.

        Returns
        -------
        display : NoiseDetectionDisplay
            The display, drawn.
        """
        inspected, found, _ = noise_detection_curve(values, is_noisy)
        display = cls(
            inspected,
            found,
            share_noisy=float(np.mean(np.asarray(is_noisy, dtype=bool))),
            auroc=noise_detection_auroc(values, is_noisy),
            name=name,
        )
        return display.plot(ax, **plot_settings)

    @classmethod
    def _read_estimator(cls, estimator: HasValues) -> tuple[ArrayLike, dict[str, Any]]:
        values, _ = super()._read_estimator(estimator)
        return values, {"name": type(estimator).__name__}

    def plot(
        self,
        ax: Axes | None = None,
        *,
        name: str | None = None,
        plot_perfect: bool = True,
        plot_random: bool = True,
        **line_settings: Any,
    ) -> NoiseDetectionDisplay:
        """Draw the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.
        name : str, default=None
            Name in the legend. None is the name of the display.
        plot_perfect, plot_random : bool, default=True
            Draw what a perfect and a random ranking find, if the axes do not show them yet.
        **line_settings : dict
            Passed on to :meth:`matplotlib.axes.Axes.plot` for the curve.

        Returns
        -------
        self : NoiseDetectionDisplay
            The display.
        """
        self.figure_, self.ax_ = axes_to_draw_on(type(self).__name__, ax, (5.0, 4.4))
        drawn = [line.get_gid() for line in self.ax_.lines]
        if _REFERENCE not in drawn:
            self._plot_references(plot_perfect, plot_random)
        place = drawn.count(_CURVE) % len(_COLOURS)
        settings = {
            "color": getattr(palette_of(self.ax_), _COLOURS[place]),
            "linestyle": _DASHES[place],
            "linewidth": 2.0,
            "label": self._label(self.name if name is None else name),
            **line_settings,
        }
        (self.line_,) = self.ax_.plot(self.inspected, self.found, gid=_CURVE, **settings)
        self.ax_.set(
            xlabel="share of rows inspected, lowest value first",
            ylabel="share of noisy rows found",
            xlim=(-0.01, 1.01),
            ylim=(-0.01, 1.01),
        )
        self.ax_.legend(loc="lower right", frameon=True, edgecolor="none", framealpha=0.9)
        return self

    def _plot_references(self, perfect: bool, random: bool) -> None:
        grey = palette_of(self.ax_).grey
        if perfect:
            corners = [0.0, self.share_noisy, 1.0], [0.0, 1.0, 1.0]
            self.ax_.plot(*corners, ":", color=grey, label="perfect", gid=_REFERENCE)
        if random:
            diagonal = [0.0, 1.0], [0.0, 1.0]
            self.ax_.plot(*diagonal, "-", color=grey, linewidth=0.8, label="random", gid=_REFERENCE)

    def _label(self, name: str | None) -> str:
        if self.auroc is None:
            return name or "values"
        return f"{name or 'values'} (AUROC {self.auroc:.3f})"
