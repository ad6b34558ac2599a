"""Scores laid out as features: log-odds, blocks of equal weight, rows of equal length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]


# Added to every probability: a vote of all trees is no certainty.
_DOUBT = 1e-2


# The linear layer's bias as a feature: small, so that a row's gradient shows its scores.
BIAS = 0.5


def class_log_odds(scores: Floats32) -> Floats32:
    """Logarithms of class probabilities, less their mean over the classes.

    Parameters
    ----------
    scores : array of shape (n_samples, n_classes)
        Scores near [0, 1]. Negative ones count as 0; each row is made to sum to 1.
    """
    positive = np.maximum(scores, 0.0)
    totals = np.maximum(positive.sum(axis=1, keepdims=True), 1e-6)
    logs = np.log(positive / totals + _DOUBT)
    return (logs - logs.mean(axis=1, keepdims=True)).astype(np.float32)


def label_log_odds(scores: Floats32) -> Floats32:
    """Log-odds of each of several labels, from scores near [0, 1]."""
    inside = np.clip(scores, 0.0, 1.0)
    return np.log((inside + _DOUBT) / (1.0 - inside + _DOUBT)).astype(np.float32)


class EqualLength:
    """Blocks of scores side by side, each row given the same length.

    The gradient of a linear layer for a row is its residual times its features. With rows of
    one length, its length tells of the residual alone and its direction of the scores.

    Parameters
    ----------
    length : float
        Length of every row, the constant column of :data:`BIAS` left out. The root mean square
        length of the rows is brought to 1; longer rows than ``length`` are shortened, and a
        last column makes up for what others lack.
    equal_blocks : bool
        Whether to divide each block by its standard deviation first.
    """

    def __init__(self, length: float, equal_blocks: bool) -> None:
        self._length = length
        self._equal_blocks = equal_blocks

    def fit(self, blocks: Sequence[Floats32]) -> EqualLength:
        """Learn the scale of each block, one number each."""
        spreads = [block.std() if self._equal_blocks else 1.0 for block in blocks]
        self._spreads = [float(spread) if spread > 0 else 1.0 for spread in spreads]
        squares = np.mean(np.sum(self._joined(blocks) ** 2, axis=1))
        self._size = float(np.sqrt(squares)) if squares > 0 else 1.0
        return self

    def transform(self, blocks: Sequence[Floats32], trust: Floats32) -> Floats32:
        """Features of shape (n_samples, n_scores + 2), of squared length length² + BIAS².

        Parameters
        ----------
        blocks : sequence of arrays of shape (n_samples, ...)
            The scores.
        trust : array of shape (n_samples,)
            In [0, 1]: what part of each row's scores is kept.
        """
        features = self._joined(blocks) / np.float32(self._size)
        lengths = np.linalg.norm(features, axis=1, keepdims=True)
        features *= trust[:, None] / np.maximum(lengths / self._length, 1.0)
        shown = trust[:, None] * np.minimum(lengths, self._length)
        missing = np.sqrt(self._length**2 - shown**2)
        constant = np.full_like(lengths, BIAS)
        return np.concatenate([features, missing, constant], axis=1, dtype=np.float32)

    def _joined(self, blocks: Sequence[Floats32]) -> Floats32:
        scaled = [b / np.float32(s) for b, s in zip(blocks, self._spreads, strict=True)]
        return np.concatenate(scaled, axis=1)
