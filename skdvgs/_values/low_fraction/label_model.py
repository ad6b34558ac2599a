"""label_share: the share of wrong labels from the value of every row under every label."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from skdvgs._utils.types import Floats
from skdvgs._values.low_fraction.label_levels import label_levels
from skdvgs._values.low_fraction.label_tail import tail_share

BINS = 20
# Middle rank of each bin, of mean 0 and variance near 1.
RANKS = ((np.arange(BINS) + 0.5) / BINS - 0.5) * np.sqrt(12)


def count_in_bins(
    label_values: Floats, groups: NDArray[np.intp]
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Count the values of each label in bins of equal total.

    Parameters
    ----------
    label_values : array of shape (n_samples, n_labels)
        NaN, where a value is not known, counts nowhere.
    groups : int array of shape (n_samples,)
        The label of each row, a column of `label_values`.

    Returns
    -------
    own, other : arrays of shape (n_kept, BINS)
        Rows that carry the label, and rows that do not; those weigh less or more, so that both
        have one sum.
    kept : int array of shape (n_kept,)
        The labels counted: those that some rows carry and some do not.
    """
    own, other, kept = [], [], []
    for label, values in enumerate(label_values.T):
        known = np.isfinite(values)
        is_own = groups[known] == label
        n_own, n_other = np.count_nonzero(is_own), np.count_nonzero(~is_own)
        if n_own == 0 or n_other == 0:
            continue
        weights = np.where(is_own, 1.0, n_own / n_other)
        bin_of = _bins_of(values[known], weights)
        own.append(np.bincount(bin_of, weights=weights * is_own, minlength=BINS))
        other.append(np.bincount(bin_of, weights=weights * ~is_own, minlength=BINS))
        kept.append(label)
    return np.reshape(own, (-1, BINS)), np.reshape(other, (-1, BINS)), np.array(kept, dtype=np.intp)


def _bins_of(values: Floats, weights: Floats) -> NDArray[np.intp]:
    """Bin of each value by its weighted rank; equal values share one."""
    _, level_of = np.unique(values, return_inverse=True)
    total = np.bincount(level_of, weights=weights)
    middle = (np.cumsum(total) - total / 2) / total.sum()
    # Rounded, as sums of weights depend on their order in the last digits.
    found: NDArray[np.intp] = np.minimum(np.round(middle * BINS, 9).astype(np.intp), BINS - 1)[
        level_of
    ]
    return found


# How far the share may lie from that of the tail: it decides where the likelihood is flat, as
# with many wrong labels and values that tell little.
_TAIL_ERROR = 0.1
# How far the shares of single labels may lie from that of all: where they are about equal, and
# where labels are taken for each other at rates of their own.
_EQUAL, _UNLIKE = 0.03, 0.3
# Gain in log-likelihood that shows rates to be unlike: that of two standard errors. Where even
# rates gain more by chance, both counts agree.
_PROOF = 2.0
_LARGEST_SHARE = 0.5
_STARTS = (0.02, 0.15, 0.4)
# Keeps slopes finite where values tell all labels.
_RIDGE = 0.01
_STEEPEST = 60.0
# Tighter searches take twice as long and change shares by a tenth of a point.
_SEARCH = {"maxiter": 100, "ftol": 1e-6}


def label_share(label_values: Floats, groups: NDArray[np.intp]) -> float:
    """Estimate the share of wrong labels.

    Of the rows that carry a label a share r is wrong, and of those that do not a share s should.
    With f and g the densities of the values under this label of rows that should carry it and
    that should not,

        rows that carry it have  (1 - r) f + r g,
        the others have          (1 - s) g + s f.

    The model takes log(f / g) as linear in the rank of the value. Without wrong labels the
    chance that a row carries the label then runs from 0 to 1 with its value; wrong labels bend
    it to more than 0 below and less than 1 above, and r and s follow from the bends. They are
    seen even where the values of right and wrong labels overlap so much that no tail is pure.

    Of several labels one is often taken for a certain other one. Networks learn that too, and give
    such wrong labels values in the middle, unlike those of all other labels: r then looks small.
    But rows that should carry a label look alike whether they do or not, so s tells how many do
    not; over all labels together these are the rows with wrong labels. This count is taken
    where rates that differ between labels fit clearly better than about equal ones.

    Parameters
    ----------
    label_values : array of shape (n_samples, n_labels)
        NaN where a value is not known.
    groups : int array of shape (n_samples,)
        The label of each row, a column of `label_values`.

    Returns
    -------
    share : float
        Estimated share of wrong labels, in [0, 0.5].
    """
    own, other, kept = count_in_bins(label_values, groups)
    if len(kept) == 0:
        return 0.0
    levels = label_levels(label_values, groups)
    unlike = _LabelModel(own, other, levels.n_others, tail_share(levels), _UNLIKE)
    of_unlike = unlike.fit()
    if levels.n_others == 1:  # who is no member of one label is a member of the other
        return unlike.share(of_unlike)
    equal = replace(unlike, spread=_EQUAL)
    of_equal = equal.fit()
    if equal.deviance(of_equal) - unlike.deviance(of_unlike) < _PROOF:
        return equal.share(of_equal)
    return unlike.share_taken_away(of_unlike)


@dataclass(frozen=True, eq=False)
class _LabelModel:
    """The model of :func:`label_share` for labels together.

    Parameters are four for each label: r, s times the number of other labels, and constant and
    slope of log(f / g).
    """

    own: Floats
    other: Floats
    n_others: int
    tail: float
    spread: float

    def fit(self) -> Floats:
        """The parameters of least misfit."""
        # With more wrong labels than chance gives, own labels are the wrong ones.
        largest = min(_LARGEST_SHARE, 0.98 * self.n_others / (self.n_others + 1))
        limits = [(0, largest), (0, largest), (-_STEEPEST, _STEEPEST), (0, _STEEPEST)]
        fits = [
            minimize(
                self.misfit,
                np.repeat([start, start, 0.0, 3.0], len(self.own)),
                jac=True,
                method="L-BFGS-B",
                bounds=np.repeat(limits, len(self.own), axis=0),
                options=_SEARCH,
            )
            for start in _STARTS
        ]
        return np.asarray(min(fits, key=lambda fit: fit.fun).x)

    def share(self, parameters: Floats) -> float:
        """Share of rows with a label that they should not carry."""
        return float(self._weights @ parameters[: len(self.own)])

    def share_taken_away(self, parameters: Floats) -> float:
        """Share of rows without a label that they should carry."""
        strays = parameters.reshape(4, -1)[1] / self.n_others
        return min(float((1.0 - self._weights) @ strays), _LARGEST_SHARE)

    def deviance(self, parameters: Floats) -> float:
        """Minus the log-likelihood."""
        return self._minus_log_likelihood(*parameters.reshape(4, -1)[:, :, None])[0]

    @property
    def _weights(self) -> Floats:
        n_rows = self.own.sum(axis=1)
        found: Floats = n_rows / n_rows.sum()
        return found

    def misfit(self, parameters: Floats) -> tuple[float, Floats]:
        """Minus the log-likelihood, plus penalties; and the gradient."""
        parameters = parameters.reshape(4, -1)
        loss, gradient = self._minus_log_likelihood(*parameters[:, :, None])
        penalty, by_shares = self._penalty(*parameters[:2])
        gradient[:2] += by_shares
        gradient[3] += _RIDGE * parameters[3]
        return loss + penalty + _RIDGE * np.sum(parameters[3] ** 2) / 2, gradient.ravel()

    def _minus_log_likelihood(
        self, r: Floats, strays: Floats, constant: Floats, slope: Floats
    ) -> tuple[float, Floats]:
        s = strays / self.n_others
        # f / (f + g): unlike f / g it cannot overflow.
        true = 1 / (1 + np.exp(-np.clip(constant + slope * RANKS, -30, 30)))
        own = np.maximum((1 - r) * true + r * (1 - true), 1e-12)
        other = np.maximum((1 - s) * (1 - true) + s * true, 1e-12)
        all_rows = (self.own + self.other) / (own + other)
        loss = -np.sum(self.own * np.log(own / (own + other)))
        loss -= np.sum(self.other * np.log(other / (own + other)))
        by_own, by_other = all_rows - self.own / own, all_rows - self.other / other
        by_odds = (by_own * (1 - 2 * r) - by_other * (1 - 2 * s)) * true * (1 - true)
        by_r, by_s = by_own * (1 - 2 * true), -by_other * (1 - 2 * true)
        terms = (by_r, by_s / self.n_others, by_odds, by_odds * RANKS)
        return float(loss), np.array([term.sum(axis=1) for term in terms])

    def _penalty(self, r: Floats, strays: Floats) -> tuple[float, Floats]:
        weights = self._weights
        mean = weights @ r
        off = np.array([r - mean, strays - mean])
        pull = len(r) * weights * off / self.spread**2
        loss = (mean - self.tail) ** 2 / (2 * _TAIL_ERROR**2) + np.sum(pull * off) / 2
        pull[0] += weights * ((mean - self.tail) / _TAIL_ERROR**2 - pull.sum())
        return float(loss), pull
