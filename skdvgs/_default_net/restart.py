"""ClassRestart, MultilabelRestart, NumberRestart: the default network fitted once, with labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._default_net.class_judge import ClassJudge
from skdvgs._default_net.dependence import agreement
from skdvgs._default_net.judge import Judgement
from skdvgs._default_net.log_odds import class_log_odds, left_out_pull
from skdvgs._default_net.number_judge import NumberJudge
from skdvgs._default_net.scale_features import ScaleFeatures
from skdvgs._default_net.scorers.base import ScorerRows
from skdvgs._default_net.scorers.scores import OutOfSampleScores
from skdvgs._default_net.scorers.shared_fits import SharedFits
from skdvgs._default_net.target_scale import TargetScale
from skdvgs._utils.types import Floats, Floats32, Labels
from skdvgs._values.jackknife import jackknife_errors

# Weight of a target row of classes in every scorer: it is more often right.
_TARGET_WEIGHT = 3.0
# Scorers of numbers are fitted a second time, with the weights that the first judge gave.
_LEAST_WEIGHT = 0.02


@dataclass(frozen=True)
class LabelledRows:
    """Rows that a restart learns from: source rows, then target rows.

    Attributes
    ----------
    X : array of shape (n_samples, n_columns), float32
        Features, then class probabilities of the user's own, if there are any; finite.
    y : array
        Class numbers (n,), 0/1 labels (n, k), or targets (n, k).
    is_target : bool array of shape (n_samples,)
        Which rows are of the target set.
    group : int array of shape (n_samples,)
        Rows with one number never inform each other's scores.
    fold : int array of shape (n_samples,)
        Folds for scorers that leave folds out.
    n_pred_probs : int
        How many columns of X are class probabilities.
    """

    X: Floats32
    y: Labels
    is_target: NDArray[np.bool_]
    group: NDArray[np.intp]
    fold: NDArray[np.intp]
    n_pred_probs: int = 0

    @property
    def features(self) -> Floats32:
        """The columns that are no probabilities."""
        return self.X[:, : self.X.shape[1] - self.n_pred_probs]

    @property
    def pred_probs(self) -> Floats32:
        """The columns that are."""
        return self.X[:, self.X.shape[1] - self.n_pred_probs :]


class ClassRestart:
    """One label out of several classes.

    Parameters
    ----------
    n_classes : int
        Classes in source and target together.
    settings : mapping
        Settings of the skorch net.

    Attributes
    ----------
    evidence_ : array of shape (n_samples, n_scorers, n_classes), float32
        Log-odds of each fitted row by scorers that did not see its group.
    judges_ : list of ClassJudge
        One judge.
    agreement_ : float
        How far the scores agree with the labels; see :func:`agreement`.
    tree_errors_ : array of shape (n_samples,)
        Standard error of each row's probability by the choice of trees, pool and noise layer held.
    """

    def __init__(self, n_classes: int, settings: Mapping[str, Any]) -> None:
        self._n_classes, self._settings = n_classes, settings

    def fit(
        self, rows: LabelledRows, seed: int, shared: SharedFits, n_jobs: int | None = None
    ) -> ClassRestart:
        """Fit scorers and judge."""
        Y = np.eye(self._n_classes, dtype=np.float32)[rows.y]
        weight = np.where(rows.is_target, _TARGET_WEIGHT, 1.0)
        scorer_rows = ScorerRows(Y, weight, rows.group, rows.fold)
        self._n_features = rows.features.shape[1]
        self.scores_ = OutOfSampleScores("classification", seed).fit(
            rows.features, scorer_rows, shared, n_jobs
        )
        pull = left_out_pull(rows.y, self._n_classes, weight, rows.group)
        scores = class_log_odds(self.scores_.left_out_, pull)
        self.evidence_ = self._with_given(scores, rows.pred_probs)
        self.agreement_ = agreement(
            np.concatenate(
                [self.scores_.left_out_, _as_scorer(rows.pred_probs, self._n_classes)], axis=1
            ),
            Y,
        )
        n_given = self.evidence_.shape[1] - scores.shape[1]
        self.judges_ = [
            ClassJudge.train(self.evidence_, rows.y, rows.is_target, self._settings, n_given)
        ]
        without = (class_log_odds(trees, pull) for trees in self.scores_.without_blocks())
        self.tree_errors_ = _tree_errors(self, rows.y, without)
        return self

    def evidence(self, X: Floats32) -> Floats32:
        """Log-odds of new rows."""
        features, given = X[:, : self._n_features], X[:, self._n_features :]
        return self._with_given(class_log_odds(self.scores_.transform(features)), given)

    def _with_given(self, scores: Floats, pred_probs: Floats32) -> Floats32:
        """Log-odds of our scorers, then those of given probabilities, which have no lean."""
        given = class_log_odds(_as_scorer(pred_probs, self._n_classes))
        return np.concatenate([scores, given], axis=1).astype(np.float32)

    def judge(self, evidence: Floats32, y: Labels, is_target: bool = False) -> Judgement:
        """Judge rows by their evidence and their class numbers."""
        return self.judges_[0](evidence, y, is_target)

    def clean(self, evidence: Floats32) -> Floats:
        """Probabilities of the classes for rows without a label."""
        return self.judges_[0].clean(evidence)


class MultilabelRestart:
    """Several labels, each there or not: a judge for each.

    Attributes
    ----------
    evidence_ : array of shape (n_samples, n_scorers, n_labels), float32
        Scores of each fitted row.
    judges_ : list of ClassJudge
        One for each label.
    agreement_, tree_errors_ : float and array of shape (n_samples,)
        See :class:`ClassRestart`.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def fit(
        self, rows: LabelledRows, seed: int, shared: SharedFits, n_jobs: int | None = None
    ) -> MultilabelRestart:
        """Fit scorers and judges."""
        weight = np.where(rows.is_target, _TARGET_WEIGHT, 1.0)
        scorer_rows = ScorerRows(rows.y.astype(np.float32), weight, rows.group, rows.fold)
        self.scores_ = OutOfSampleScores("multilabel", seed).fit(
            rows.X, scorer_rows, shared, n_jobs
        )
        self.agreement_ = agreement(self.scores_.left_out_, scorer_rows.Y)
        self.evidence_ = self.scores_.left_out_
        self.judges_ = [
            ClassJudge.train(
                two_classes(self.evidence_[:, :, label]),
                rows.y[:, label].astype(np.intp),
                rows.is_target,
                self._settings,
                hesitates=False,
            )
            for label in range(rows.y.shape[1])
        ]
        self.tree_errors_ = _tree_errors(self, rows.y, self.scores_.without_blocks())
        return self

    def evidence(self, X: Floats32) -> Floats32:
        """Scores of new rows."""
        return self.scores_.transform(X)

    def judge(self, evidence: Floats32, y: Labels, is_target: bool = False) -> Judgement:
        """The probability that all labels of a row are right."""
        right = np.ones(len(evidence))
        for label, judge in enumerate(self.judges_):
            of_label = two_classes(evidence[:, :, label]).astype(np.float32)
            right *= judge(of_label, y[:, label].astype(np.intp), is_target).right
        return Judgement(right, None)


class NumberRestart:
    """One number or several: a judge for each.

    Attributes
    ----------
    evidence_ : array of shape (n_samples, n_outputs, n_scorers + 3), float32
        Predictions and scale features of each output, made without the row's group.
    judges_ : list of NumberJudge
        One for each output.
    agreement_, tree_errors_ : float and array of shape (n_samples,)
        See :class:`ClassRestart`. Scale features are held too.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def fit(
        self, rows: LabelledRows, seed: int, shared: SharedFits, n_jobs: int | None = None
    ) -> NumberRestart:
        """Fit scorers and judges, twice: the second time rows weigh what the first judge gave."""
        self._scales = [TargetScale().fit(column) for column in rows.y.T]
        scored = [s.transform(c) for s, c in zip(self._scales, rows.y.T, strict=True)]
        Y = np.stack([part.learnable for part in scored], axis=1).astype(np.float32)
        scorer_rows = ScorerRows(Y, np.ones(len(Y)), rows.group, rows.fold)
        self._fit_once(rows, scorer_rows, seed, shared, n_jobs)
        right = self.judge(self.evidence_, rows.y).right
        if rows.is_target.any():
            of_target = self.judge(self.evidence_[rows.is_target], rows.y[rows.is_target], True)
            right[rows.is_target] = of_target.right
        weighted = replace(scorer_rows, weight=np.maximum(right, _LEAST_WEIGHT))
        self._fit_once(rows, weighted, seed + 1, shared, n_jobs)
        without = (np.swapaxes(trees, 1, 2) for trees in self.scores_.without_blocks())
        self.tree_errors_ = _tree_errors(self, rows.y, without)
        self.agreement_ = agreement(self.scores_.left_out_, Y)
        return self

    def evidence(self, X: Floats32) -> Floats32:
        """Predictions and scale features of new rows."""
        scores = self.scores_.transform(X).astype(np.float64)
        parts = [
            np.concatenate([scores[:, :, k], features.transform(X, scores[:, :, k])], axis=1)
            for k, features in enumerate(self._scale_features)
        ]
        return np.stack(parts, axis=1).astype(np.float32)

    def judge(self, evidence: Floats32, y: Labels, is_target: bool = False) -> Judgement:
        """The probability that all targets of a row are right."""
        right = np.ones(len(evidence))
        for k, judge in enumerate(self.judges_):
            right *= judge(evidence[:, k], y[:, k], is_target).right
        return Judgement(right, None)

    def predict(self, evidence: Floats32) -> Floats:
        """Pooled predictions in units of the targets, shape (n_samples, n_outputs)."""
        found = [judge.predict(evidence[:, k]) for k, judge in enumerate(self.judges_)]
        return np.stack(found, axis=1)

    def _fit_once(
        self,
        rows: LabelledRows,
        scorer_rows: ScorerRows,
        seed: int,
        shared: SharedFits,
        n_jobs: int | None,
    ) -> None:
        fresh = OutOfSampleScores("regression", seed)
        self.scores_ = fresh.fit(rows.X, scorer_rows, shared, n_jobs)
        self._scale_features, self.judges_, evidence = [], [], []
        for k, scale in enumerate(self._scales):
            scores = self.scores_.left_out_[:, :, k].astype(np.float64)
            target = scale.transform(rows.y[:, k]).score
            features = ScaleFeatures(seed).fit(rows.X, scores, target, scorer_rows, n_jobs)
            both = np.concatenate([scores, features.left_out_], axis=1)
            self._scale_features.append(features)
            self.judges_.append(
                NumberJudge.train(both, rows.y[:, k], scale, rows.is_target, self._settings)
            )
            evidence.append(both)
        self.evidence_ = np.stack(evidence, axis=1).astype(np.float32)


LabelledRestart = ClassRestart | MultilabelRestart | NumberRestart


def _tree_errors(
    restart: LabelledRestart,
    y: Labels,
    without: Iterable[NDArray[np.floating]],
) -> Floats:
    """Jackknife over blocks of trees.

    Parameters
    ----------
    restart : LabelledRestart
        With evidence and judges.
    y : array
        Labels or targets of its rows.
    without : iterable of arrays
        Evidence of the tree scorers without each block. It replaces the start of the second axis,
        of numbers that of the last.
    """
    right = []
    for trees in without:
        evidence = restart.evidence_.copy()
        if isinstance(restart, NumberRestart):
            evidence[:, :, : trees.shape[2]] = trees
        else:
            evidence[:, : trees.shape[1]] = trees
        right.append(restart.judge(evidence, y).right)
    # Without features there are no trees.
    return jackknife_errors(np.stack(right)) if right else np.zeros(len(y))


def _as_scorer(pred_probs: Floats32, n_classes: int) -> Floats32:
    """Given probabilities as one scorer, or none, shape (n_samples, 0 or 1, n_classes)."""
    return pred_probs.reshape(len(pred_probs), -1, n_classes)


def two_classes(scores: Floats32) -> Floats:
    """Log-odds of a label that is absent or there, shape (n_samples, n_scorers, 2)."""
    there = np.clip(scores.astype(np.float64), 0.0, 1.0)
    return class_log_odds(np.stack([1.0 - there, there], axis=-1))
