"""Picture: a display or a thumbnail as an address that holds the picture itself."""

# The type checks run without matplotlib too.
# mypy: disable-error-code="import-not-found,import-untyped"

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, filterwarnings

import numpy as np
from numpy.typing import ArrayLike

from skdvgs._reporting.report.facts import FitSummary
from skdvgs._utils.optional import import_optional
from skdvgs._utils.types import Floats, Index, Labels
from skdvgs.plotting import (
    LabelNoiseDisplay,
    TrajectoryDisplay,
    ValueDistributionDisplay,
    ValueScatterDisplay,
)
from skdvgs.plotting._images import read_images, to_shown_range

if TYPE_CHECKING:
    from skdvgs.plotting._display import Axes

_MOST_CLASSES, _MOST_CLASSES_OF_NOISE = 20, 60
_THUMBNAIL = 96  # pixels a side, at most

_SIZE = (4.8, 3.3)  # inches
_DARK_GROUND = "#16191d"  # that of the page
_DARK: dict[Any, str] = {
    "figure.facecolor": _DARK_GROUND,
    "axes.facecolor": _DARK_GROUND,
    "savefig.facecolor": _DARK_GROUND,
}


@dataclass(frozen=True)
class Picture:
    """A picture with the words that go with it.

    Attributes
    ----------
    source, dark_source : str
        The picture on a light and on a dark background, as ``data:`` addresses.
    caption : str
        Sentence below the picture, plain text.
    """

    source: str
    dark_source: str
    caption: str


def draw_pictures(facts: FitSummary, caller: str) -> list[Picture]:
    """Draw what there is to draw of a fit.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed. The message calls the user's method `caller`.
    """
    pictures = [draw_distribution(facts, caller)]
    losses = getattr(facts.valuer, "target_loss_", None)
    if losses is not None and losses.shape[1] > 1 and np.isfinite(losses).any():
        pictures.append(_draw_trajectory(losses))
    if facts.label is not None:
        labels = facts.label.astype(str)
        if 1 < len(np.unique(labels)) <= _MOST_CLASSES:
            pictures.append(_draw_classes(facts, labels))
    target = facts.estimator._given.labels
    if facts.continuous and target is not None and target.ndim == 1:
        pictures.append(_draw_target(facts, target))
    return pictures


def draw_distribution(facts: FitSummary, caller: str) -> Picture:
    """Draw the histogram of all values with the cut.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed. The message calls the user's method `caller`.
    """
    import_optional("matplotlib.pyplot", caller, "plotting")
    cut = "; dashed, the cut" if facts.low.any() else ""
    return _draw(
        f"Distribution of the values{cut}",
        lambda ax: ValueDistributionDisplay.from_values(facts.values, threshold=_cut(facts), ax=ax),
    )


def _draw_classes(facts: FitSummary, labels: Labels) -> Picture:
    height = 1.4 + max(1.8, 0.38 * len(np.unique(labels)))
    return _draw(
        "Distribution of the values of each class",
        lambda ax: ValueDistributionDisplay.from_values(
            facts.values, threshold=_cut(facts), y=labels, ax=ax
        ),
        size=(_SIZE[0], height),
    )


def _draw_trajectory(losses: Floats) -> Picture:
    return _draw(
        "Loss of the target set during training. If it falls to almost nothing, the network has "
        "learnt the target set by heart",
        lambda ax: TrajectoryDisplay.from_values(losses, ax=ax),
    )


def draw_noise(facts: FitSummary) -> Picture | None:
    """Draw the layer of label noise, where there is one."""
    noise, classes = facts.health.noise, facts.health.classes
    if noise is None or classes is None or len(noise) > _MOST_CLASSES_OF_NOISE:
        return None
    side = min(3.0 + 0.16 * len(noise), 6.5)
    return _draw(
        "How often each true class is given each label, in percent; colours are of wrong labels",
        lambda ax: LabelNoiseDisplay.from_values(noise, labels=classes, ax=ax),
        size=(side + 1.2, side),
    )


def _draw_target(facts: FitSummary, target: Labels) -> Picture:
    return _draw(
        "Value against the target of each row",
        lambda ax: ValueScatterDisplay.from_values(facts.values, target, x_name="target", ax=ax),
        kind="png",  # a point for each row would make a large SVG
    )


def _cut(facts: FitSummary) -> float | None:
    return facts.threshold if facts.low.any() else None


def _draw(
    caption: str,
    plot: Callable[[Axes], object],
    *,
    size: tuple[float, float] = _SIZE,
    kind: str = "svg",
) -> Picture:
    """Draw a picture by a function of axes, on a light and on a dark background."""
    from matplotlib.figure import Figure

    def draw(dark: bool) -> str:
        with _plain_style(dark):
            # pyplot does not know of this figure, so no notebook shows it.
            figure = Figure(figsize=size, layout="constrained")
            plot(figure.subplots())
            return _save(figure, kind)

    return Picture(draw(dark=False), draw(dark=True), caption)


@contextmanager
def _plain_style(dark: bool) -> Iterator[None]:
    """Draw as matplotlib does by default, whatever style the session has."""
    from matplotlib import rc_context, style

    styles = ["default", "dark_background"] if dark else ["default"]
    settings: dict[Any, str] = {"svg.hashsalt": "skdvgs", **(_DARK if dark else {})}
    with style.context(styles), rc_context(settings), catch_warnings():
        # A label may hold letters that the font lacks. The tables of the page show them.
        filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        yield


def _save(figure: Any, kind: str) -> str:
    """Return a figure as a ``data:`` address, an 'svg' or a 'png'."""
    file = BytesIO()
    if kind == "svg":
        figure.savefig(file, format="svg", metadata={"Date": None})
        return _address("image/svg+xml", file)
    figure.savefig(file, format="png", dpi=160)
    return _address("image/png", file)


def thumbnails(
    images: ArrayLike, n_samples: int, image_shape: tuple[int, ...] | None, rows: Index
) -> list[str]:
    """Return small pictures of some of the images, as ``data:`` addresses.

    Raises
    ------
    InvalidInputError
        If there is not one image for each row, or the layout cannot be told.
    """
    from PIL import Image  # matplotlib needs it too

    pixels = read_images(images, n_samples, image_shape)[rows]
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


def _address(kind: str, file: BytesIO) -> str:
    return f"data:{kind};base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
