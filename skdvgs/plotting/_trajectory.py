"""TrajectoryDisplay: the target loss, and values, at each checkpoint of the training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from .._utils.optional import import_optional
from .._utils.types import Floats, HasValues
from ..exceptions import InvalidInputError
from ._display import ValuesDisplay, attribute_of, axes_to_draw_on, palette_of, read_known_noise

if TYPE_CHECKING:
    from ._display import Axes, Line2D

    OneOrTwoAxes: TypeAlias = Axes | Sequence[Axes] | NDArray[np.object_]

_WIDE = 10.0  # a loss that falls to less than a tenth is drawn on a logarithmic axis
_MANY_DECADES = 3.0  # powers of ten between which no tick is named


class TrajectoryDisplay(ValuesDisplay):
    """Loss of the target set at each checkpoint of the training, and values beside it.

    If the target loss falls to almost nothing, the network has learnt the target set by heart.
    Its gradient is then mostly noise, and such checkpoints say little about the rows. Fewer epochs,
    a smaller learning rate or ``weighting="gradient_norm"`` help.

    Parameters
    ----------
    target_loss : array-like of shape (n_trajectories, n_checkpoints)
        Loss of the target batch at each checkpoint; NaN where a trajectory was shorter.
    values : array-like of shape (n_checkpoints, n_samples), default=None
        Similarity of each row at each checkpoint, or its value so far, for a second panel.
    is_noisy : array-like of bool of shape (n_samples,), default=None
        True for rows known to be noisy. The second panel draws them apart.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the target loss.
    values_ax_ : matplotlib Axes or None
        Axes of the values.
    figure_ : matplotlib Figure
        The figure of both.
    lines_ : list of matplotlib Line2D
        Target loss of each trajectory.
    mean_line_ : matplotlib Line2D
        Mean target loss over trajectories, smoothed by a running mean over checkpoints.
    value_lines_ : dict of str to matplotlib Line2D
        Median value at each checkpoint, of 'all' rows or of 'clean' and of 'noisy' rows.

    See Also
    --------
    DVGSValuer : Has the losses in `target_loss_`.

    Examples
    --------
    >>> import numpy as np
    >>> from skdvgs.plotting import TrajectoryDisplay
    >>> loss = np.exp(-np.arange(50) / 20) + np.zeros((3, 1))
    >>> display = TrajectoryDisplay.from_values(loss)
    >>> len(display.lines_)
    3
    """

    def __init__(
        self,
        target_loss: ArrayLike,
        *,
        values: ArrayLike | None = None,
        is_noisy: ArrayLike | None = None,
    ) -> None:
        self.target_loss = target_loss
        self.values = values
        self.is_noisy = is_noisy

    @classmethod
    def from_values(
        cls,
        target_loss: ArrayLike,
        *,
        values: ArrayLike | None = None,
        is_noisy: ArrayLike | None = None,
        ax: OneOrTwoAxes | None = None,
        **plot_settings: Any,
    ) -> TrajectoryDisplay:
        """Draw losses, and values beside them.

        Parameters
        ----------
        target_loss : array-like of shape (n_trajectories, n_checkpoints)
            Loss of the target batch at each checkpoint.
        values : array-like of shape (n_checkpoints, n_samples), default=None
            Similarity of each row at each checkpoint, or its value so far.
        is_noisy : array-like of bool of shape (n_samples,), default=None
            True for rows known to be noisy.
        ax : matplotlib Axes or pair of Axes, default=None
            Axes to draw on. None makes a new figure.
        **plot_settings : dict
            Passed on to :meth:`plot`.

        Returns
        -------
        display : TrajectoryDisplay
            The display, drawn.
        """
        return cls(target_loss, values=values, is_noisy=is_noisy).plot(ax, **plot_settings)

    @classmethod
    def _read_estimator(cls, estimator: HasValues) -> tuple[ArrayLike, dict[str, Any]]:
        check_is_fitted(estimator)
        target_loss = attribute_of(estimator, "target_loss_")
        if target_loss is None:
            raise InvalidInputError(
                f"{type(estimator).__name__} has no target_loss_. It is the loss of the target set "
                "while a network is trained on it. Pass a fitted DVGSValuer."
            )
        return target_loss, {}

    def plot(
        self, ax: OneOrTwoAxes | None = None, *, window: int | None = None
    ) -> TrajectoryDisplay:
        """Draw the losses, and values beside them.

        Parameters
        ----------
        ax : matplotlib Axes or pair of Axes, default=None
            Axes to draw on; a pair if there are values. None makes a new figure.
        window : int, default=None
            How many checkpoints the running mean covers. None is a twentieth of all, at least 3.

        Returns
        -------
        self : TrajectoryDisplay
            The display.

        Raises
        ------
        InvalidInputError
            If no loss is finite, the arrays do not match in length, or a pair of axes is needed.
        """
        losses = np.atleast_2d(np.asarray(self.target_loss, dtype=np.float64))
        known = losses[np.isfinite(losses)]
        if losses.ndim != 2 or known.size == 0:
            raise InvalidInputError(
                f"target_loss has shape {losses.shape} and {known.size} finite entries. It is the "
                "loss of each trajectory at each checkpoint. Pass the target_loss_ of a valuer."
            )
        self._make_axes(ax)
        window = max(3, losses.shape[1] // 20 | 1) if window is None else window
        self._plot_losses(losses, window)
        if known.min() > 0 and known.max() > _WIDE * known.min():
            self.ax_.set_yscale("log")
            _name_ticks(self.ax_, np.log10(known.max() / known.min()))
        self.ax_.set(ylabel="target loss")
        self.ax_.legend(edgecolor="none", framealpha=0.8)
        self._plot_values(window)
        (self.values_ax_ or self.ax_).set_xlabel("checkpoint")
        return self

    def _make_axes(self, ax: OneOrTwoAxes | None) -> None:
        name = type(self).__name__
        self.values_ax_: Axes | None = None
        if self.values is None:
            self.figure_, self.ax_ = axes_to_draw_on(name, cast("Axes | None", ax), (5.6, 3.6))
        elif ax is None:
            self.figure_, (self.ax_, self.values_ax_) = import_optional(
                "matplotlib.pyplot", name, "plotting"
            ).subplots(2, 1, sharex=True, figsize=(5.6, 5.6), layout="constrained")
        else:
            self.ax_, self.values_ax_ = _pair_of(ax)
            self.figure_ = self.ax_.figure

    def _plot_losses(self, losses: Floats, window: int) -> None:
        checkpoints = np.arange(1, losses.shape[1] + 1)
        colours, n, many = palette_of(self.ax_), len(losses), len(losses) > 1
        shade = max(0.15, 0.7 / n**0.5)
        self.lines_ = self.ax_.plot(
            checkpoints, losses.T, color=colours.blue, alpha=shade, linewidth=0.8
        )
        self.lines_[0].set_label("each trajectory" if many else "each checkpoint")
        mean = _running_mean(_mean_of_known(losses), window)
        label = f"running mean of {n} trajectories" if many else "running mean"
        (self.mean_line_,) = self.ax_.plot(checkpoints, mean, color=colours.ink, label=label)

    def _plot_values(self, window: int) -> None:
        self.value_lines_: dict[str, Line2D] = {}
        if self.values_ax_ is None:
            return
        values = np.asarray(self.values, dtype=np.float64)
        is_noisy = read_known_noise(self.is_noisy, values.shape[1])
        colours = palette_of(self.values_ax_)
        groups = {"all": (np.ones(values.shape[1], dtype=bool), colours.blue, "-")}
        if is_noisy is not None:
            groups = {
                "clean": (~is_noisy, colours.green, "-"),
                "noisy": (is_noisy, colours.vermilion, "--"),
            }
        checkpoints = np.arange(1, len(values) + 1)
        for name, (rows, colour, dashes) in groups.items():
            quantiles = np.quantile(values[:, rows], [0.1, 0.5, 0.9], axis=1)
            low, middle, high = (_running_mean(line, window) for line in quantiles)
            (self.value_lines_[name],) = self.values_ax_.plot(
                checkpoints, middle, color=colour, linestyle=dashes, label=f"median of {name} rows"
            )
            self.values_ax_.fill_between(checkpoints, low, high, color=colour, alpha=0.18, lw=0)
        self.values_ax_.set_ylabel("value (band: 10 to 90 % of rows)")
        self.values_ax_.legend(edgecolor="none", framealpha=0.8)


def _pair_of(ax: OneOrTwoAxes) -> tuple[Axes, Axes]:
    """Return two axes from a sequence or an array of them."""
    pair = tuple(np.ravel(np.asarray(ax, dtype=object)))
    if len(pair) != 2:
        raise InvalidInputError(
            f"ax holds {len(pair)} axes. The target loss and the values need one each. Pass a pair "
            "of axes, or None."
        )
    return pair[0], pair[1]


def _mean_of_known(losses: Floats) -> Floats:
    """Return the mean loss at each checkpoint, over the trajectories that were long enough."""
    known = np.isfinite(losses)
    mean: Floats = np.where(known, losses, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return mean


def _running_mean(line: Floats, window: int) -> Floats:
    """Return the mean over `window` points around each point; fewer, still centred, at the ends."""
    n = len(line)
    reach = [min((window - 1) // 2, at, n - 1 - at) for at in range(n)]
    return np.array([line[at - far : at + far + 1].mean() for at, far in enumerate(reach)])


def _name_ticks(ax: Axes, decades: float) -> None:
    """Show plain numbers on a logarithmic axis, and name 2 and 5 if it spans few decades."""
    between = "25" if decades < _MANY_DECADES else ""
    ax.yaxis.set_major_formatter(lambda tick, _: f"{tick:g}")
    ax.yaxis.set_minor_formatter(lambda tick, _: f"{tick:g}" if f"{tick:e}"[0] in between else "")
