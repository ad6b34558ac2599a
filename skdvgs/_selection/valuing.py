"""value_rows: have a valuer value rows, by a clone that is fitted or by a frozen one."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from skdvgs._inputs.annotated import features_of
from skdvgs._inputs.named_arrays import row_count
from skdvgs._inputs.named_targets import split_mapping
from skdvgs._inputs.target_set import unpack_target
from skdvgs.exceptions import InvalidInputError

# Requested by default: to ask for them by hand would be a step everyone forgets.
REQUESTS = dict.fromkeys(("X_val", "y_val", "groups", "pred_probs", "pred_probs_val"), True)


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


def value_rows(valuer: Any, X: Any, y: Any, given: dict[str, Any]) -> Valued:
    """Value rows by a clone of a valuer, or by a frozen one.

    Parameters
    ----------
    valuer : estimator
        A valuer, a Pipeline that ends in one, or either of them frozen.
    X : array-like of shape (n_samples, ...)
        The rows.
    y : array-like or None
        Their labels or targets.
    given : dict of str to object
        What else goes to the fit of the valuer, without None: target set, groups, probabilities.

    Raises
    ------
    InvalidInputError
        If the valuer does not take what is given, or does not give each row a finite value.
    """
    if isinstance(valuer, FrozenEstimator):
        return _ask_frozen(valuer, X, y, given)
    if isinstance(valuer, Pipeline):
        return _fit_pipeline(clone(valuer), X, y, given)
    _check_is_taken(valuer, given)
    valuer = clone(valuer)
    valuer.fit(X, y, **given)
    return Valued(valuer, valuer, _checked_values(valuer, row_count(X)))


def _check_is_taken(valuer: Any, given: dict[str, Any]) -> None:
    """Raise unless the fit of a valuer takes all that is given."""
    taken = inspect.signature(valuer.fit).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in taken.values()):
        return
    for name in given:
        if name not in taken:
            raise InvalidInputError(
                f"{name} was passed, but {type(valuer).__name__}.fit has no argument of this name. "
                f"The valuer would not know it. Leave {name} out, with metadata routing by "
                f"set_fit_request({name}=False), or use a valuer that takes it."
            )


def _fit_pipeline(pipeline: Pipeline, X: Any, y: Any, given: dict[str, Any]) -> Valued:
    """Fit the steps, and have the last one value what they make of the rows."""
    name, last = pipeline.steps[-1]
    steps = pipeline[:-1]
    if len(steps):
        rows, X = X, steps.fit_transform(features_of(X), y)
        given = given | _transformed_target(steps, rows, given.get("X_val"), given.get("y_val"))
    found = value_rows(last, X, y, given)
    whole = clone(pipeline, safe=False).set_params(steps=[*steps.steps, (name, found.valuer)])
    return Valued(whole, found.last, found.values, found.label_values, found.fitted_here)


_NOT_LEARNT_AGAIN = {
    "X_val": "it learnt another target set before",
    "y_val": "it learnt another target set before",
    "groups": "whether a group was among the rows it learnt is not known",
    "pred_probs": "it learnt from other rows before",
    "pred_probs_val": "it learnt from other rows before",
}


def _transformed_target(steps: Pipeline, X: Any, X_val: Any, y_val: Any) -> dict[str, Any]:
    """The target set, or each of several, as the steps of a Pipeline leave it."""
    sets = split_mapping(X_val, y_val, X)
    if sets is not None:
        features = {key: steps.transform(features_of(rows)) for key, (rows, _) in sets.items()}
        return {"X_val": features, "y_val": {key: labels for key, (_, labels) in sets.items()}}
    X_val, y_val = unpack_target(X_val, y_val)
    if X_val is None:
        return {}
    target = {"X_val": steps.transform(features_of(X_val)), "y_val": y_val}
    return {key: rows for key, rows in target.items() if rows is not None}


def _ask_frozen(frozen: FrozenEstimator, X: Any, y: Any, given: dict[str, Any]) -> Valued:
    """Value rows by a valuer that was fitted before; its own values are those of other rows."""
    for name in given:
        raise InvalidInputError(
            f"{name} was passed, but the valuer is frozen: {_NOT_LEARNT_AGAIN[name]}. It "
            f"is not fitted again. Leave {name} out, with metadata routing by "
            f"set_fit_request({name}=False), or pass the valuer without FrozenEstimator."
        )
    inner, rows = frozen.estimator, X
    while isinstance(inner, (Pipeline, FrozenEstimator)):
        if isinstance(inner, FrozenEstimator):
            inner = inner.estimator
            continue
        rows = inner[:-1].transform(features_of(rows)) if len(inner) > 1 else rows
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
    return Valued(frozen, inner, _checked(values, inner, row_count(X)), of_labels, False)


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
