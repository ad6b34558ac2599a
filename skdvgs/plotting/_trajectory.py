"""TrajectoryDisplay: the target loss, and values, along the trajectory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from .._utils.optional import import_optional
from ..exceptions import InvalidInputError
from ._fitted import attribute_of, read_mask
from ._matplotlib import axes_to_draw_on
from ._style import BLUE, GREEN, VERMILLION

if TYPE_CHECKING:
    from ._matplotlib import Axes

# A loss that falls by more than this is drawn on a logarithmic axis.
_WIDE = 10.0
_MANY_DECADES = 3.0


class TrajectoryDisplay:
    """Loss of the target set at each checkpoint, and the values along with it.

    A target loss that falls to almost nothing says that the network fits the target set by heart:
    its gradient is then mostly noise, and checkpoints there tell little. Fewer epochs, a smaller
    rate or ``weighting="gradient_norm"`` help.

    Parameters
    ----------
    target_loss : array-like of shape (n_trajectories, n_checkpoints)
        Loss of the target batch at each checkpoint; NaN where a trajectory was shorter.
    values : array-like of shape (n_checkpoints, n_samples), default=None
        Similarity of each row at each checkpoint, or the value so far, for a second panel.
    is_noisy : array-like of bool of shape (n_samples,), default=None
        True for rows known to be noisy, which the second panel tells apart.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where the target loss is drawn.
    values_ax_ : matplotlib Axes or None
        Where the values are drawn.
    figure_ : matplotlib Figure
        Their figure.
    lines_ : list of matplotlib Line2D
        Target loss of each trajectory.
    mean_line_ : matplotlib Line2D
        Its mean over trajectories, as a running mean over checkpoints.
    value_lines_ : dict of str to matplotlib Line2D
        Median value of 'all', or of 'clean' and 'noisy' rows, at each checkpoint.

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
    def from_estimator(
        cls,
        estimator: Any,
        *,
        is_noisy: ArrayLike | None = None,
        ax: Any = None,
        **plot_settings: Any,
    ) -> TrajectoryDisplay:
        """Draw the trajectories of a fitted valuer, filter or sampler.

        Parameters
        ----------
        estimator : fitted DVGSValuer, LowValueFilter or LowValueSampler
            Anything with `target_loss_`, itself or in its `valuer_`. Where it has
            `trajectory_values_`, of shape (n_checkpoints, n_samples), these are drawn too.
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
        check_is_fitted(estimator)
        target_loss = attribute_of(estimator, "target_loss_")
        if target_loss is None:
            raise InvalidInputError(
                f"{type(estimator).__name__} has no target_loss_. A trajectory is what a network "
                "trained on the target set leaves behind. Pass a fitted DVGSValuer."
            )
        values = attribute_of(estimator, "trajectory_values_")
        display = cls(target_loss, values=values, is_noisy=is_noisy)
        return display.plot(ax, **plot_settings)

    @classmethod
    def from_values(
        cls,
        target_loss: ArrayLike,
        *,
        values: ArrayLike | None = None,
        is_noisy: ArrayLike | None = None,
        ax: Any = None,
        **plot_settings: Any,
    ) -> TrajectoryDisplay:
        """Draw given losses, and values.

        Parameters
        ----------
        target_loss : array-like of shape (n_trajectories, n_checkpoints)
            Loss of the target batch at each checkpoint.
        values : array-like of shape (n_checkpoints, n_samples), default=None
            Similarity of each row at each checkpoint, or the value so far.
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

    def plot(self, ax: Any = None, *, window: int | None = None) -> TrajectoryDisplay:
        """Draw the losses, and values.

        Parameters
        ----------
        ax : matplotlib Axes or pair of Axes, default=None
            Axes to draw on, a pair if there are values. None makes a new figure.
        window : int, default=None
            Checkpoints of the running mean. None is a twentieth of all, at least 3.

        Returns
        -------
        self : TrajectoryDisplay
            The display.

        Raises
        ------
        InvalidInputError
            If there is no loss to draw, or the arrays do not match in length.
        """
        losses = np.atleast_2d(np.asarray(self.target_loss, dtype=np.float64))
        known = losses[np.isfinite(losses)]
        if losses.ndim != 2 or known.size == 0:
            raise InvalidInputError(
                f"target_loss has shape {losses.shape} and {known.size} finite entries. It is the "
                "loss of each trajectory at each checkpoint. Pass the target_loss_ of a valuer."
            )
        self._make_axes(ax)
        checkpoints = np.arange(1, losses.shape[1] + 1)
        shade = max(0.15, 0.7 / len(losses) ** 0.5)
        self.lines_ = self.ax_.plot(checkpoints, losses.T, color=BLUE, alpha=shade, linewidth=0.8)
        many = len(losses) > 1
        self.lines_[0].set_label("each trajectory" if many else "each checkpoint")
        window = max(3, losses.shape[1] // 20 | 1) if window is None else window
        mean = _running_mean(_mean_of_known(losses), window)
        label = f"running mean of {len(losses)} trajectories" if many else "running mean"
        (self.mean_line_,) = self.ax_.plot(checkpoints, mean, color="black", label=label)
        if known.min() > 0 and known.max() > _WIDE * known.min():
            self.ax_.set_yscale("log")
            _name_ticks(self.ax_, np.log10(known.max() / known.min()))
        self.ax_.set(ylabel="target loss")
        self.ax_.legend(edgecolor="none", framealpha=0.8)
        self._plot_values(window)
        (self.values_ax_ or self.ax_).set_xlabel("checkpoint")
        return self

    def _make_axes(self, ax: Any) -> None:
        name = type(self).__name__
        self.values_ax_ = None
        if self.values is None:
            self.figure_, self.ax_ = axes_to_draw_on(name, ax, (5.6, 3.6))
        elif ax is None:
            self.figure_, (self.ax_, self.values_ax_) = import_optional(
                "matplotlib.pyplot", name, "plotting"
            ).subplots(2, 1, sharex=True, figsize=(5.6, 5.6), layout="constrained")
        else:
            self.ax_, self.values_ax_ = _pair_of(ax)
            self.figure_ = self.ax_.figure

    def _plot_values(self, window: int) -> None:
        self.value_lines_: dict[str, Any] = {}
        if self.values_ax_ is None:
            return
        values = np.asarray(self.values, dtype=np.float64)
        is_noisy = read_mask(self.is_noisy, values.shape[1])
        groups = {"all": (np.ones(values.shape[1], dtype=bool), BLUE, "-")}
        if is_noisy is not None:
            groups = {"clean": (~is_noisy, GREEN, "-"), "noisy": (is_noisy, VERMILLION, "--")}
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


def _pair_of(ax: Any) -> tuple[Axes, Axes]:
    pair = tuple(np.ravel(ax))
    if len(pair) != 2:
        raise InvalidInputError(
            f"ax holds {len(pair)} axes. The target loss and the values need one each. Pass a pair "
            "of axes, or None."
        )
    return pair


def _mean_of_known(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over trajectories at each checkpoint, of those that got so far."""
    known = np.isfinite(losses)
    return np.where(known, losses, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)


def _running_mean(line: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Mean over `window` points around each, as many before as after it, so fewer at the ends."""
    n = len(line)
    reach = [min((window - 1) // 2, at, n - 1 - at) for at in range(n)]
    return np.array([line[at - far : at + far + 1].mean() for at, far in enumerate(reach)])


def _name_ticks(ax: Axes, decades: float) -> None:
    """Plain numbers on a logarithmic axis; 2 and 5 between powers of ten if there are few."""
    between = "25" if decades < _MANY_DECADES else ""
    ax.yaxis.set_major_formatter(lambda tick, _: f"{tick:g}")
    ax.yaxis.set_minor_formatter(lambda tick, _: f"{tick:g}" if f"{tick:e}"[0] in between else "")
