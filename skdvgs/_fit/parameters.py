"""ResolvedParameters: what a valuer was given, with every 'auto' decided.

This is the only place below the estimator that reads its parameters.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from skdvgs._inputs.read import FitData
from skdvgs._inputs.task import Kind
from skdvgs._scoring.scorer import ScoringOptions
from skdvgs._scoring.similarity import (
    NEED_NO_NORMS,
    NEED_TYPICAL_NORM,
    SIMILARITIES,
    UserSimilarity,
)
from skdvgs.exceptions import InvalidInputError

# One minus the rank correlation with the values of all restarts and all steps. Over the 23 sets of
# benchmarks/quality that is 0.986 with a target set, after a ninth of the checkpoints, and
# 0.988 without, after a little more than a quarter.
TOLERANCE = 0.02


_RESTARTS_GIVEN_TARGET = 8


_RESTARTS_PER_FOLD = 2


# Scores under every label are asked for by default up to here: their cost grows with the labels.
_MOST_LABELS = 20


# Training settings that a skorch net has as well: None leaves the net's own.
_TRAINING = ("lr", "max_epochs", "batch_size", "device")


class ValuerParameters(Protocol):
    """Those parameters of :class:`skdvgs.DVGSValuer` that a fit depends on."""

    net: Any
    max_epochs: int | None
    lr: float | None
    batch_size: int | None
    class_weight: str | dict[Any, float] | None
    similarity: str | Callable[..., Any]
    weighting: str
    compute_every: int
    layers: str | Sequence[str] | None
    cv: Any
    n_restarts: int | str
    tol: float | str | None
    suggest_labels: bool | str
    store_trajectory: bool
    checkpoint_dir: str | os.PathLike[str] | None
    source_batch_size: int | str
    device: Any
    n_jobs: int | None

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """All parameters by name."""


@dataclass(frozen=True)
class ResolvedParameters:
    """The parameters of one fit.

    Attributes
    ----------
    net : None, Module subclass or skorch net
        The user's network; None for the default one.
    uses_linear_head : bool
        Whether the network is the default one for labels and targets: a linear layer that
        starts at zero, whose restarts differ by their target rows alone.
    training : mapping of str to object
        Those of ``lr``, ``max_epochs``, ``batch_size`` and ``device`` that were given.
    class_weight : None, 'balanced' or dict of label to float
        Weights of the classes in the target loss.
    scoring : ScoringOptions
        How rows are compared with the target set.
    compute_every : int
        Optimiser steps from one checkpoint to the next.
    n_restarts : int
        Trajectories for each target set, at most.
    tol : float or None
        Rank agreement at which training, and restarting, ends.
    every_label : bool
        Whether rows are scored under every label.
    records_checkpoints : bool
        Whether checkpoints are kept to score more rows.
    checkpoint_dir : path-like or None
        Folder of the fit.
    checkpoints_in_files : bool
        Whether the recorded checkpoints are written to `checkpoint_dir`.
    cv : int, splitter or iterable
        Makes the folds where no target set is given.
    n_jobs : int or None
        Trajectories computed at a time.
    as_given : mapping of str to object
        Every parameter of the valuer, for the fingerprint of the fit.
    """

    net: Any
    uses_linear_head: bool
    training: Mapping[str, Any]
    class_weight: Any
    scoring: ScoringOptions
    compute_every: int
    n_restarts: int
    tol: float | None
    every_label: bool
    records_checkpoints: bool
    checkpoint_dir: str | os.PathLike[str] | None
    checkpoints_in_files: bool
    cv: Any
    n_jobs: int | None
    as_given: Mapping[str, Any]


def resolve_parameters(valuer: ValuerParameters, data: FitData) -> ResolvedParameters:
    """Decide every 'auto' of a valuer for the data of a fit.

    Raises
    ------
    InvalidInputError
        If labels are to be suggested where there are no classes.
    """
    kind = data.source.kind
    uses_linear_head = valuer.net is None and kind != "reconstruction"
    given = {name: getattr(valuer, name) for name in _TRAINING}
    tol = (TOLERANCE if uses_linear_head else None) if valuer.tol == "auto" else valuer.tol
    assert tol is None or isinstance(tol, (float, int))
    return ResolvedParameters(
        net=valuer.net,
        uses_linear_head=uses_linear_head,
        training={name: value for name, value in given.items() if value is not None},
        class_weight=valuer.class_weight,
        scoring=_scoring_options(valuer, kind, uses_linear_head),
        compute_every=valuer.compute_every,
        n_restarts=_n_restarts(valuer, uses_linear_head, data.target is not None),
        tol=tol,
        every_label=_every_label(valuer, kind, uses_linear_head, data.n_classes),
        records_checkpoints=uses_linear_head or valuer.store_trajectory,
        checkpoint_dir=valuer.checkpoint_dir,
        checkpoints_in_files=valuer.store_trajectory and valuer.checkpoint_dir is not None,
        cv=valuer.cv,
        n_jobs=valuer.n_jobs,
        as_given=valuer.get_params(deep=False),
    )


def _scoring_options(
    valuer: ValuerParameters, kind: Kind, uses_linear_head: bool
) -> ScoringOptions:
    of_numbers = uses_linear_head and kind == "regression"
    similarity = valuer.similarity
    if isinstance(similarity, str) and similarity == "auto":
        similarity = "discounted_cosine" if of_numbers else "cosine"
    weighting = valuer.weighting
    if weighting == "auto":
        weighting = "gradient_norm" if valuer.net is None and not of_numbers else "uniform"
    if isinstance(similarity, str):
        compare, name = SIMILARITIES[similarity], similarity
    else:
        compare, name = UserSimilarity(similarity), None
    return ScoringOptions(
        similarity=compare,
        weighting=weighting,
        layers=valuer.layers,
        source_batch_size=valuer.source_batch_size,
        needs_norms=name not in NEED_NO_NORMS,
        needs_typical_norm=name in NEED_TYPICAL_NORM,
    )


def _n_restarts(valuer: ValuerParameters, uses_linear_head: bool, has_target: bool) -> int:
    if valuer.n_restarts != "auto":
        return int(valuer.n_restarts)
    if not uses_linear_head:
        return 1
    return _RESTARTS_GIVEN_TARGET if has_target else _RESTARTS_PER_FOLD


def _every_label(
    valuer: ValuerParameters, kind: Kind, uses_linear_head: bool, n_classes: int
) -> bool:
    if valuer.suggest_labels == "auto":
        return uses_linear_head and kind == "classification" and n_classes <= _MOST_LABELS
    if valuer.suggest_labels and kind != "classification":
        raise InvalidInputError(
            f"suggest_labels=True was given but the task is {kind}. Only one label out of several "
            "classes can be suggested. Leave suggest_labels='auto'."
        )
    return bool(valuer.suggest_labels)
