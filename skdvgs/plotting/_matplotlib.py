"""The one place that knows matplotlib may be missing."""

# The type checks run without matplotlib too.
# mypy: disable-error-code="import-not-found"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..exceptions import MissingDependencyError

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure as Figure


def import_pyplot(caller: str) -> Any:
    """Return ``matplotlib.pyplot``.

    Raises
    ------
    MissingDependencyError
        Naming what to install.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise MissingDependencyError(
            f"{caller} needs matplotlib, which is not installed. skdvgs draws with it and installs "
            'it only on demand. Run: pip install "skdvgs[plotting]"'
        ) from error
    return plt


def axes_to_draw_on(caller: str, ax: Any, figsize: tuple[float, float]) -> tuple[Any, Any]:
    """Return a figure and its axes: those given, or new ones."""
    plt = import_pyplot(caller)
    if ax is None:
        return plt.subplots(figsize=figsize, layout="constrained")
    return ax.figure, ax
