"""OutOfSampleScores: all scorers of a table, fitted together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)

from skdvgs._default_net.kernel import Kernel, KernelShape
from skdvgs._default_net.scorers.base import Scorer, ScorerRows
from skdvgs._default_net.scorers.boosting import FoldBoosting
from skdvgs._default_net.scorers.ridge import LandmarkRidge
from skdvgs._default_net.scorers.shared_fits import SharedFits, SteadyFits
from skdvgs._default_net.scorers.trees import TreeEnsemble
from skdvgs._utils.types import Floats, Floats32

_N_TREES = 150
_KERNEL_PENALTIES = 10.0 ** np.arange(-2.5, 1.6, 0.5)
_LINEAR_PENALTIES = 10.0 ** np.arange(-3.0, 2.6, 0.5)
# Gradient boosting is the strongest single scorer from a few thousand rows on. Below, it adds
# nothing and costs most.
_BOOSTING_FROM = {"classification": 5000, "multilabel": 5000, "regression": 2000}
# Columns times trees a round, at most: of wide tables with many classes it would take nearly all
# of the time, and ridges are as good there.
_MOST_BOOSTED = 3000
# A linear fit of numbers helps only where rows are few.
_MOST_LINEAR_NUMBERS = 400


@dataclass
class NamedScorer:
    """A scorer, its name, and the scaling of the features it reads.

    Attributes
    ----------
    name : str
        Name of the scorer in reports and messages.
    scaling : str
        Which one of :class:`TableScalings`.
    scorer : Scorer
        Fitted or not.
    """

    name: str
    scaling: str
    scorer: Scorer


def make_scorers(
    kind: str, n_rows: int, n_columns: int, n_outputs: int, seed: int
) -> list[NamedScorer]:
    """Choose the scorers for a table.

    Parameters
    ----------
    kind : {'classification', 'multilabel', 'regression'}
        Kind of task: classes, 0/1 labels or numbers.
    n_rows, n_columns, n_outputs : int
        Rows to learn from, their columns, and classes, labels or numbers.
    seed : int
        Decides all that is random in them.
    """
    is_class, robust = kind == "classification", kind == "regression"

    def ridge(name: str, scaling: str, shape: KernelShape, penalties: Floats) -> NamedScorer:
        return NamedScorer(name, scaling, LandmarkRidge(shape, penalties, robust, seed))

    if is_class:
        forest = DecisionTreeClassifier(max_features="sqrt", min_samples_leaf=4)
        extra = ExtraTreeClassifier(max_features="sqrt", min_samples_leaf=2)
    else:
        forest = DecisionTreeRegressor(max_features=0.34, min_samples_leaf=4)
        extra = ExtraTreeRegressor(max_features=0.5, min_samples_leaf=2)
    columns = "quantile" if robust else "important"
    gaussian = KernelShape("gaussian")
    found = [
        NamedScorer("forest", "none", TreeEnsemble(forest, _N_TREES, seed)),
        NamedScorer("extra trees", "none", TreeEnsemble(extra, _N_TREES, seed + 1)),
        ridge("kernel ridge, quantiles", columns, gaussian, _KERNEL_PENALTIES),
        ridge("kernel ridge, one scale", "global", gaussian, _KERNEL_PENALTIES),
    ]
    if robust:
        laplace = KernelShape("laplace")
        found.append(ridge("Laplace kernel ridge", "quantile", laplace, _KERNEL_PENALTIES))
    if not robust or n_rows <= _MOST_LINEAR_NUMBERS:
        found.append(ridge("linear ridge", "both", KernelShape("linear"), _LINEAR_PENALTIES))
    trees_a_round = 1 if is_class and n_outputs == 2 else n_outputs
    if n_rows >= _BOOSTING_FROM[kind] and n_columns * trees_a_round <= _MOST_BOOSTED:
        found.append(NamedScorer("boosting", "none", FoldBoosting(is_class, seed)))
    return found


class OutOfSampleScores:
    """What several scorers say of each row without having seen its group.

    A row's own label reaches its scores only through one number a ridge: which of some penalties
    has the least error over all rows.

    Parameters
    ----------
    kind : {'classification', 'multilabel', 'regression'}
        Kind of task: classes, 0/1 labels or numbers.
    seed : int
        The same seed gives the same scores.

    Attributes
    ----------
    left_out_ : array of shape (n_samples, n_scorers, n_outputs), float32
        Scores of the fitted rows, each by fits without its group.
    names_ : list of str
        Names of the scorers.
    n_blocks_ : int
        Blocks of trees.
    """

    def __init__(self, kind: str, seed: int) -> None:
        self._kind, self._seed = kind, seed

    def fit(
        self,
        X: Floats32,
        rows: ScorerRows,
        shared: SharedFits,
        n_jobs: int | None = None,
    ) -> OutOfSampleScores:
        """Fit all scorers.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Features, finite, float32; missing entries are filled in. Without any column there are
            no scorers.
        rows : ScorerRows
            Labels, weights, groups and folds.
        shared : SharedFits
            Of all restarts on this X.
        n_jobs : int or None
            Threads. The scores do not depend on it.
        """
        X = np.ascontiguousarray(X, dtype=np.float32)
        self._n_outputs, self._scorers, self.n_blocks_ = rows.Y.shape[1], [], 1
        self.left_out_, self.names_ = self._none(X), []
        if not X.shape[1]:
            return self
        scorers = make_scorers(self._kind, len(X), X.shape[1], self._n_outputs, self._seed)
        forest = scorers[0].scorer.fit(shared.scalings.as_given(X), rows, n_jobs)
        assert isinstance(forest, TreeEnsemble)
        self.n_blocks_ = len(forest.block_votes_)
        steady = shared.find(rows) or SteadyFits(rows, forest.importances_, {})
        self._scalings, self._importances = shared.scalings, steady.importances
        self._scorers = [
            replace(named, scorer=steady.ridges.get(named.name, named.scorer)) for named in scorers
        ]
        scaled = self.scaled(X)
        for named in self._scorers[1:]:
            if named.name not in steady.ridges:
                named.scorer.fit(scaled[named.scaling], rows, n_jobs)
        if not steady.ridges:
            ridges = {
                n.name: n.scorer for n in self._scorers if isinstance(n.scorer, LandmarkRidge)
            }
            exact = {name: ridge for name, ridge in ridges.items() if ridge.is_exact_}
            shared.add(replace(steady, ridges=exact))
        self.left_out_ = _stacked([named.scorer.left_out_ for named in self._scorers])
        self.names_ = [named.name for named in self._scorers]
        return self

    def without_blocks(self) -> Iterator[Floats32]:
        """Scores of the tree scorers, which come first, without each block of trees in turn.

        Shape (n_samples, n_tree_scorers, n_outputs). The votes are freed at the end.
        """
        trees = [n.scorer for n in self._scorers if isinstance(n.scorer, TreeEnsemble)]
        for block in range(self.n_blocks_ if trees else 0):
            yield _stacked([scorer.left_out_without(block) for scorer in trees])
        for scorer in trees:
            scorer.forget_blocks()

    def transform(self, X: Floats32) -> Floats32:
        """Scores of new rows, shape (n_samples, n_scorers, n_outputs)."""
        if not self._scorers:
            return self._none(X)
        scaled = self.scaled(np.ascontiguousarray(X, dtype=np.float32))
        return _stacked([named.scorer.predict(scaled[named.scaling]) for named in self._scorers])

    def _none(self, X: Floats32) -> Floats32:
        """Scores of no scorers: without features."""
        return np.empty((len(X), 0, self._n_outputs), dtype=np.float32)

    def similarities(self) -> list[tuple[int, str, Kernel]]:
        """Number, name of the scaling and kernel of scorers whose kernel falls with distance."""
        return [
            (number, named.scaling, named.scorer.kernel)
            for number, named in enumerate(self._scorers)
            if isinstance(named.scorer, LandmarkRidge) and named.scorer.kernel.kind != "linear"
        ]

    def scaled(self, X: Floats32) -> dict[str, Floats32]:
        """Rows in each scaling that a scorer reads, by its name."""
        wanted = {named.scaling for named in self._scorers}
        return self._scalings.transform(X, wanted, self._importances)


def _stacked(scores: Sequence[Floats32]) -> Floats32:
    return np.stack(scores, axis=1)
