"""RemovalCurveDisplay: what becomes of an estimator as rows are removed by value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import is_classifier
from sklearn.utils import Bunch

from ..metrics import removal_curve
from ._fitted import values_of
from ._matplotlib import axes_to_draw_on
from ._style import BLUE, GREY, VERMILLION

if TYPE_CHECKING:
    from ._matplotlib import Axes

_STYLES = {
    "lowest": {"color": BLUE, "linestyle": "-", "marker": "o", "label": "lowest values removed"},
    "highest": {
        "color": VERMILLION,
        "linestyle": "--",
        "marker": "s",
        "label": "highest values removed",
    },
    "random": {"color": GREY, "linestyle": ":", "marker": "^", "label": "random rows removed"},
}


class RemovalCurveDisplay:
    """Test score of an estimator trained again as low, high or random rows are removed.

    Good values show as a curve of the lowest that stays level or rises, and a curve of the
    highest that falls faster than that of random rows.

    Parameters
    ----------
    curves : dict of str to Bunch
        For each order, 'lowest', 'highest' or 'random', what
        :func:`~skdvgs.metrics.removal_curve` returned.
    score_name : str, default='score'
        What the scores are, for the axis.

    Attributes
    ----------
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        Its figure.
    lines_ : dict of str to matplotlib Line2D
        For each order the mean over repeats.
    bands_ : dict of str to matplotlib PolyCollection
        For each order the band of one standard deviation over repeats to either side. Empty
        where there is one repeat.

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
        valuer: Any,
        estimator: Any,
        X: Any,
        y: Any,
        X_test: Any,
        y_test: Any,
        *,
        ax: Axes | None = None,
        **settings: Any,
    ) -> RemovalCurveDisplay:
        """Compute and draw the curves for the values of a fitted valuer, filter or sampler.

        Parameters
        ----------
        valuer : fitted DVGSValuer, LowValueFilter or LowValueSampler
            Anything with `values_`, fitted on `X` and `y`.
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
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.
        **settings : dict
            Passed on to :meth:`from_values`.

        Returns
        -------
        display : RemovalCurveDisplay
            The display, drawn.
        """
        return cls.from_values(
            values_of(valuer), estimator, X, y, X_test, y_test, ax=ax, **settings
        )

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        estimator: Any,
        X: Any,
        y: Any,
        X_test: Any,
        y_test: Any,
        *,
        orders: Sequence[Literal["lowest", "highest", "random"]] = ("lowest", "highest", "random"),
        score_name: str | None = None,
        ax: Axes | None = None,
        **settings: Any,
    ) -> RemovalCurveDisplay:
        """Compute and draw the curves for an array of values.

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
            What the scores are, for the axis. None goes by `scoring` and the estimator.
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
        self.lines_: dict[str, Any] = {}
        self.bands_: dict[str, Any] = {}
        for order, curve in self.curves.items():
            style = _STYLES[order]
            mean = curve.scores.mean(axis=1)
            (self.lines_[order],) = self.ax_.plot(curve.fractions, mean, markersize=5, **style)
            if curve.scores.shape[1] > 1:
                spread = curve.scores.std(axis=1, ddof=1)
                self.bands_[order] = self.ax_.fill_between(
                    curve.fractions,
                    mean - spread,
                    mean + spread,
                    color=style["color"],
                    alpha=0.18,
                    linewidth=0,
                )
        n_repeats = np.max([curve.scores.shape[1] for curve in self.curves.values()])
        self.ax_.set(
            xlabel="share of rows removed",
            ylabel=f"{self.score_name} on test rows",
        )
        title = f"mean ± standard deviation of {n_repeats} repeats" if n_repeats > 1 else None
        self.ax_.legend(frameon=False, title=title, title_fontsize="small")
        return self
