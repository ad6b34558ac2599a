"""DefaultFit: a fit of the default network: restarts, and their means.

No gradient engine is needed here: the similarity of a row's gradient with the target gradient, on
the trust parameter of the network, is known in closed form. See ``class_trust.py``,
``number_trust.py`` and ``reconstruction_trust.py`` in ``_default_net/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from skdvgs._default_net.class_judge import ClassJudge
from skdvgs._default_net.judge import Judge
from skdvgs._default_net.reconstruction_restart import ReconstructionRestart
from skdvgs._default_net.restart import (
    ClassRestart,
    MultilabelRestart,
    NumberRestart,
)
from skdvgs._default_net.scaling import TableScalings
from skdvgs._default_net.scorers.shared_fits import SharedFits
from skdvgs._default_net.self_test import self_test_auc
from skdvgs._default_net.typicality import Typicality
from skdvgs._fit.default_notices import notice_near_duplicates, notice_nothing_to_learn
from skdvgs._fit.fitted_restart import AnyRestart, FittedRestart, judge_source
from skdvgs._fit.folds import group_folds, left_out_together
from skdvgs._fit.grounds import find_grounds
from skdvgs._fit.known_rows import KnownRows
from skdvgs._fit.learnt_rows import check_unlabelled, encoded, labelled_rows, rows_to_learn
from skdvgs._fit.neighbours import FittedRows
from skdvgs._fit.parameters import ResolvedParameters
from skdvgs._fit.row_blocks import through_blocks
from skdvgs._inputs.large.large_rows import in_blocks
from skdvgs._inputs.read import FitData
from skdvgs._inputs.task import Features, Rows, Task, make_task
from skdvgs._reporting.explanation.grounds import Grounds
from skdvgs._utils.progress import Progress
from skdvgs._utils.types import Floats, Floats32, Index, Labels
from skdvgs._values.jackknife import scaled_jackknife
from skdvgs._values.uncertainty import Uncertainty, uncertainty

# Folds of scorers that leave folds out, where `cv` is no number.
_FOLDS = 5
# Rows that show what rows look like.
_REFERENCE_ROWS = 1000


class DefaultFit:
    """All restarts of a fit, and the values they give to rows of the fit and to new ones.

    Parameters
    ----------
    data : FitData
        As read from the user.
    fitted : list of FittedRestart
        One fit for each restart, in their order.
    known : KnownRows
        Recognises rows of the fit.
    typicality : array of shape (n_source,) or None
        How usual the features of each source row are; None without features.
    groups : int array of shape (n_source,) or None
        Rows with one number were left out together; None where each stands alone.
    is_told : bool
        Whether features tell anything about labels or targets.
    learnt : int array
        Source rows that the scorers have learnt from, in their order.

    Attributes
    ----------
    task : Task
        Kind of task, and its classes.
    dtype : dtype
        Type of the features.
    n_pred_probs : int
        How many last columns of rows are class probabilities of the user's own.
    values : array of shape (n_source,)
        Mean over the restarts.
    uncertainty : Uncertainty
        From a jackknife over trees and the spread between restarts; from the latter alone where
        some rows were not learnt from.
    posterior : array of shape (n_source, n_classes) or None
        Mean over the restarts.
    """

    def __init__(
        self,
        data: FitData,
        fitted: list[FittedRestart],
        known: KnownRows,
        typicality: Floats | None,
        groups: Index | None,
        is_told: bool,
        learnt: Index,
    ) -> None:
        source = data.source
        self.task: Task = _task_of(data)
        self.dtype = source.X.dtype
        self._kind, self._fitted, self._known = source.kind, fitted, known
        self.n_pred_probs = data.n_pred_probs
        self.typicality, self.groups, self.is_told = typicality, groups, is_told
        rights = [restart.right for restart in fitted]
        everyone = np.arange(len(source.X))
        self.values: Floats = np.mean(rights, axis=0)
        tree_errors = [restart.tree_errors for restart in fitted]
        if np.isfinite(tree_errors).all():
            first: Any = fitted[0].restart
            self.uncertainty: Uncertainty = scaled_jackknife(
                rights, tree_errors, first.scores_.n_blocks_
            )
        else:
            self.uncertainty = uncertainty(rights, [everyone] * len(fitted), self.values)
        posteriors = [r.posterior for r in fitted if r.posterior is not None]
        self.posterior: Floats | None = np.mean(posteriors, axis=0) if posteriors else None
        source_features = _features_alone(data.source, data.n_pred_probs)
        target = data.target and _features_alone(data.target, data.n_pred_probs)
        self._rows = FittedRows(source_features, target, learnt, groups)

    @property
    def low_fraction(self) -> float:
        """Estimated share of wrong source rows, in [0, 1]; NaN where nothing tells it."""
        if not self.is_told:
            return float("nan")
        return float(np.mean([restart.wrong_share for restart in self._fitted]))

    @property
    def target_trust(self) -> float:
        """Estimated share of right target rows, in [0, 1]."""
        return float(np.mean([fitted.target_trust for fitted in self._fitted]))

    @property
    def judges(self) -> list[Judge]:
        """Judges of all restarts and outputs."""
        return [judge for fitted in self._fitted for judge in fitted.restart.judges_]

    @property
    def label_noise(self) -> Floats | None:
        """Probability of each given label (column) for each true class (row); None for others."""
        if self.task.kind != "classification":
            return None
        judges = [judge for judge in self.judges if isinstance(judge, ClassJudge)]
        states = [state for judge in judges for state in judge.states]
        noise: Floats = np.mean([state["transitions"].numpy() for state in states], axis=0)
        return noise

    @property
    def self_test_auc(self) -> float | None:
        """How well values tell right rows from copies with another label, or None."""
        if self.task.kind == "reconstruction":
            return None
        restarts: list[Any] = [fitted.restart for fitted in self._fitted]
        source, target, learnt = self._rows.source, self._rows.target, self._rows.learnt
        if target is None:
            # In the order of their content: so where a row stands changes nothing.
            evidence = [fitted.evidence[learnt] for fitted in self._fitted]
            y = encoded(self.task, Rows(source.X, source.y[learnt], source.kind))
            share = 0.0 if np.isnan(self.low_fraction) else self.low_fraction
            return self_test_auc(restarts, evidence, y, share)
        evidence = [restart.evidence_[len(learnt) :] for restart in restarts]
        return self_test_auc(restarts, evidence, encoded(self.task, target), 0.0)

    @property
    def first_copies(self) -> Index:
        """Position of the first source row with the same features, for each source row."""
        return self._known.first_copies()

    @property
    def has_features(self) -> bool:
        """Whether rows have more than class probabilities of the user's own."""
        return self._rows.source.X.shape[1] > 0

    def explain(self, rows: Index, n: int) -> Grounds:
        """What speaks for and against the labels of some source rows, by their positions."""
        restarts: list[Any] = [fitted.restart for fitted in self._fitted]
        evidence = [fitted.evidence[rows] for fitted in self._fitted]
        return find_grounds(restarts, evidence, self._rows, self.task, self.values, rows, n)

    def values_of(self, X: Features, y: Labels) -> Floats:
        """Values of rows as read from the user, by their labels or targets."""
        found = np.empty(len(X))
        for part in in_blocks(X):
            rows = Rows(X[part], y[part], self._kind)
            known = self._known.find(rows)
            codes = encoded(self.task, rows)
            judged = [
                r.restart.judge(self._evidence(r, X[part], known), codes) for r in self._fitted
            ]
            found[part] = np.mean([judgement.right for judgement in judged], axis=0)
        return found

    def label_values(self, X: Features) -> Floats:
        """Probability of each class for rows without a label, shape (n_samples, n_classes)."""
        assert self.task.classes is not None
        found = np.empty((len(X), len(self.task.classes)))
        for part in in_blocks(X):
            rows = X[part]
            known = self._known.find_features(rows)
            clean = []
            for fitted in self._fitted:
                assert isinstance(fitted.restart, ClassRestart)
                clean.append(fitted.restart.clean(self._evidence(fitted, rows, known)))
            found[part] = np.mean(clean, axis=0)
        return found

    def _evidence(self, fitted: FittedRestart, X: NDArray[Any], known: Index) -> Floats32:
        """Evidence of rows; for a row of the fit what was made without it."""
        evidence = fitted.restart.evidence(np.asarray(X, dtype=np.float32))
        is_known = known >= 0
        evidence[is_known] = fitted.evidence[known[is_known]]
        return evidence


def fit_default(
    parameters: ResolvedParameters,
    data: FitData,
    random_state: np.random.RandomState,
    progress: Progress,
) -> DefaultFit:
    """Fit the default network as often as there are restarts.

    Parameters
    ----------
    parameters : ResolvedParameters
        Of the fit.
    data : FitData
        As read from the user.
    random_state : RandomState
        Gives one seed for each restart.
    progress : Progress
        Told of each restart.
    """
    seeds = random_state.randint(2**31 - 1, size=parameters.n_restarts)
    known, task = KnownRows(data.source), _task_of(data)
    has_features = data.source.X.shape[1] > data.n_pred_probs
    learnt = rows_to_learn(task, data.source, known)
    group = left_out_together(data, parameters.cv)
    labelled = labelled_rows(task, data, learnt, group)
    if task.kind == "reconstruction":
        check_unlabelled(data, labelled)
    # Sums of one thread are the same for any n_jobs; and small products gain nothing by more.
    with threadpool_limits(1):
        scalings = TableScalings(int(seeds[0]), data.gaps)
        shared = SharedFits(scalings.fit(labelled.features) if has_features else scalings)
        if group is None and task.kind == "classification":
            labelled, group = notice_near_duplicates(labelled, learnt, known, shared.scalings)
    n_folds = parameters.cv if isinstance(parameters.cv, int) else _FOLDS
    progress.start_trajectories(len(seeds), len(data.source.X), parameters.n_jobs)
    fitted: list[FittedRestart] = []
    for number, seed in enumerate(seeds):
        with threadpool_limits(1):
            y = labelled.y if task.kind == "classification" else None
            rows = replace(labelled, fold=group_folds(y, labelled.group, n_folds, int(seed)))
            n_classes = 0 if task.classes is None else len(task.classes)
            restart = _make_restart(task.kind, n_classes, parameters.training)
            restart.fit(rows, int(seed), shared, parameters.n_jobs)
            fitted.append(judge_source(restart, task, data.source, learnt, parameters.n_jobs))
        progress.update(number + 1, f"{number + 1} of {len(seeds)} restarts")
    is_told = True
    if task.kind != "reconstruction":
        agreements = [restart.restart.agreement_ for restart in fitted]  # type: ignore[union-attr]
        with threadpool_limits(1):
            is_told = notice_nothing_to_learn(task.kind, labelled, agreements)
    typicality = None
    if has_features:
        typicality = _typicality_of(data, int(seeds[0]), parameters.n_jobs)
    return DefaultFit(data, fitted, known, typicality, group, is_told, learnt)


def _make_restart(kind: str, n_classes: int, settings: Mapping[str, Any]) -> AnyRestart:
    """The restart for a kind of task."""
    if kind == "classification":
        return ClassRestart(n_classes, settings)
    if kind == "multilabel":
        return MultilabelRestart(settings)
    return NumberRestart(settings) if kind == "regression" else ReconstructionRestart(settings)


def _task_of(data: FitData) -> Task:
    return make_task(data.source, data.source if data.target is None else data.target)


def _features_alone(rows: Rows, n_pred_probs: int) -> Rows:
    """Rows without the class probabilities that are their last columns."""
    return (
        rows if not n_pred_probs else replace(rows, X=rows.X[:, : rows.X.shape[1] - n_pred_probs])
    )


def _typicality_of(data: FitData, seed: int, n_jobs: int | None) -> Floats:
    """How usual the features of each source row are among the target rows, else the source."""
    source = data.source.X
    reference = source if data.target is None else data.target.X
    n_features = source.shape[1] - data.n_pred_probs
    fitted = Typicality(seed).fit(_some(reference, seed)[:, :n_features])

    def typicality(X: NDArray[Any]) -> NDArray[Any]:
        return fitted(X[:, :n_features])

    found = np.empty(len(source))
    for block, part in through_blocks(typicality, source, np.arange(len(source)), n_jobs):
        found[block] = part
    return found


def _some(X: Features, seed: int) -> NDArray[Any]:
    if len(X) <= _REFERENCE_ROWS:
        return X[:]
    return X[np.sort(np.random.default_rng(seed).choice(len(X), _REFERENCE_ROWS, replace=False))]
