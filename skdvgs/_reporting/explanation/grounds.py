"""Grounds: what speaks for and against the labels of some rows, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from skdvgs._utils.types import Floats, Index, Labels


@dataclass(frozen=True)
class Neighbours:
    """The most similar reference rows of each of some rows, the most similar first.

    Attributes
    ----------
    position : int array of shape (n_rows, n)
        Positions in the target set, or in X without one; -1 where there are no more.
    similarity : array of shape (n_rows, n)
        In [0, 1]; 1 for rows with the same features, NaN where there are no more.
    """

    position: Index
    similarity: Floats

    def of(self, at: int) -> list[tuple[int, float]]:
        """Position and similarity of the neighbours of one row."""
        pairs = zip(self.position[at].tolist(), self.similarity[at].tolist(), strict=True)
        return [(position, similarity) for position, similarity in pairs if position >= 0]


@dataclass(frozen=True)
class Grounds:
    """What speaks for and against the labels of some rows.

    Attributes
    ----------
    kind : {'classification', 'multilabel', 'regression'}
        What was learnt.
    rows : int array of shape (n_rows,)
        Positions in X of fit.
    trusted : bool
        Whether the reference rows are the target set, or other rows of X.
    references : Labels
        Labels or targets of all rows that neighbours may be.
    agree, oppose : Neighbours
        The most similar rows whose label is that of the row, and whose label is another one.
    nearest : Neighbours
        The most similar rows with whatever label.
    scorers : list of str
        Names of the scorers, of classes then 'class frequencies' and 'label noise'.
    votes : array of shape (n_rows, n_scorers)
        Of classes the log-odds that each adds for the given label against the best other one.
        Of numbers what each predicts.
    rival : array of shape (n_rows,)
        The best other class; of several labels the number of the one in doubt; of several
        numbers the number of the one in doubt.
    features : Any
        The features of X as fit read them.
    """

    kind: Literal["classification", "multilabel", "regression"]
    rows: Index
    trusted: bool
    references: Labels
    agree: Neighbours
    oppose: Neighbours
    nearest: Neighbours
    scorers: list[str]
    votes: Floats
    rival: NDArray[Any]
    features: Any

    @property
    def n_models(self) -> int:
        """Scorers among the names."""
        return len(self.scorers) - (0 if self.kind == "regression" else 2)
