"""LowestImagesDisplay: a contact sheet of the images of lowest value."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._utils.types import HasValues, Labels
from ..metrics._checks import read_column, read_values
from ._display import ValuesDisplay, attribute_of, axes_to_draw_on, palette_of, read_known_noise
from ._images import captions_of, decimals_of, read_images, to_shown_range
from ._sheet import FONT_SIZE, LINE_HEIGHT, LINES_BELOW, Cells, lines_needed

if TYPE_CHECKING:
    from ._display import Axes

_CELL_WIDTH, _TITLE_HEIGHT = 0.95, 0.4  # inches


class LowestImagesDisplay(ValuesDisplay):
    """Contact sheet of the images of lowest value, the lowest first.

    Above each image stands its given label and, after an arrow, the suggested one. Below stands its
    value. Labels that are too long for their image are shortened, so that they still differ.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Value of each row; higher is better.
    images : array-like of shape (n_samples, height, width) or (n_samples, height, width, channels)
        The images. Channels may also come before height. Rows of pixels, of shape
        (n_samples, n_pixels), are read as square grey images unless `image_shape` is given.
    y : array-like of shape (n_samples,), default=None
        Label that each row was given.
    suggested : array-like of shape (n_samples,), default=None
        Label suggested for each row. It is shown where it differs from the given one.
    is_noisy : array-like of bool of shape (n_samples,), default=None
        True for rows known to be noisy. They get a coloured frame.
    image_shape : tuple of int, default=None
        Shape of one image, where the rows are flat.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the whole sheet.
    axes_ : list of matplotlib Axes
        Axes of each image.
    figure_ : matplotlib Figure
        The figure of the axes.
    indices_ : ndarray of shape (n_images,)
        Positions of the rows drawn, lowest first.

    See Also
    --------
    ValueDistributionDisplay : Where the lowest values lie among all.
    DVGSValuer : Values images as rows of pixels, or as images with a network of one's own.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_digits
    >>> from skdvgs.plotting import LowestImagesDisplay
    >>> digits = load_digits()
    >>> values = np.linspace(1, -1, len(digits.images))
    >>> display = LowestImagesDisplay.from_values(
    ...     values, digits.images, y=digits.target, n_images=8
    ... )
    >>> display.indices_[:3]
    array([1796, 1795, 1794])
    """

    def __init__(
        self,
        values: ArrayLike,
        images: ArrayLike,
        *,
        y: ArrayLike | None = None,
        suggested: ArrayLike | None = None,
        is_noisy: ArrayLike | None = None,
        image_shape: tuple[int, ...] | None = None,
    ) -> None:
        self.values = values
        self.images = images
        self.y = y
        self.suggested = suggested
        self.is_noisy = is_noisy
        self.image_shape = image_shape

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        images: ArrayLike,
        *,
        y: ArrayLike | None = None,
        suggested: ArrayLike | None = None,
        is_noisy: ArrayLike | None = None,
        image_shape: tuple[int, ...] | None = None,
        ax: Axes | None = None,
        **plot_settings: Any,
    ) -> LowestImagesDisplay:
        """Draw the lowest-valued images.

        Parameters
        ----------
        values : array-like of shape (n_samples,)
            Value of each row; higher is better.
        images : array-like of shape (n_samples, ...)
            The images.
        y : array-like of shape (n_samples,), default=None
            Label that each row was given.
        suggested : array-like of shape (n_samples,), default=None
            Label suggested for each row.
        is_noisy : array-like of bool of shape (n_samples,), default=None
            True for rows known to be noisy.
        image_shape : tuple of int, default=None
            Shape of one image, where the rows are flat.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.
        **plot_settings : dict
            Passed on to :meth:`plot`.

        Returns
        -------
        display : LowestImagesDisplay
            The display, drawn.
        """
        display = cls(
            values, images, y=y, suggested=suggested, is_noisy=is_noisy, image_shape=image_shape
        )
        return display.plot(ax, **plot_settings)

    @classmethod
    def _read_estimator(cls, estimator: HasValues) -> tuple[ArrayLike, dict[str, Any]]:
        values, _ = super()._read_estimator(estimator)
        return values, {"suggested": attribute_of(estimator, "suggested_labels_", of_rows=True)}

    def plot(
        self,
        ax: Axes | None = None,
        *,
        n_images: int = 24,
        n_columns: int = 8,
        cmap: str = "gray",
    ) -> LowestImagesDisplay:
        """Draw the contact sheet.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.
        n_images : int, default=24
            How many images to draw, or all if there are fewer.
        n_columns : int, default=8
            Images side by side.
        cmap : str, default='gray'
            Colour map for images without channels, e.g. 'gray_r' for black on white.

        Returns
        -------
        self : LowestImagesDisplay
            The display.

        Raises
        ------
        InvalidInputError
            If arrays do not match in length, or the images cannot be read as such.
        """
        values = read_values(self.values)
        images = read_images(self.images, len(values), self.image_shape)
        is_noisy = read_known_noise(self.is_noisy, len(values))
        self.indices_ = np.argsort(values, kind="stable")[:n_images]
        shown = to_shown_range(images[self.indices_])
        captions = captions_of(*(self._shown(name, len(values)) for name in ("y", "suggested")))
        cells = self._make_axes(ax, shown, n_columns, captions)
        self._add_title(cells)
        decimals = decimals_of(values[self.indices_])
        numbers = [f"{value:.{decimals}f}".replace("-", "−") for value in values[self.indices_]]
        limits = {} if shown.ndim == 4 else {"vmin": shown.min(), "vmax": shown.max()}
        self.axes_: list[Axes] = []
        for place, pixels in enumerate(shown):
            axes = self.ax_.inset_axes(cells.bounds(place))
            axes.imshow(pixels, cmap=cmap, interpolation="nearest", **limits)
            self.axes_.append(axes)
        self._label_images(cells, cells.fit(captions) if captions else [""] * len(shown), numbers)
        for axes, row in zip(self.axes_, self.indices_, strict=True):
            self._frame(axes, is_noisy is not None and bool(is_noisy[row]))
        return self

    def _label_images(self, cells: Cells, captions: list[str], numbers: list[str]) -> None:
        """Write the captions above the images, and the values below."""
        size, grey = cells.fontsize, palette_of(self.ax_).grey
        for axes, caption, number in zip(self.axes_, captions, numbers, strict=True):
            axes.set(xticks=[], yticks=[])
            # Between two dollar signs matplotlib would read a formula.
            axes.set_title(caption, fontsize=size, pad=2, parse_math=False)
            axes.set_xlabel(number, fontsize=0.9 * size, color=grey, labelpad=2)

    def _frame(self, axes: Axes, noisy: bool) -> None:
        colours = palette_of(self.ax_)
        for spine in axes.spines.values():
            spine.set_color(colours.vermilion if noisy else "0.75")
            spine.set_linewidth(2.5 if noisy else 0.6)

    def _shown(self, name: str, n_samples: int) -> Labels | None:
        """Return `y` or `suggested` of the rows drawn."""
        column = getattr(self, name)
        return None if column is None else read_column(column, name, n_samples)[self.indices_]

    def _make_axes(
        self, ax: Axes | None, shown: NDArray[Any], n_columns: int, captions: list[list[str]]
    ) -> Cells:
        n_columns = min(n_columns, len(shown))
        n_rows = math.ceil(len(shown) / n_columns)
        extent = None if ax is None else ax.get_window_extent().width / ax.figure.dpi
        width = n_columns * _CELL_WIDTH if extent is None else extent
        n_lines = lines_needed(captions, 72 * width / n_columns)
        caption_height = LINE_HEIGHT * FONT_SIZE * (n_lines + LINES_BELOW) / 72
        height = n_rows * (0.9 * _CELL_WIDTH * shown.shape[1] / shown.shape[2] + caption_height)
        figsize = (width + 0.1, height + _TITLE_HEIGHT)
        self.figure_, self.ax_ = axes_to_draw_on(type(self).__name__, ax, figsize)
        self.ax_.set_axis_off()
        if ax is not None:
            height = ax.get_window_extent().height / self.figure_.dpi
        return Cells(n_rows, n_columns, (72 * width, 72 * height), n_lines)

    def _add_title(self, cells: Cells) -> None:
        title = f"{len(self.indices_)} lowest-valued rows"
        if self.y is not None:
            arrow = " → suggested label" if self.suggested is not None else ""
            title += f"; given label{arrow}"
        title += "; value below" + "; framed: known to be noisy" * (self.is_noisy is not None)
        most = max(20, int(cells.size[0] / (0.5 * FONT_SIZE)))
        self.ax_.set_title(textwrap.fill(title, most), fontsize=FONT_SIZE, loc="left")
