"""The one place that knows matplotlib may be missing."""

# The type checks run without matplotlib too.
# mypy: disable-error-code="import-not-found"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._utils.optional import import_optional

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure as Figure


def axes_to_draw_on(caller: str, ax: Any, figsize: tuple[float, float]) -> tuple[Any, Any]:
    """Return a figure and its axes: those given, or new ones."""
    plt = import_optional("matplotlib.pyplot", caller, "plotting")
    if ax is None:
        return plt.subplots(figsize=figsize, layout="constrained")
    return ax.figure, ax
