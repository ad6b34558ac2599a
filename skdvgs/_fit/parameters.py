"""ResolvedParameters: what a valuer was given, with every 'auto' decided.

Below the estimator, this is the only place that reads its parameters; but ``_inputs/read.py`` asks
which network and task its checks are for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from skdvgs._inputs.read import FitData
from skdvgs._inputs.task import Kind
from skdvgs._scoring.options import ScoringOptions
from skdvgs._scoring.similarity import (
    INFLUENCE,
    NEED_NO_NORMS,
    NEED_TYPICAL_NORM,
    SIMILARITIES,
    UserSimilarity,
)
from skdvgs._utils.types import Device, Folding
from skdvgs.exceptions import InvalidInputError

# One minus the rank correlation with the values of ever more restarts.
TOLERANCE = 0.02
_DEFAULT_RESTARTS = 2
# Training settings that a skorch net has as well: None leaves the net's own.
_TRAINING = ("lr", "max_epochs", "batch_size", "device")


class ValuerParameters(Protocol):
    """Those parameters of :class:`skdvgs.DVGSValuer` that a fit depends on."""

    net: Any
    max_epochs: int | None
    lr: float | None
    batch_size: int | None
    class_weight: str | dict[Any, float] | None
    by_class: bool
    similarity: str | Callable[..., Any]
    weighting: str
    compute_every: int
    layers: str | Sequence[str] | None
    cv: Folding
    n_restarts: int | str
    tol: float | str | None
    suggest_labels: bool | str
    store_trajectory: bool
    checkpoint_dir: str | os.PathLike[str] | None
    source_batch_size: int | str
    device: Device
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
    is_default_fit : bool
        Whether the network is the default one.
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
    by_influence : bool
        Whether the network is trained on source and target, and rows are valued by influence.
    """

    net: Any
    is_default_fit: bool
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
    cv: Folding
    n_jobs: int | None
    as_given: Mapping[str, Any]
    by_influence: bool = False


def resolve_parameters(valuer: ValuerParameters, data: FitData) -> ResolvedParameters:
    """Decide every 'auto' of a valuer for the data of a fit.

    Raises
    ------
    InvalidInputError
        If labels are to be suggested where there are no classes.
    """
    kind = data.source.kind
    is_default_fit = valuer.net is None
    given = {name: getattr(valuer, name) for name in _TRAINING}
    if is_default_fit:
        given["device"] = None  # few weights, in float64, over scorers that know no other device
    if valuer.net == "paper" and kind == "reconstruction":
        raise InvalidInputError(
            "net='paper' was given without labels. It is the paper's network for tables with "
            "labels. Pass y, or take net=None, which needs none."
        )
    if is_default_fit:
        _check_left_alone(valuer)
        _check_one_target(data)
    by_influence = isinstance(valuer.similarity, str) and valuer.similarity == INFLUENCE
    if by_influence:
        _check_influence(valuer)
    tol = (TOLERANCE if is_default_fit else None) if valuer.tol == "auto" else valuer.tol
    assert tol is None or isinstance(tol, (float, int))
    return ResolvedParameters(
        net=valuer.net,
        is_default_fit=is_default_fit,
        training={name: value for name, value in given.items() if value is not None},
        class_weight=valuer.class_weight,
        scoring=_scoring_options(valuer, data),
        compute_every=valuer.compute_every,
        n_restarts=_n_restarts(valuer, is_default_fit),
        tol=tol,
        every_label=_every_label(valuer, kind, is_default_fit),
        records_checkpoints=valuer.store_trajectory,
        checkpoint_dir=valuer.checkpoint_dir,
        checkpoints_in_files=valuer.store_trajectory and valuer.checkpoint_dir is not None,
        cv=valuer.cv,
        n_jobs=valuer.n_jobs,
        as_given=valuer.get_params(deep=False),
        by_influence=by_influence,
    )


def _check_left_alone(valuer: ValuerParameters) -> None:
    """Refuse parameters of the method that the default network does not have.

    Raises
    ------
    InvalidInputError
        If one of them was set.
    """
    usual = {
        "similarity": "auto",
        "weighting": "auto",
        "compute_every": 1,
        "layers": None,
        "class_weight": None,
        "by_class": False,
    }
    for name, value in usual.items():
        given = getattr(valuer, name)
        if not (given is value or (isinstance(given, (str, int)) and given == value)):
            raise InvalidInputError(
                f"{name}={given!r} was given, but net=None. The default network values rows by its "
                f"trust parameter alone, for which {name} means nothing. Leave {name}={value!r}, "
                "or pass a network of your own."
            )


def _check_one_target(data: FitData) -> None:
    if data.targets is not None:
        raise InvalidInputError(
            "X_val is a dict of target sets, but net=None. The default network says how likely a "
            "row is right, which is not a matter of one target set or another. Pass a network of "
            "your own, or fit once for each target set."
        )


def _scoring_options(valuer: ValuerParameters, data: FitData) -> ScoringOptions:
    similarity = valuer.similarity
    if isinstance(similarity, str):
        name = "cosine" if similarity == "auto" else similarity
        compare = SIMILARITIES[name]
    else:
        compare, name = UserSimilarity(similarity), ""
    weighting = valuer.weighting
    if weighting == "auto":
        weighting = "uniform"
    return ScoringOptions(
        similarity=compare,
        weighting=weighting,
        layers=valuer.layers,
        source_batch_size=valuer.source_batch_size,
        needs_norms=name not in NEED_NO_NORMS,
        needs_typical_norm=name in NEED_TYPICAL_NORM,
        n_targets=_n_targets(data, name == INFLUENCE),
    )


def _n_targets(data: FitData, by_influence: bool) -> int | None:
    if data.targets is not None:
        return len(data.targets.names)
    return 1 if by_influence else None


def _check_influence(valuer: ValuerParameters) -> None:
    """Refuse settings that mean nothing to influence, which looks at trained weights alone.

    Raises
    ------
    InvalidInputError
        If one of them was set.
    """
    usual = {"weighting": ("auto", "uniform"), "compute_every": (1,), "class_weight": (None,)}
    for name, values in usual.items():
        given = getattr(valuer, name)
        if given not in values:
            raise InvalidInputError(
                f"{name}={given!r} was given with similarity='influence'. Influence is taken once, "
                f"at the end of a training in which every row counts the same. Leave "
                f"{name}={values[0]!r}."
            )


def _n_restarts(valuer: ValuerParameters, is_default_fit: bool) -> int:
    if valuer.n_restarts != "auto":
        return int(valuer.n_restarts)
    return _DEFAULT_RESTARTS if is_default_fit else 1


def _every_label(valuer: ValuerParameters, kind: Kind, is_default_fit: bool) -> bool:
    if valuer.suggest_labels == "auto":
        return is_default_fit and kind == "classification"
    if valuer.suggest_labels and kind != "classification":
        raise InvalidInputError(
            f"suggest_labels=True was given but the task is {kind}. Only one label out of several "
            "classes can be suggested. Leave suggest_labels='auto'."
        )
    return bool(valuer.suggest_labels)
