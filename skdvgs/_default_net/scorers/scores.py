"""OutOfSampleScores: all scorers of a table, fitted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)

from skdvgs._default_net.kernel import Kernel, KernelShape
from skdvgs._default_net.scaling import SCALINGS, Scaling
from skdvgs._default_net.scorers.base import Floats32, Floats64, Scorer, ScorerRows
from skdvgs._default_net.scorers.boosting import FoldBoosting
from skdvgs._default_net.scorers.ridge import LandmarkRidge
from skdvgs._default_net.scorers.trees import TreeEnsemble

_N_TREES = 200


_KERNEL_PENALTIES = 10.0 ** np.arange(-2.5, 1.6, 0.5)


_LINEAR_PENALTIES = 10.0 ** np.arange(-3.0, 2.6, 0.5)


# Gradient boosting is the strongest single scorer from a few thousand rows on. Below, it adds
# nothing and costs most.
_BOOSTING_FROM = {"classification": 5000, "multilabel": 5000, "regression": 2000}


# A linear fit helps where rows are few.
_LINEAR_UP_TO = {"classification": 2500, "multilabel": 2500, "regression": 400}


@dataclass
class NamedScorer:
    """A scorer, its name, and the scaling of the features it reads.

    Attributes
    ----------
    name : str
        For reports.
    scaling : str
        Key of :data:`SCALINGS`.
    scorer : Scorer
        Fitted or not.
    """

    name: str
    scaling: str
    scorer: Scorer


def make_scorers(kind: str, n_rows: int, seed: int) -> list[NamedScorer]:
    """Choose the scorers for a table.

    Parameters
    ----------
    kind : {'classification', 'multilabel', 'regression'}
        What is predicted.
    n_rows : int
        Rows to learn from.
    seed : int
        Decides all that is random in them.
    """
    is_class, robust = kind == "classification", kind == "regression"

    def ridge(name: str, scaling: str, shape: KernelShape, penalties: Floats64) -> NamedScorer:
        return NamedScorer(name, scaling, LandmarkRidge(shape, penalties, robust, seed))

    if is_class:
        forest = DecisionTreeClassifier(max_features="sqrt", min_samples_leaf=4)
        extra = ExtraTreeClassifier(max_features="sqrt", min_samples_leaf=2)
    else:
        forest = DecisionTreeRegressor(max_features=0.34, min_samples_leaf=4)
        extra = ExtraTreeRegressor(max_features=0.5, min_samples_leaf=2)
    gaussian = KernelShape("gaussian")
    found = [
        NamedScorer("forest", "none", TreeEnsemble(forest, _N_TREES, seed)),
        NamedScorer("extra trees", "none", TreeEnsemble(extra, _N_TREES, seed + 1)),
        ridge("kernel ridge, quantiles", "quantile", gaussian, _KERNEL_PENALTIES),
        ridge("kernel ridge, one scale", "global", gaussian, _KERNEL_PENALTIES),
    ]
    if robust:
        laplace = KernelShape("laplace")
        found.append(ridge("Laplace kernel ridge", "quantile", laplace, _KERNEL_PENALTIES))
    if n_rows <= _LINEAR_UP_TO[kind]:
        found.append(ridge("linear ridge", "both", KernelShape("linear"), _LINEAR_PENALTIES))
    if n_rows >= _BOOSTING_FROM[kind]:
        found.append(NamedScorer("boosting", "none", FoldBoosting(is_class, seed)))
    return found


class OutOfSampleScores:
    """What several scorers say of each row without having seen its group.

    A row's own label reaches its scores only through one number a ridge: which of some penalties
    has the least error over all rows.

    Parameters
    ----------
    kind : {'classification', 'multilabel', 'regression'}
        What is predicted.
    seed : int
        The same seed gives the same scores.

    Attributes
    ----------
    left_out_ : array of shape (n_samples, n_scorers, n_outputs), float32
        Scores of the fitted rows, each by fits without its group.
    names_ : list of str
        Names of the scorers.
    penalties_ : dict of str to float
        The penalty that each ridge chose.
    """

    def __init__(self, kind: str, seed: int) -> None:
        self._kind, self._seed = kind, seed

    def fit(self, X: Floats32, rows: ScorerRows, n_jobs: int | None = None) -> OutOfSampleScores:
        """Fit all scorers.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Features as given, finite, float32.
        rows : ScorerRows
            Labels, weights, groups and folds.
        n_jobs : int or None
            Threads. The scores do not depend on it.
        """
        X = np.ascontiguousarray(X, dtype=np.float32)
        self._scorers = make_scorers(self._kind, len(X), self._seed)
        wanted = {named.scaling for named in self._scorers}
        self._scalings: dict[str, Scaling] = {
            name: make(self._seed).fit(X) for name, make in SCALINGS.items() if name in wanted
        }
        scaled = self._scaled(X)
        for named in self._scorers:
            named.scorer.fit(scaled[named.scaling], rows, n_jobs)
        self.left_out_ = _stacked([named.scorer.left_out_ for named in self._scorers])
        self.names_ = [named.name for named in self._scorers]
        self.penalties_ = {
            named.name: named.scorer.penalty_
            for named in self._scorers
            if isinstance(named.scorer, LandmarkRidge)
        }
        return self

    def transform(self, X: Floats32) -> Floats32:
        """Scores of new rows, shape (n_samples, n_scorers, n_outputs)."""
        scaled = self._scaled(np.ascontiguousarray(X, dtype=np.float32))
        return _stacked([named.scorer.predict(scaled[named.scaling]) for named in self._scorers])

    def similarities(self) -> list[tuple[int, Scaling, Kernel]]:
        """Number, scaling and kernel of every scorer whose kernel falls with the distance."""
        return [
            (number, self._scalings[named.scaling], named.scorer.kernel)
            for number, named in enumerate(self._scorers)
            if isinstance(named.scorer, LandmarkRidge) and named.scorer.kernel.kind != "linear"
        ]

    def _scaled(self, X: Floats32) -> dict[str, Floats32]:
        return {name: scaling.transform(X) for name, scaling in self._scalings.items()}


def _stacked(scores: Sequence[Floats32]) -> Floats32:
    return np.stack(scores, axis=1)
