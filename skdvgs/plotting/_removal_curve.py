"""RemovalCurveDisplay: test score of an estimator as rows are removed by value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import is_classifier
from sklearn.utils import Bunch
from sklearn.utils.validation import check_is_fitted

from .._utils.types import HasValues, Table, Trainable
from ..metrics import removal_curve
from ..metrics._removal import Order
from ._display import axes_to_draw_on, palette_of, step_with_values

if TYPE_CHECKING:
    from ._display import Axes, Line2D, PolyCollection

# For each order: colour, dashes, marker, label.
_STYLES = {
    "lowest": ("blue", "-", "o", "lowest values removed"),
    "highest": ("vermilion", "--", "s", "highest values removed"),
    "random": ("grey", ":", "^", "random rows removed"),
}


class RemovalCurveDisplay:
    """Test score of an estimator trained again as low, high or random rows are removed.

    With good values, the curve of the lowest rows stays level or rises, and the curve of the
    highest rows falls faster than that of random rows.

    Parameters
    ----------
    curves : dict of str to Bunch
        What :func:`~skdvgs.metrics.removal_curve` returned for each order, 'lowest', 'highest' or
        'random'.
    score_name : str, default='score'
        What the scores are, for the axis.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curves.
    figure_ : matplotlib Figure
        The figure of `ax_`.
    lines_ : dict of str to matplotlib Line2D
        Mean over the repeats, for each order.
    bands_ : dict of str to matplotlib PolyCollection
        One standard deviation over the repeats to either side of the mean, for each order. Empty
        if there is one repeat.

    See Also
    --------
    skdvgs.metrics.removal_curve : The numbers, and how they are defined.
    NoiseDetectionDisplay : When it is known which rows are noisy.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skdvgs.datasets import corrupt_labels
    >>> from skdvgs.plotting import RemovalCurveDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> y_noisy, corrupted = corrupt_labels(y[::2], 0.3, random_state=0)
    >>> display = RemovalCurveDisplay.from_values(
    ...     ~corrupted, KNeighborsClassifier(), X[::2], y_noisy, X[1::2], y[1::2],
    ...     fractions=[0, 0.2, 0.4], n_repeats=2, random_state=0,
    ... )
    >>> sorted(display.lines_)
    ['highest', 'lowest', 'random']
    """

    def __init__(self, curves: Mapping[str, Bunch], *, score_name: str = "score") -> None:
        self.curves = curves
        self.score_name = score_name

    @classmethod
    def from_estimator(
        cls,
        estimator: Trainable,
        X: Table,
        y: ArrayLike,
        X_test: Table,
        y_test: ArrayLike,
        valuer: HasValues,
        **settings: Any,
    ) -> RemovalCurveDisplay:
        """Train an estimator on the rows that a fitted valuer leaves, and draw its scores.

        Parameters
        ----------
        estimator : scikit-learn estimator
            What is trained on the rows left. Cloned, never changed.
        X : array-like, sparse matrix or dataframe of shape (n_samples, ...)
            Features of the valued rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their labels or targets.
        X_test : array-like, sparse matrix or dataframe of shape (n_test, ...)
            Features to score on.
        y_test : array-like of shape (n_test,) or (n_test, n_outputs)
            Their labels or targets.
        valuer : fitted DVGSValuer, LowValueFilter or LowValueSampler, or a Pipeline with one
            Anything with `values_`, fitted on `X` and `y`.
        **settings : dict
            Keyword arguments of :meth:`from_values`.

        Returns
        -------
        display : RemovalCurveDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the valuer is not fitted.
        """
        valuer = step_with_values(valuer)
        check_is_fitted(valuer, "values_")
        return cls.from_values(valuer.values_, estimator, X, y, X_test, y_test, **settings)

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        estimator: Trainable,
        X: Table,
        y: ArrayLike,
        X_test: Table,
        y_test: ArrayLike,
        *,
        orders: Sequence[Order] = ("lowest", "highest", "random"),
        score_name: str | None = None,
        ax: Axes | None = None,
        **settings: Any,
    ) -> RemovalCurveDisplay:
        """Train an estimator as rows are removed by an array of values, and draw its scores.

        Parameters
        ----------
        values : array-like of shape (n_samples,)
            Value of each row; higher is better.
        estimator : scikit-learn estimator
            What is trained on the rows left.
        X : array-like, sparse matrix or dataframe of shape (n_samples, ...)
            Features of the valued rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their labels or targets.
        X_test : array-like, sparse matrix or dataframe of shape (n_test, ...)
            Features to score on.
        y_test : array-like of shape (n_test,) or (n_test, n_outputs)
            Their labels or targets.
        orders : sequence of {'lowest', 'highest', 'random'}
            Which curves to draw.
        score_name : str, default=None
            What the scores are, for the axis. None takes the name from `scoring` or, without
            one, from the kind of estimator.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.
        **settings : dict
            Passed on to :func:`~skdvgs.metrics.removal_curve`: `fractions`, `n_repeats`,
            `scoring`, `n_jobs`, `random_state`.

        Returns
        -------
        display : RemovalCurveDisplay
            The display, drawn.
        """
        curves: dict[str, Bunch] = {
            order: removal_curve(estimator, X, y, X_test, y_test, values, order=order, **settings)
            for order in orders
        }
        scoring = settings.get("scoring")
        if score_name is None and isinstance(scoring, str):
            score_name = scoring.replace("_", " ")
        elif score_name is None and scoring is None:
            score_name = "accuracy" if is_classifier(estimator) else "R²"
        return cls(curves, score_name=score_name or "score").plot(ax)

    def plot(self, ax: Axes | None = None) -> RemovalCurveDisplay:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.

        Returns
        -------
        self : RemovalCurveDisplay
            The display.
        """
        self.figure_, self.ax_ = axes_to_draw_on(type(self).__name__, ax, (5.6, 4.2))
        self.lines_: dict[str, Line2D] = {}
        self.bands_: dict[str, PolyCollection] = {}
        for order, curve in self.curves.items():
            colour, dashes, marker, label = _STYLES[order]
            colour = getattr(palette_of(self.ax_), colour)
            x, mean = curve.fractions, curve.scores.mean(axis=1)
            (self.lines_[order],) = self.ax_.plot(
                x, mean, color=colour, ls=dashes, marker=marker, ms=5, label=label
            )
            if curve.scores.shape[1] > 1:
                spread = curve.scores.std(axis=1, ddof=1)
                self.bands_[order] = self.ax_.fill_between(
                    x, mean - spread, mean + spread, color=colour, alpha=0.18, linewidth=0
                )
        n_repeats = np.max([curve.scores.shape[1] for curve in self.curves.values()])
        self.ax_.set(xlabel="share of rows removed", ylabel=f"{self.score_name} on test rows")
        title = f"mean ± standard deviation of {n_repeats} repeats" if n_repeats > 1 else None
        self.ax_.legend(frameon=False, title=title, title_fontsize="small")
        return self
