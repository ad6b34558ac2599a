"""TargetScale: targets of a regression as normal scores, with the interval that ties cover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from skdvgs._utils.types import Floats

# Half the width of the interval of a target that is not tied.
HALF_WIDTH = 1e-3
# A target lies further out than its rank says only where it is that much further out.
_MARGIN = 0.5
# What scorers learn: ends of a heavy tail must not rule a squared loss.
_CLIP = 2.5
_QUANTILES = (0.5, 0.75, 0.85, 0.95)
# Share of the rows from which on a tie matters to all others.
_FREQUENT = 0.02


@dataclass(frozen=True)
class ScoredTargets:
    """Targets of one output on the normal scale.

    Attributes
    ----------
    score, low, high : arrays of shape (n_samples,)
        Normal score of each target, and the ends of the interval that its ties cover.
    """

    score: Floats
    low: Floats
    high: Floats

    @property
    def learnable(self) -> Floats:
        """Scores for scorers to learn, in [-2.5, 2.5]."""
        return np.clip(self.score, -_CLIP, _CLIP)

    @property
    def tied(self) -> NDArray[np.bool_]:
        """Whether other rows have the same target."""
        return self.high - self.low > 2.1 * HALF_WIDTH


class TargetScale:
    """Normal scores of the ranks of one output.

    Ranks know no units and no skew, so that a heavy tail is as learnable as any target. But a
    target ten times too large has the same rank as the largest right one. So each tail is
    compared with a smooth curve through its quantiles (Tukey's g distribution), and a target that
    lies far beyond the curve's place for its rank is given the curve's score.
    """

    def fit(self, y: Floats) -> TargetScale:
        """Learn ranks and tails from targets of shape (n_samples,)."""
        y = np.asarray(y, dtype=np.float64)
        values, first, counts = np.unique(y, return_index=True, return_counts=True)
        n = len(y)
        bottom = (rankdata(y, "min") - 1.0)[first]
        with np.errstate(divide="ignore"):
            low, high = ndtri(bottom / n), ndtri((bottom + counts) / n)
        # The mean of a normal variable between both ends.
        score = (_density(low) - _density(high)) * n / counts
        shift = self._fit_tails(y, values, score)
        self._values = values
        self._is_frequent = (counts > 1) & (counts >= _FREQUENT * n)
        self._score = score + shift
        self._low = np.where(counts > 1, low, score - HALF_WIDTH) + shift
        self._high = np.where(counts > 1, high, score + HALF_WIDTH) + shift
        return self

    def transform(self, y: Floats) -> ScoredTargets:
        """Scores of targets; those between fitted ones are interpolated.

        Parameters
        ----------
        y : array of shape (n_samples,)
            Targets. Beyond the fitted ones they take the score of the outermost.
        """
        y = np.asarray(y, dtype=np.float64)
        score = np.interp(y, self._values, self._score)
        at = np.minimum(np.searchsorted(self._values, y), len(self._values) - 1)
        known = self._values[at] == y
        low = np.where(known, self._low[at], score - HALF_WIDTH)
        high = np.where(known, self._high[at], score + HALF_WIDTH)
        return ScoredTargets(score, low, high)

    def frequent(self) -> ScoredTargets:
        """Targets that at least 2 % of the rows have."""
        return self.transform(self._values[self._is_frequent])

    def inverse(self, score: Floats) -> Floats:
        """Targets whose scores these are, within the range of the fitted ones."""
        return np.interp(score, self._score, self._values)

    def _fit_tails(self, y: Floats, values: Floats, score: Floats) -> Floats:
        """How much further out than its rank each value lies."""
        place = score.copy()
        for side in (1.0, -1.0):
            quantiles = np.quantile(side * y, _QUANTILES)
            if quantiles[3] > quantiles[0]:
                out = side * values > quantiles[3]
                units = (side * values[out] - quantiles[0]) / (quantiles[3] - quantiles[0])
                shape = _fit_shape((quantiles[1:3] - quantiles[0]) / (quantiles[3] - quantiles[0]))
                place[out] = side * _curve_place(units, shape)
        beyond = np.maximum(np.abs(place) - np.abs(score) - _MARGIN, 0.0)
        return np.sign(score) * beyond


_END = float(ndtri(_QUANTILES[3]))


def _curve(score: Floats | float, shape: float) -> Floats | float:
    """Tukey's g curve, 0 at the median and 1 at the 95 % quantile."""
    if shape == 0.0:
        return score / _END
    found: Floats | float = np.expm1(shape * score) / np.expm1(shape * _END)
    return found


def _fit_shape(units: Floats) -> float:
    """The g whose curve passes nearest to the 75 % and 85 % quantiles.

    At least 0: a tail that seems shorter than the normal one may be so by chance.
    """
    inner = ndtri(_QUANTILES[1:3])
    shapes = np.linspace(0.0, 3.0, 61).round(2)
    errors = [float(np.sum((_curve(inner, s) - units) ** 2)) for s in shapes]
    return float(shapes[int(np.argmin(errors))])


def _curve_place(units: Floats, shape: float) -> Floats:
    """Normal score at which the curve reaches some values, in units of the 95 % quantile."""
    if shape == 0.0:
        return units * _END
    found: Floats = np.log1p(units * np.expm1(shape * _END)) / shape
    return found


def _density(x: Floats) -> Floats:
    found: Floats = np.exp(-(x**2) / 2.0) / np.sqrt(2.0 * np.pi)
    return found
