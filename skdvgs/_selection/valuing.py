"""Have a valuer value rows: fit a clone of it, or ask one that was fitted before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import _num_samples

from skdvgs._inputs.named_targets import split_mapping
from skdvgs._inputs.target_set import unpack_target
from skdvgs.exceptions import InvalidInputError


@dataclass(frozen=True)
class Valued:
    """Rows with their values.

    Attributes
    ----------
    valuer : estimator
        What valued them, fitted: a clone of what was given, whole.
    last : estimator
        The valuer itself, where that is a Pipeline or frozen.
    values : array of shape (n_samples,)
        Higher is better.
    label_values : array of shape (n_samples, n_classes) or None
        Of these rows, by a frozen valuer of classes.
    fitted_here : bool
        Whether the valuer was fitted on these rows, so that its attributes are theirs.
    target : object
        Name of the target set that the values are for; None for all of them.
    """

    valuer: Any
    last: Any
    values: NDArray[np.float64]
    label_values: NDArray[np.float64] | None = None
    fitted_here: bool = True
    target: Any = None

    def for_target(self, name: Any) -> Valued:
        """The values of the rows for one of several target sets.

        Raises
        ------
        InvalidInputError
            If there are no values for a set of this name.
        """
        names = getattr(self.last, "target_names_", None)
        if names is None or not self.fitted_here:
            raise InvalidInputError(
                f"target={name!r} was given, but the valuer has no values by target. A network of "
                "one's own that is fitted with a dict of target sets, or with by_class=True, has "
                "them. Leave target=None, or pass X_val and y_val as dicts."
            )
        known = np.asarray(names).tolist()
        if name not in known:
            raise InvalidInputError(
                f"target={name!r} is none of the target sets {known}. Rows are chosen by their "
                "values for one of these. Give one of these names, or None for the mean."
            )
        column = np.asarray(self.last.values_by_target_[:, known.index(name)])
        return replace(self, values=column, label_values=None, target=name)


def value_rows(valuer: Any, X: Any, y: Any, X_val: Any, y_val: Any) -> Valued:
    """Value rows by a clone of a valuer, or by a frozen one.

    Raises
    ------
    InvalidInputError
        If it does not give each row a finite value.
    """
    if isinstance(valuer, FrozenEstimator):
        return _ask_frozen(valuer, X, y, X_val)
    if isinstance(valuer, Pipeline):
        return _fit_pipeline(clone(valuer), X, y, X_val, y_val)
    valuer = clone(valuer)
    given = {"X_val": X_val, "y_val": y_val}
    valuer.fit(X, y, **{name: rows for name, rows in given.items() if rows is not None})
    return Valued(valuer, valuer, _checked_values(valuer, _num_samples(X)))


def _fit_pipeline(pipeline: Pipeline, X: Any, y: Any, X_val: Any, y_val: Any) -> Valued:
    """Fit the steps, and have the last one value what they make of the rows."""
    name, last = pipeline.steps[-1]
    steps = pipeline[:-1]
    if len(steps):
        X = steps.fit_transform(X, y)
        sets = split_mapping(X_val, y_val)
        if sets is not None:
            X_val = {key: steps.transform(features) for key, (features, _) in sets.items()}
            y_val = {key: labels for key, (_, labels) in sets.items()}
        else:
            X_val, y_val = unpack_target(X_val, y_val)
            X_val = None if X_val is None else steps.transform(X_val)
    found = value_rows(last, X, y, X_val, y_val)
    whole = clone(pipeline, safe=False).set_params(steps=[*steps.steps, (name, found.valuer)])
    return Valued(whole, found.last, found.values, found.label_values, found.fitted_here)


def _ask_frozen(frozen: FrozenEstimator, X: Any, y: Any, X_val: Any) -> Valued:
    """Value rows by a valuer that was fitted before; its own values are those of other rows."""
    if X_val is not None:
        raise InvalidInputError(
            "X_val was passed, but the valuer is frozen: it learnt another target set before. It "
            "is not fitted again. Leave X_val out, or pass the valuer without FrozenEstimator."
        )
    inner, rows = frozen.estimator, X
    while isinstance(inner, (Pipeline, FrozenEstimator)):
        if isinstance(inner, FrozenEstimator):
            inner = inner.estimator
            continue
        rows = inner[:-1].transform(rows) if len(inner) > 1 else rows
        inner = inner[-1]
    if not hasattr(inner, "score_samples"):
        raise InvalidInputError(
            f"{type(inner).__name__} is frozen and has no score_samples. Its values_ are those of "
            "the rows it was fitted on, not of these. Use a DVGSValuer, or leave FrozenEstimator "
            "out."
        )
    values = np.asarray(inner.score_samples(rows, y), dtype=np.float64)
    of_labels = None
    if getattr(inner, "task_", None) == "classification" and hasattr(inner, "label_values"):
        of_labels = inner.label_values(rows)
    return Valued(frozen, inner, _checked(values, inner, _num_samples(X)), of_labels, False)


def _checked_values(valuer: Any, n_samples: int) -> NDArray[np.float64]:
    if not hasattr(valuer, "values_"):
        raise InvalidInputError(
            f"{type(valuer).__name__} has no attribute values_ after fit. The rows are chosen by "
            "it. Use a DVGSValuer, or set values_ of shape (n_samples,) in the fit of your own "
            "valuer."
        )
    return _checked(np.asarray(valuer.values_, dtype=np.float64), valuer, n_samples)


def _checked(values: NDArray[np.float64], valuer: Any, n_samples: int) -> NDArray[np.float64]:
    """Return values, if they are one finite number for each row."""
    name = type(valuer).__name__
    if values.shape != (n_samples,):
        raise InvalidInputError(
            f"{name}.values_ has shape {values.shape} but X holds {n_samples} rows. Each row "
            f"needs one value. Make the valuer's fit set values_ of shape ({n_samples},)."
        )
    if not np.isfinite(values).all():
        raise InvalidInputError(
            f"{name}.values_ holds {np.count_nonzero(~np.isfinite(values))} values that are NaN "
            "or infinite. Such rows cannot be ranked. Give every row a finite value."
        )
    return values
