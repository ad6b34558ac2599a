"""What 'auto' means: the settings of a fit, once the task and the data are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
# benchmarks/value_quality that is 0.986 with a target set, after a ninth of the checkpoints, and
# 0.988 without, after a little more than a quarter.
TOLERANCE = 0.02


_RESTARTS_GIVEN_TARGET = 8


_RESTARTS_PER_FOLD = 2


# Values under every label are asked for by default up to here: their cost grows with the labels.
_MOST_LABELS = 20


@dataclass(frozen=True)
class ResolvedParameters:
    """A valuer's parameters with every 'auto' decided.

    Attributes
    ----------
    uses_linear_head : bool
        Whether the network is the default one for labels and targets: a linear layer that
        starts at zero, whose restarts differ by their target rows alone.
    options : ScoringOptions
        How rows are compared.
    n_restarts : int
        Trajectories for each target set, at most.
    tol : float or None
        Rank agreement at which training, and restarting, ends.
    every_label : bool
        Whether rows are valued under every label.
    keep : bool
        Whether checkpoints are kept to score more rows.
    """

    uses_linear_head: bool
    options: ScoringOptions
    n_restarts: int
    tol: float | None
    every_label: bool
    keep: bool


def resolve_parameters(
    valuer: Any, kind: Kind, has_target: bool, n_classes: int
) -> ResolvedParameters:
    """ResolvedParameters of a valuer for a task.

    Parameters
    ----------
    valuer : DVGSValuer
        Whose parameters they are.
    kind : str
        The kind of task.
    has_target : bool
        Whether a target set was given.
    n_classes : int
        Classes in both sets; 0 where there are none.

    Raises
    ------
    InvalidInputError
        If labels are to be suggested where there are no classes.
    """
    uses_linear_head = valuer.net is None and kind != "reconstruction"
    return ResolvedParameters(
        uses_linear_head=uses_linear_head,
        options=_scoring_options(valuer, kind, uses_linear_head),
        n_restarts=_n_restarts(valuer, uses_linear_head, has_target),
        tol=(TOLERANCE if uses_linear_head else None) if valuer.tol == "auto" else valuer.tol,
        every_label=_every_label(valuer, kind, uses_linear_head, n_classes),
        keep=uses_linear_head or bool(valuer.store_trajectory),
    )


def _scoring_options(valuer: Any, kind: Kind, uses_linear_head: bool) -> ScoringOptions:
    of_numbers = uses_linear_head and kind == "regression"
    similarity = valuer.similarity
    if isinstance(similarity, str) and similarity == "auto":
        similarity = "discounted_cosine" if of_numbers else "cosine"
    weighting = valuer.weighting
    if weighting == "auto":
        weighting = "gradient_norm" if valuer.net is None and not of_numbers else "uniform"
    named = isinstance(similarity, str)
    return ScoringOptions(
        similarity=SIMILARITIES[similarity] if named else UserSimilarity(similarity),
        weighting=weighting,
        engine=valuer.engine,
        layers=valuer.layers,
        source_batch_size=valuer.source_batch_size,
        needs_norms=not (named and similarity in NEED_NO_NORMS),
        needs_typical_norm=named and similarity in NEED_TYPICAL_NORM,
    )


def _n_restarts(valuer: Any, uses_linear_head: bool, has_target: bool) -> int:
    if valuer.n_restarts != "auto":
        return int(valuer.n_restarts)
    if not uses_linear_head:
        return 1
    return _RESTARTS_GIVEN_TARGET if has_target else _RESTARTS_PER_FOLD


def _every_label(valuer: Any, kind: Kind, uses_linear_head: bool, n_classes: int) -> bool:
    if valuer.suggest_labels == "auto":
        return uses_linear_head and kind == "classification" and n_classes <= _MOST_LABELS
    if valuer.suggest_labels and kind != "classification":
        raise InvalidInputError(
            f"suggest_labels=True was given but the task is {kind}. Only one label out of several "
            "classes can be suggested. Leave suggest_labels='auto'."
        )
    return bool(valuer.suggest_labels)
