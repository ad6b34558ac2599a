"""find_neighbours: the rows most similar to some rows, by whether their labels agree.

Two rows are as similar as the kernels of the kernel ridges say: the mean of their values, with the
weights that the pool gives to these scorers. It is 1 for equal features and falls to 0 with the
distance. A linear layer on the features of these kernels has, before any training, gradients of
just this cosine for two rows of one label. For two rows of different labels the cosine is negative,
the more so the more similar they are. So the rows that agree with a row are the most similar ones
of its label, and those that oppose it the most similar ones of other labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import gen_batches

from skdvgs._default_net.class_judge import ClassJudge
from skdvgs._default_net.number_judge import NumberJudge
from skdvgs._default_net.restart import (
    LabelledRestart,
    NumberRestart,
)
from skdvgs._inputs.task import Rows
from skdvgs._reporting.explanation.grounds import Neighbours
from skdvgs._utils.types import Floats, Floats32, Index, Labels, Mask

# The most similar rows that a reason counts.
_NEAREST = 10
# A source row is compared with rows that are more likely right than wrong.
_LEAST_VALUE = 0.5
# Targets agree if they differ by no more than so many usual errors of the prediction.
_USUAL_ERRORS = 2.0
_BLOCK_ROWS = 256


@dataclass(frozen=True)
class FittedRows:
    """Rows of a fit, as explanations need them.

    Attributes
    ----------
    source, target : Rows
        As read from the user; target may be None.
    learnt : int array
        Source rows that the scorers have learnt from.
    group : int array of shape (n_source,) or None
        Rows that are left out together.
    """

    source: Rows
    target: Rows | None
    learnt: Index
    group: Index | None


@dataclass(frozen=True)
class References:
    """Rows that others are compared with.

    Attributes
    ----------
    X : array of shape (n_references, n_features)
        Features.
    y : array
        Labels or targets.
    position : int array of shape (n_references,)
        Positions in the target set, or in the source.
    group : int array of shape (n_references,) or None
        Rows that are left out together.
    trusted : bool
        Whether they are the target set.
    """

    X: Floats32
    y: Labels
    position: Index
    group: Index | None
    trusted: bool


def references_of(fitted: FittedRows, values: Floats) -> References:
    """Return the target set, or the source rows that are more likely right than wrong."""
    if fitted.target is not None:
        target = fitted.target
        X = np.asarray(target.X[:], dtype=np.float32)
        return References(X, target.y, np.arange(len(X)), None, True)
    # In the order of their positions, so that of equally similar rows the earlier one is first.
    rows = np.sort(fitted.learnt)
    rows = rows[values[rows] >= _LEAST_VALUE]
    group = None if fitted.group is None else fitted.group[rows]
    X = np.asarray(fitted.source.X[rows], dtype=np.float32)
    return References(X, fitted.source.y[rows], rows, group, False)


def find_neighbours(
    restarts: Sequence[LabelledRestart],
    fitted: FittedRows,
    references: References,
    rows: Index,
    rival: Index,
    n: int,
) -> tuple[Neighbours, Neighbours, Neighbours]:
    """Find the most similar references that agree, that oppose, and of whatever label.

    Parameters
    ----------
    restarts : sequence of restarts
        Fitted.
    fitted : FittedRows
        All rows.
    references : References
        Those that may be neighbours.
    rows : int array of shape (n_rows,)
        Positions of the rows whose neighbours are wanted.
    rival : array of shape (n_rows,)
        Of several labels or numbers, which is in doubt.
    n : int
        How many that agree, and how many that oppose.
    """
    agrees = _agreement(restarts[0], fitted, fitted.source.y[rows], references.y, rival)
    parts: tuple[list[Any], ...] = ([], [], [])
    sizes = (n, n, _NEAREST)
    X = np.asarray(fitted.source.X[rows], dtype=np.float32)
    similarity = _Similarity(restarts[0], references.X)
    for block in gen_batches(max(len(rows), 1), _BLOCK_ROWS):  # of no rows one empty block
        found = similarity(X[block])
        own = references.position[None] == rows[block][:, None]
        if fitted.group is not None and references.group is not None:
            own = fitted.group[rows[block]][:, None] == references.group
        if not references.trusted:
            found[own] = -1.0
        same = agrees(block)
        for part, mask, size in zip(parts, (same, ~same, None), sizes, strict=True):
            masked = found if mask is None else np.where(mask, found, -1.0)
            part.append(_largest(masked, size, references.position))
    made = [
        Neighbours(*(np.concatenate(column) for column in zip(*part, strict=True)))
        for part in parts
    ]
    return made[0], made[1], made[2]


def _largest(similarity: Floats, n: int, position: Index) -> tuple[Index, Floats]:
    """The n largest of each row, padded; of equal ones the first."""
    size = min(n, similarity.shape[1])
    found = np.full((len(similarity), n), -1, dtype=np.intp), np.full((len(similarity), n), np.nan)
    if size == 0:
        return found
    order = np.argsort(-similarity, axis=1, kind="stable")[:, :size]
    best = np.take_along_axis(similarity, order, axis=1)
    there = best >= 0.0
    found[0][:, :size] = np.where(there, position[order], -1)
    found[1][:, :size] = np.where(there, best, np.nan)
    return found


def _agreement(
    first: LabelledRestart, fitted: FittedRows, y: Labels, others: Labels, rival: Index
) -> Any:
    """A function of a block of rows: which references agree with each, as a matrix."""
    if isinstance(first, NumberRestart):
        scales = [judge.scale for judge in first.judges_]
        usual = [_usual_error(first, fitted, k) for k in range(y.shape[1])]
        score = np.stack([s.transform(c).score for s, c in zip(scales, y.T, strict=True)], axis=1)
        of_others = np.stack(
            [s.transform(c).score for s, c in zip(scales, others.T, strict=True)], axis=0
        )

        def near(block: slice) -> Mask:
            k = rival[block]
            own = score[block][np.arange(len(k)), k]
            found: Mask = (
                np.abs(of_others[k] - own[:, None]) <= _USUAL_ERRORS * np.take(usual, k)[:, None]
            )
            return found

        return near
    if y.ndim == 2:
        return lambda block: (
            others[:, rival[block]].T == np.take_along_axis(y[block], rival[block][:, None], axis=1)
        )
    return lambda block: y[block][:, None] == others


def _usual_error(restart: NumberRestart, fitted: FittedRows, k: int) -> float:
    """Robust spread of the left-out residuals of the mean scorer, on the normal scale."""
    judge = restart.judges_[k]
    y = fitted.source.y[fitted.learnt, k]
    y = y if fitted.target is None else np.concatenate([y, fitted.target.y[:, k]])
    predicted = restart.evidence_[:, k, : judge.n_scorers].mean(axis=1)
    return 1.4826 * float(np.median(np.abs(judge.scale.transform(y).score - predicted)))


class _Similarity:
    """Mean kernel of some rows with the references, as the pool weights the kernel ridges."""

    def __init__(self, restart: LabelledRestart, X: Floats32) -> None:
        weights = _mean_weights(restart)
        self._kernels = restart.scores_.similarities()
        share = np.array([max(weights[number], 0.0) for number, _, _ in self._kernels])
        share = share if share.sum() > 0 else np.ones(len(share))
        self._share = share / share.sum()
        self._scores = restart.scores_
        self._scaled = restart.scores_.scaled(X) if len(X) else {}
        self._n = len(X)

    def __call__(self, X: Floats32) -> Floats:
        found = np.zeros((len(X), self._n))
        if self._n:
            scaled = self._scores.scaled(X)
            for share, (_, scaling, kernel) in zip(self._share, self._kernels, strict=True):
                found += share * kernel(scaled[scaling], self._scaled[scaling])
        return found


def _mean_weights(restart: LabelledRestart) -> Floats:
    """Weights of the scorers in the pool: means over checkpoints and judges."""
    found = [weights for judge in restart.judges_ for weights in _of(judge)]
    mean: Floats = np.mean(found, axis=0)
    return mean


def _of(judge: ClassJudge | NumberJudge) -> Iterator[Floats]:
    if isinstance(judge, ClassJudge):
        yield from (state["root_weights"].numpy() ** 2 for state in judge.states)
    else:
        yield from (state["weights"].numpy() for state in judge.plain)
