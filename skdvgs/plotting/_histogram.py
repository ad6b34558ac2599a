"""Outline: a histogram or a smooth density of values, on one grid for all groups of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import gaussian_kde

from .._utils.types import Floats, Mask
from ..exceptions import InvalidInputError
from ..metrics._checks import read_column
from ._display import Palette

if TYPE_CHECKING:
    from ._display import Artist, Axes

# For each group by name, its rows and its colour.
Groups: TypeAlias = dict[str, tuple[Mask, str]]

_MOST_CLASSES = 50
_GRID = 400


class Outline:
    """Heights of groups of rows over a grid of values.

    Parameters
    ----------
    values : array of shape (n_samples,)
        Values of all rows.
    edges : array of shape (n_bins + 1,)
        Edges of the bins, from the lowest value or below to the highest or above.
    smooth : bool
        Whether heights are densities, whose areas over all groups add up to 1, or counts.
    """

    def __init__(self, values: Floats, edges: Floats, smooth: bool) -> None:
        self.values = values
        self.edges = edges
        self.smooth = smooth

    @property
    def limits(self) -> tuple[float, float]:
        """Return where the axis of values starts and ends."""
        margin = 0.02 * (self.edges[-1] - self.edges[0])
        return float(self.edges[0] - margin), float(self.edges[-1] + margin)

    def heights(self, rows: Mask) -> Floats:
        """Return the count of some rows in each bin, or their density times their share of all."""
        counts = np.histogram(self.values[rows], self.edges)[0].astype(np.float64)
        if not self.smooth or not rows.any():
            return counts
        # Kernels stand on bins, not on rows. Bins are far finer than a kernel, so this changes
        # nothing to be seen, and is fast for many rows.
        centres = (self.edges[1:] + self.edges[:-1]) / 2
        filled = counts > 0
        if filled.sum() < 2:
            width = float(self.edges[1] - self.edges[0])
            return counts / (len(self.values) * width)
        kernel = gaussian_kde(
            centres[filled], bw_method=_width(self.values[rows]), weights=counts[filled]
        )
        density: Floats = kernel(centres) * rows.mean()
        return density

    def draw_groups(
        self, ax: Axes, groups: Groups, base: float = 0.0, height: float | None = None
    ) -> dict[str, Artist]:
        """Draw groups of rows on the level `base`, the highest of them `height` high if given.

        Returns
        -------
        artists : dict of str to artist
            The filled outline of each group.
        """
        heights = {name: self.heights(rows) for name, (rows, _) in groups.items()}
        highest = max(float(line.max()) for line in heights.values())
        scale = 1.0 if height is None else height / max(highest, 1e-300)
        # Where a group has no rows, its outline is left out.
        least = 1e-3 * highest
        return {
            name: self._draw(ax, base + scale * line, line > least, base, groups[name][1])
            for name, line in heights.items()
        }

    def _draw(
        self,
        ax: Axes,
        heights: Floats,
        there: Mask,
        base: float,
        colour: str,
    ) -> Artist:
        """Draw one outline with its heights over the bins, where `there` says so."""
        settings: dict[str, Any] = {
            "facecolor": colour + "80",
            "edgecolor": colour,
            "linewidth": 1.0,
        }
        if not self.smooth:
            heights = np.where(there, heights, np.nan)
            return ax.stairs(heights, self.edges, baseline=base, fill=True, **settings)
        centres = (self.edges[1:] + self.edges[:-1]) / 2
        return ax.fill_between(centres, base, heights, where=there, **settings)


def _width(values: Floats) -> float:
    """Return the kernel width by Silverman's rule of thumb, in standard deviations."""
    low, high = np.quantile(values, [0.25, 0.75])
    ratio = (high - low) / 1.349 / values.std()
    # Values often form two heaps. Their standard deviation spans both, the quartiles do not.
    return float(0.9 * (min(1.0, ratio) or 1.0) * len(values) ** -0.2)


def outline_of(values: Floats, kind: str, bins: int) -> Outline:
    """Return the outline of values on a grid that is made for them.

    Raises
    ------
    InvalidInputError
        If `kind` is not 'hist' or 'density'.
    """
    if kind not in ("hist", "density"):
        raise InvalidInputError(
            f"kind is {kind!r}. It says how the distribution is drawn. Choose 'hist' or 'density'."
        )
    low, high = float(values.min()), float(values.max())
    # Equal values still need bins of some width.
    margin = 0.1 * (high - low) if kind == "density" else 0.0
    margin = margin if high > low else 0.5
    edges = np.linspace(low - margin, high + margin, (_GRID if kind == "density" else bins) + 1)
    return Outline(values, edges, kind == "density")


def groups_of(members: Mask, is_noisy: Mask | None, colours: Palette) -> Groups:
    """Split rows into clean and noisy ones, where it is known which are noisy."""
    if is_noisy is None:
        return {"all": (members, colours.blue)}
    return {
        "clean": (members & ~is_noisy, colours.blue),
        "noisy": (members & is_noisy, colours.vermilion),
    }


def class_members(y: ArrayLike, n_samples: int) -> dict[object, Mask]:
    """Return which rows are of each class, in sorted order.

    Raises
    ------
    InvalidInputError
        If there are too many classes to draw.
    """
    labels = read_column(y, "y", n_samples)
    classes = np.unique(labels)
    if len(classes) > _MOST_CLASSES:
        raise InvalidInputError(
            f"y holds {len(classes)} classes. More than {_MOST_CLASSES} cannot be read in one "
            "picture. Leave y out, or draw the rows of some classes."
        )
    return {label: labels == label for label in classes.tolist()}
