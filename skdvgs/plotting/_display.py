"""ValuesDisplay, the base of displays of values; axes, colours and labels for all displays."""

# The one place that names the types of matplotlib, as the type checks run without it too.
# mypy: disable-error-code="import-not-found"

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from .._utils.optional import import_optional
from .._utils.types import HasValues, Mask
from ..metrics._checks import read_mask, read_values

if TYPE_CHECKING:
    from matplotlib.artist import Artist as Artist
    from matplotlib.axes import Axes as Axes
    from matplotlib.collections import PolyCollection as PolyCollection
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D as Line2D
    from typing_extensions import Self

    AnyFigure: TypeAlias = Figure | SubFigure


class ValuesDisplay:
    """Base of the displays that are drawn from values, or from what a valuer keeps beside them.

    A subclass defines `from_values` and `plot`.
    """

    ax_: Axes
    figure_: AnyFigure
    from_values: ClassVar[Callable[..., Any]]

    @classmethod
    def from_estimator(cls, estimator: HasValues, *columns: ArrayLike, **settings: Any) -> Self:
        """Draw what a fitted valuer, filter or sampler found.

        Parameters
        ----------
        estimator : fitted DVGSValuer, LowValueFilter or LowValueSampler, or a Pipeline with one
            Anything with `values_`; of a Pipeline the last step that has them. For
            :class:`TrajectoryDisplay`, with `target_loss_`, itself or in its `valuer_`.
        *columns : array-likes of shape (n_samples, ...)
            What :meth:`from_values` takes after its first argument.
        **settings : dict
            Keyword arguments of :meth:`from_values`. Where they leave it out, the estimator gives
            the cut (its `threshold_`), the suggested labels (its `suggested_labels_`) and the name
            of the curve (its class).

        Returns
        -------
        display : display of this class
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        """
        first, known = cls._read_estimator(step_with_values(estimator))
        display: Self = cls.from_values(first, *columns, **{**known, **settings})
        return display

    @classmethod
    def _read_estimator(cls, estimator: HasValues) -> tuple[ArrayLike, dict[str, Any]]:
        """Return the first argument of `from_values`, and keyword arguments that it suggests."""
        check_is_fitted(estimator, "values_")
        return read_values(estimator.values_), {}


def step_with_values(estimator: HasValues) -> HasValues:
    """Return the last step of a Pipeline that has values; any other estimator itself."""
    steps = [step for _, step in getattr(estimator, "steps", [])]
    return next((step for step in reversed(steps) if hasattr(step, "values_")), estimator)


def attribute_of(estimator: object, name: str, *, of_rows: bool = False) -> Any:
    """Return a fitted attribute of the estimator or of the valuer inside it, or None.

    Parameters
    ----------
    estimator : object
        A valuer, or a filter or sampler around one or around a Pipeline that ends in one.
    name : str
        Name of the attribute.
    of_rows : bool, default=False
        Whether it has an entry for each row. That of a valuer fitted before is of other rows.
    """
    if hasattr(estimator, name):
        return getattr(estimator, name)
    valued = getattr(estimator, "_valued", None)
    if valued is None:
        return getattr(getattr(estimator, "valuer_", None), name, None)
    return getattr(valued.last, name, None) if valued.fitted_here or not of_rows else None


def read_known_noise(is_noisy: ArrayLike | None, n_samples: int) -> Mask | None:
    """Return which rows are noisy, or None where that is not known."""
    return None if is_noisy is None else read_mask(is_noisy, n_samples)


def axes_to_draw_on(
    caller: str, ax: Axes | None, figsize: tuple[float, float]
) -> tuple[AnyFigure, Axes]:
    """Return a figure and its axes: those given, or new ones of a size in inches."""
    pyplot = import_optional("matplotlib.pyplot", caller, "plotting")
    if ax is not None:
        return ax.figure, ax
    figure, ax = pyplot.subplots(figsize=figsize, layout="constrained")
    return figure, ax


@dataclass(frozen=True)
class Palette:
    """Colours that everyone can tell apart, also in print (Okabe and Ito 2008).

    Attributes
    ----------
    ink : str
        The colour of text: what is drawn in it contrasts with any background.
    grey : str
        Colour of axes, notes and everything in the background.
    blue, vermilion, green, orange, purple : str
        Colours of the data, told apart with colour blindness.
    """

    ink: str
    grey: str = "#666666"
    blue: str = "#0072B2"
    vermilion: str = "#D55E00"
    green: str = "#009E73"
    orange: str = "#E69F00"
    purple: str = "#CC79A7"


def palette_of(ax: Axes) -> Palette:
    """Return colours for the background of the axes, which the colour of their text tells."""
    from matplotlib.colors import to_hex, to_rgb

    ink = ax.xaxis.label.get_color()
    if sum(to_rgb(ink)) / 3 < 0.5:
        return Palette(to_hex(ink))
    return Palette(to_hex(ink), grey="#A6A6A6", blue="#56B4E9", vermilion="#FF8C42")


def shorten(labels: Iterable[str], most: int) -> dict[str, str]:
    """Shorten labels to at most so many characters, so that they still differ.

    A long label is cut at its end. Labels that would then look the same are cut where they agree.

    Returns
    -------
    short : dict of str to str
        By the label.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for label in dict.fromkeys(labels):
        alike[label if len(label) <= most else label[: most - 1] + "…"].append(label)
    short: dict[str, str] = {}
    for cut, group in alike.items():
        shared = len(list(takewhile(lambda letters: len(set(letters)) == 1, zip(*group))))  # noqa: B905
        # The end needs three characters; with less room nothing is gained.
        if len(group) == 1 or most < 5:
            short |= dict.fromkeys(group, cut)
            continue
        ends = shorten((label[shared:] for label in group), most - 2)
        for label in group:
            end = ends[label[shared:]]
            short[label] = label[: min(shared, most - 1 - len(end))] + "…" + end
    return short
