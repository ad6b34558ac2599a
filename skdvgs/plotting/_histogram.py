"""Outlines of distributions: histograms and smooth densities on one grid for all groups."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gaussian_kde

from ..exceptions import InvalidInputError
from ._fitted import read_column
from ._style import BLUE, VERMILLION

# By name, which rows and what colour.
Groups = dict[str, tuple[NDArray[np.bool_], str]]

_MOST_CLASSES = 50
_GRID = 400


class Outline:
    """Heights of groups of rows over a grid of values.

    Parameters
    ----------
    values : array of shape (n_samples,)
        Values of all rows.
    edges : array of shape (n_bins + 1,)
        Bins that span them.
    smooth : bool
        Whether heights are densities instead of counts.
    """

    def __init__(
        self, values: NDArray[np.float64], edges: NDArray[np.float64], smooth: bool
    ) -> None:
        self.values = values
        self.edges = edges
        self.smooth = smooth

    @property
    def limits(self) -> tuple[float, float]:
        """Where the axis of values starts and ends."""
        margin = 0.02 * (self.edges[-1] - self.edges[0])
        return float(self.edges[0] - margin), float(self.edges[-1] + margin)

    def heights(self, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Count the rows in each bin, or their density times their share of all rows."""
        counts = np.histogram(self.values[rows], self.edges)[0].astype(np.float64)
        if not self.smooth or not rows.any():
            return counts
        # Of the bins, which are far finer than the kernel: as good, and fast for many rows.
        centres = (self.edges[1:] + self.edges[:-1]) / 2
        filled = counts > 0
        if filled.sum() < 2:
            return counts / (len(self.values) * (self.edges[1] - self.edges[0]))
        kernel = gaussian_kde(
            centres[filled], bw_method=_width(self.values[rows]), weights=counts[filled]
        )
        return np.asarray(kernel(centres) * rows.mean())

    def draw_groups(
        self, ax: Any, groups: Groups, base: float = 0.0, height: float | None = None
    ) -> dict[str, Any]:
        """Draw groups of rows over each other from `base` up, scaled to `height` if it is given.

        Returns
        -------
        artists : dict of str to artist
            The filled outline of each group.
        """
        heights = {name: self.heights(rows) for name, (rows, _) in groups.items()}
        highest = max(float(line.max()) for line in heights.values())
        scale = 1.0 if height is None else height / max(highest, 1e-300)
        # Without this, the outline of a group would run on where it has no rows.
        least = 1e-3 * highest
        return {
            name: self._draw(ax, base + scale * line, line > least, base, groups[name][1])
            for name, line in heights.items()
        }

    def _draw(
        self,
        ax: Any,
        heights: NDArray[np.float64],
        there: NDArray[np.bool_],
        base: float,
        colour: str,
    ) -> Any:
        settings = {"facecolor": colour + "80", "edgecolor": colour, "linewidth": 1.0}
        if not self.smooth:
            heights = np.where(there, heights, np.nan)
            return ax.stairs(heights, self.edges, baseline=base, fill=True, **settings)
        centres = (self.edges[1:] + self.edges[:-1]) / 2
        return ax.fill_between(centres, base, heights, where=there, **settings)


def _width(values: NDArray[np.float64]) -> float:
    """Kernel width by Silverman's rule of thumb, in standard deviations."""
    low, high = np.quantile(values, [0.25, 0.75])
    ratio = (high - low) / 1.349 / values.std()
    # Values fall into two heaps more often than not: their standard deviation spans both.
    return float(0.9 * (min(1.0, ratio) or 1.0) * len(values) ** -0.2)


def outline_of(values: NDArray[np.float64], kind: str, bins: int) -> Outline:
    """Lay the grid.

    Raises
    ------
    InvalidInputError
        For an unknown kind.
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


def groups_of(members: NDArray[np.bool_], is_noisy: NDArray[np.bool_] | None) -> Groups:
    """Tell clean rows from noisy ones, where it is known which they are."""
    if is_noisy is None:
        return {"all": (members, BLUE)}
    return {"clean": (members & ~is_noisy, BLUE), "noisy": (members & is_noisy, VERMILLION)}


def class_members(y: Any, n_samples: int) -> dict[Any, NDArray[np.bool_]]:
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
