"""LabelNoiseDisplay: which label each true class is given, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from .._utils.types import Floats, HasValues
from ..exceptions import InvalidInputError
from ._display import Palette, ValuesDisplay, attribute_of, axes_to_draw_on, palette_of, shorten

if TYPE_CHECKING:
    from ._display import Axes

_MOST_WRITTEN = 12  # classes up to which the share stands in each cell
_LONGEST_NAME = 14
_FADED = "#88888830"  # of the shares of right labels, on any background


class LabelNoiseDisplay(ValuesDisplay):
    """How often each true class is given each label, as a matrix.

    A row is a true class, a column a given label. Colours are of the wrong labels alone: right
    ones are many times as frequent, and would outshine them.

    Parameters
    ----------
    label_noise : array-like of shape (n_classes, n_classes)
        Probability of each given label (column) for each true class (row), in [0, 1].
    labels : array-like of shape (n_classes,), default=None
        Names of the classes. None numbers them.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the matrix.
    figure_ : matplotlib Figure
        Its figure.
    image_ : matplotlib AxesImage
        The wrong labels; right ones are masked.
    texts_ : list of matplotlib Text
        Shares in the cells, in percent, empty below 0.05; none if there are more than 12
        classes.

    See Also
    --------
    DVGSValuer : Has the matrix in `label_noise_`.

    Examples
    --------
    >>> from skdvgs.plotting import LabelNoiseDisplay
    >>> display = LabelNoiseDisplay.from_values([[0.9, 0.1], [0.0, 1.0]], labels=["cat", "dog"])
    >>> [text.get_text() for text in display.texts_]
    ['90', '10', '', '100']
    """

    def __init__(self, label_noise: ArrayLike, *, labels: ArrayLike | None = None) -> None:
        self.label_noise = label_noise
        self.labels = labels

    @classmethod
    def from_values(
        cls,
        label_noise: ArrayLike,
        *,
        labels: ArrayLike | None = None,
        ax: Axes | None = None,
        **plot_settings: Any,
    ) -> LabelNoiseDisplay:
        """Draw the matrix.

        Parameters
        ----------
        label_noise : array-like of shape (n_classes, n_classes)
            Probability of each given label (column) for each true class (row), in [0, 1].
        labels : array-like of shape (n_classes,), default=None
            Names of the classes. None numbers them.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.
        **plot_settings : dict
            Passed on to :meth:`plot`.

        Returns
        -------
        display : LabelNoiseDisplay
            The display, drawn.
        """
        return cls(label_noise, labels=labels).plot(ax, **plot_settings)

    @classmethod
    def _read_estimator(cls, estimator: HasValues) -> tuple[ArrayLike, dict[str, Any]]:
        check_is_fitted(estimator)
        noise = attribute_of(estimator, "label_noise_")
        if noise is None:
            raise InvalidInputError(
                f"{type(estimator).__name__} has no label_noise_. The default network finds it for "
                "classes. Pass a DVGSValuer with net=None that was fitted to labels."
            )
        return noise, {"labels": attribute_of(estimator, "classes_")}

    def plot(self, ax: Axes | None = None) -> LabelNoiseDisplay:
        """Draw the matrix.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.

        Returns
        -------
        self : LabelNoiseDisplay
            The display.

        Raises
        ------
        InvalidInputError
            If the matrix is not square, has entries outside [0, 1], or there is not one name for
            each class.
        """
        noise, names = self._read()
        n = len(noise)
        size = min(3.2 + 0.32 * n, 9.0)
        self.figure_, self.ax_ = axes_to_draw_on(type(self).__name__, ax, (size + 0.9, size))
        colours = palette_of(self.ax_)
        wrong = np.ma.masked_array(noise, np.eye(n, dtype=bool))
        # A matrix without wrong labels has no colour, not the strongest one.
        highest = max(float(wrong.max()) if n > 1 else 0.0, 0.01)
        self.image_ = self.ax_.imshow(wrong, cmap=_shades(), vmin=0.0, vmax=highest, aspect="auto")
        bar = self.figure_.colorbar(self.image_, ax=self.ax_, fraction=0.046, pad=0.04)
        bar.set_ticks([tick for tick in bar.get_ticks() if 0.0 <= tick <= highest])
        bar.ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%")
        bar.outline.set_visible(False)
        short = shorten(names, _LONGEST_NAME)
        ticks = np.arange(n) if n <= 50 else np.linspace(0, n - 1, 25).astype(int)
        shown = [short[names[at]] for at in ticks]
        room = 1.0 if n > _MOST_WRITTEN else 3.0
        turn = 90 if n > 6 or max(map(len, shown)) > room * 2 + 2 else 0
        font: dict[str, Any] = {"fontsize": 9 if n <= _MOST_WRITTEN else 7, "parse_math": False}
        self.ax_.set_xticks(ticks, shown, rotation=turn, **font)
        self.ax_.set_yticks(ticks, shown, **font)
        self.ax_.tick_params(length=0)
        self.ax_.set(xlabel="given label", ylabel="true class")
        self._write(noise, highest, colours)
        return self

    def _read(self) -> tuple[Floats, list[str]]:
        noise = np.asarray(self.label_noise, dtype=np.float64)
        if noise.ndim != 2 or noise.shape[0] != noise.shape[1] or noise.size == 0:
            raise InvalidInputError(
                f"label_noise has shape {noise.shape}. It has a row and a column for each class. "
                "Pass the label_noise_ of a fitted DVGSValuer."
            )
        if not np.all((noise >= 0.0) & (noise <= 1.0)):
            raise InvalidInputError(
                f"label_noise reaches from {noise.min():.3g} to {noise.max():.3g}. It holds "
                "probabilities. Divide each row by its sum."
            )
        n = len(noise)
        names = [str(name) for name in (range(n) if self.labels is None else self.labels)]  # type: ignore[union-attr]
        if len(names) != n:
            raise InvalidInputError(
                f"labels holds {len(names)} names, and label_noise {n} classes. Each class needs a "
                "name. Pass as many."
            )
        return noise, names

    def _write(self, noise: Floats, highest: float, colours: Palette) -> None:
        """Write the share in percent into each cell; fade the right ones."""
        from matplotlib.patches import Rectangle

        self.texts_: list[Any] = []
        n = len(noise)
        for at in range(n):
            self.ax_.add_patch(Rectangle((at - 0.5, at - 0.5), 1, 1, facecolor=_FADED, lw=0))
        if n > _MOST_WRITTEN:
            return
        for (row, column), share in np.ndenumerate(noise):
            is_dark = row != column and share > 0.55 * highest
            text = self.ax_.text(
                column,
                row,
                _percent(share),
                ha="center",
                va="center",
                fontsize=9 if n <= 8 else 7,
                color="white" if is_dark else colours.ink,
            )
            self.texts_.append(text)


def _percent(share: float) -> str:
    percent = 100.0 * share
    if percent < 0.05:
        return ""
    return f"{percent:.1f}" if percent < 0.95 else f"{percent:.0f}"


def _shades() -> Any:
    """Return a colour map from nothing to a strong colour, for any background."""
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    strong = to_rgb("#B64600")
    return LinearSegmentedColormap.from_list("wrong", [(*strong, 0.0), (*strong, 1.0)])
