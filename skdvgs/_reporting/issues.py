"""issue_columns: what find_label_issues and the command line say of each row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._inputs.large.open import open_rows
from skdvgs._reporting.frames import columns_of_labels, kept_rows


def issue_columns(valuer: Any, X: Any) -> dict[str, NDArray[Any]]:
    """Return the columns of :func:`skdvgs.find_label_issues`, in the order of X.

    Parameters
    ----------
    valuer : DVGSValuer
        Fitted to X with labels.
    X : array-like, frame, sparse matrix, AnnData or large source
        The rows of fit.
    """
    is_issue = ~kept_rows(valuer)
    columns: dict[str, NDArray[Any]] = {"value": valuer.values_, "is_issue": is_issue}
    if valuer._given.labels.ndim < 3:  # masks and images are no columns
        columns |= columns_of_labels(valuer._given.labels, "given_label")
    suggested = getattr(valuer, "suggested_labels_", None)
    if suggested is not None:
        columns["suggested_label"] = suggested
        if valuer.net is None:
            columns["suggested_probability"] = valuer.label_values_.max(axis=1)
    columns["standard_error"] = valuer.standard_errors_
    reasons = reasons_of(valuer, is_issue, X)
    if reasons is not None:
        columns["reason"] = reasons
    return columns


def reasons_of(valuer: Any, wanted: NDArray[np.bool_], X: Any) -> NDArray[Any] | None:
    """Return a sentence for each wanted row and nothing for others; None if none can be given."""
    if not can_explain(valuer):
        return None
    # Rows that are read from files are not read again to be shown.
    shown = None if X is None or open_rows(X) is not None else X
    reasons = np.full(len(wanted), "", dtype=object)
    reasons[wanted] = [entry.reason for entry in valuer.explain(np.flatnonzero(wanted), 1, X=shown)]
    return reasons


def can_explain(valuer: Any) -> bool:
    """Whether a fitted valuer can explain its values.

    The default network with labels can, if it was given features.
    """
    has_labels = getattr(valuer, "task_", None) != "reconstruction"
    return has_labels and bool(
        getattr(getattr(valuer, "_trajectories", None), "has_features", False)
    )
