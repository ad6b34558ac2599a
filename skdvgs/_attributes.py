"""The attributes of a fitted valuer."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._job import TrajectoryJob
from ._outcome import Outcome
from ._result import TrajectoryResult
from ._settings import Settings
from ._similarity import SIMILARITIES
from ._task import Rows


def set_attributes(
    valuer: Any,
    source: Rows,
    jobs: list[TrajectoryJob],
    results: list[TrajectoryResult],
    outcome: Outcome,
    settings: Settings,
) -> None:
    """Set the fitted attributes, all at the end: a fit that fails leaves none."""
    valuer.values_ = outcome.values
    valuer._uncertainty = outcome.uncertainty
    valuer.standard_errors_ = outcome.uncertainty.standard_errors
    longest = max(len(result.losses) for result in results)
    valuer.target_loss_ = np.full((len(results), longest), np.nan)
    for row, result in zip(valuer.target_loss_, results, strict=True):
        row[: len(result.losses)] = result.losses
    valuer.n_checkpoints_ = sum(len(result.losses) for result in results)
    valuer.converged_ = settings.tol is not None and (
        all(result.converged for result in results)
        and (settings.n_restarts == 1 or outcome.settled(settings.tol))
    )
    valuer.engine_report_ = results[-1].report
    valuer.net_ = jobs[-1].rebuild(results[-1])
    task = jobs[0].recipe.task
    valuer.task_ = task.kind
    for name in ("classes_", "label_values_", "suggested_labels_"):
        if hasattr(valuer, name):
            delattr(valuer, name)
    if task.classes is not None:
        valuer.classes_ = task.classes
    if outcome.label_values is not None:
        valuer.label_values_ = outcome.label_values
        valuer.suggested_labels_ = valuer.classes_[np.argmax(outcome.label_values, axis=1)]
    valuer.low_fraction_ = _estimate_low(task.classes, source, outcome, settings)


def _estimate_low(classes: Any, source: Rows, outcome: Outcome, settings: Settings) -> float:
    labels = np.zeros(len(source.X), dtype=np.intp)
    if source.kind == "classification":
        labels = np.searchsorted(classes, source.y)
    of_numbers = settings.options.similarity is SIMILARITIES["discounted_cosine"]
    if of_numbers and outcome.trusted_other is None:
        return 0.0  # good and bad rows then differ by degree, and nothing shows the degree
    return outcome.low_fraction(labels, settings.options.similarity is SIMILARITIES["cosine"])
