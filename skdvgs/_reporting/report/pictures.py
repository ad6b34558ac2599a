"""Displays and thumbnails as data that a page holds itself."""

# The type checks run without matplotlib too.
# mypy: disable-error-code="import-not-found,import-untyped"

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from warnings import catch_warnings, filterwarnings

import numpy as np
from numpy.typing import NDArray

from skdvgs._reporting.report.facts import FitSummary
from skdvgs._utils.optional import import_optional
from skdvgs.plotting import TrajectoryDisplay, ValueDistributionDisplay, ValueScatterDisplay
from skdvgs.plotting._images import read_images, to_shown_range

_MOST_CLASSES = 20


# Thumbnails have at most this many pixels a side, and smaller images keep their own.
_THUMBNAIL = 96


@dataclass(frozen=True)
class Picture:
    """A picture with the words that go with it.

    Attributes
    ----------
    source : str
        A ``data:`` address.
    caption : str
        What it shows.
    """

    source: str
    caption: str


def draw_pictures(facts: FitSummary, caller: str) -> list[Picture]:
    """Draw what there is to draw of a fit.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.
    """
    import_optional("matplotlib.pyplot", caller, "plotting")
    with _plain_style():
        pictures = [draw_distribution(facts)]
        losses = getattr(facts.valuer, "target_loss_", None)
        if losses is not None and losses.shape[1] > 1 and np.isfinite(losses).any():
            pictures.append(_draw_trajectory(losses))
        if facts.label is not None and 1 < len(np.unique(facts.label.astype(str))) <= _MOST_CLASSES:
            pictures.append(_draw_classes(facts))
        target = facts.estimator._given.labels
        if facts.continuous and target is not None and target.ndim == 1:
            pictures.append(_draw_target(facts, target))
    return pictures


def draw_distribution(facts: FitSummary) -> Picture:
    """Histogram of all values with the cut."""
    figure, ax = _figure(4.8, 3.3)
    ValueDistributionDisplay.from_values(facts.values, threshold=_cut(facts), ax=ax)
    cut = "; dashed, the cut" if facts.dropped.any() else ""
    return Picture(_svg(figure), f"Distribution of the values{cut}")


def _draw_classes(facts: FitSummary) -> Picture:
    assert facts.label is not None
    labels = facts.label.astype(str)
    figure, ax = _figure(4.8, 1.4 + max(1.8, 0.38 * len(np.unique(labels))))
    ValueDistributionDisplay.from_values(facts.values, threshold=_cut(facts), y=labels, ax=ax)
    return Picture(_svg(figure), "Distribution of the values of each class")


def _draw_trajectory(losses: NDArray[np.float64]) -> Picture:
    figure, ax = _figure(4.8, 3.3)
    TrajectoryDisplay.from_values(losses, ax=ax)
    return Picture(
        _svg(figure),
        "Loss of the target set along the way; one that falls to almost nothing says that the "
        "network has learnt the target set by heart",
    )


def _draw_target(facts: FitSummary, target: NDArray[Any]) -> Picture:
    figure, ax = _figure(4.8, 3.3)
    ValueScatterDisplay.from_values(facts.values, target, x_name="target", ax=ax)
    return Picture(_png(figure), "Value against the target of each row")


def thumbnails(images: Any, n: int, shape: Any, rows: NDArray[np.intp]) -> list[str]:
    """Return small pictures of some of n images, as ``data:`` addresses."""
    from PIL import Image  # matplotlib needs it too

    pixels = read_images(images, n, shape)[rows]
    if pixels.ndim == 3:
        low, high = float(pixels.min()), float(pixels.max())
        pixels = (pixels - low) / max(high - low, 1e-300)
    pixels = to_shown_range(pixels)
    if pixels.dtype != np.uint8:
        pixels = np.round(255.0 * pixels).astype(np.uint8)
    found = []
    for array in pixels:
        picture = Image.fromarray(array)
        picture.thumbnail((_THUMBNAIL, _THUMBNAIL))
        file = BytesIO()
        picture.save(file, format="PNG")
        found.append(_address("image/png", file))
    return found


def _cut(facts: FitSummary) -> float | None:
    return facts.threshold if facts.dropped.any() else None


def _figure(width: float, height: float) -> tuple[Any, Any]:
    """Return a figure that pyplot does not know of, so that no notebook shows it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


@contextmanager
def _plain_style() -> Iterator[None]:
    """Draw as matplotlib does by default, whatever style the session has."""
    from matplotlib import rc_context, style

    with style.context("default"), rc_context({"svg.hashsalt": "skdvgs"}), catch_warnings():
        # Labels in a script that the font lacks: the tables of the page show them.
        filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        yield


def _svg(figure: Any) -> str:
    file = BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return _address("image/svg+xml", file)


def _png(figure: Any) -> str:
    file = BytesIO()
    figure.savefig(file, format="png", dpi=160)
    return _address("image/png", file)


def _address(kind: str, file: BytesIO) -> str:
    return f"data:{kind};base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
