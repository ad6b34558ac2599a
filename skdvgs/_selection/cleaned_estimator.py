"""BaseCleanedEstimator: what CleanedClassifier and CleanedRegressor share."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from numbers import Real
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.utils import Tags, get_tags
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import (
    _check_method_params,
    _check_sample_weight,
    _num_samples,
    check_array,
    check_consistent_length,
    check_is_fitted,
)

from skdvgs._inputs.annotated import features_of, labels_of
from skdvgs._inputs.named_arrays import one_array
from skdvgs._selection.base import BaseLowValueSelector
from skdvgs._selection.inner_valuer import check_reads_text, with_task
from skdvgs._selection.relabelling import best_other_labels, exchange_labels
from skdvgs._selection.sampler import LowValueSampler
from skdvgs._selection.valuing import REQUESTS
from skdvgs._selection.weights import weight_arguments
from skdvgs._utils.sklearn_compat import (
    Method,
    available_if,
    fit_context,
    routing_is_enabled,
)
from skdvgs._utils.types import Trainable
from skdvgs._valuer import DVGSValuer
from skdvgs.exceptions import InvalidInputError

Cleaned = TypeVar("Cleaned", bound="BaseCleanedEstimator")


def estimator_has(name: str) -> Callable[[Method], Method]:
    """Make a method available where the estimator within has it."""

    def check(cleaned: BaseCleanedEstimator) -> bool:
        # Raises the AttributeError that names what is missing.
        getattr(getattr(cleaned, "estimator_", cleaned.estimator), name)
        return True

    return available_if(check)


class BaseCleanedEstimator(MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """Value the rows, act on the low ones, and train an estimator on what results."""

    estimator: Trainable
    valuer: Trainable | None
    action: str
    fraction: float | str | None
    threshold: float | None
    max_class_fraction: float | None

    # What y means, which need not be read off its numbers.
    _task: ClassVar[str]

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimator": [HasMethods(["fit", "predict"])],
        "valuer": [HasMethods(["fit"]), None],
        "fraction": BaseLowValueSelector._parameter_constraints["fraction"],
        "threshold": [Interval(Real, None, None, closed="neither"), None],
    }

    __metadata_request__fit: ClassVar[dict[str, bool]] = REQUESTS

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self: Cleaned,
        X: Any,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        X_val: Any = None,
        y_val: Any = None,
        groups: ArrayLike | None = None,
        pred_probs: ArrayLike | None = None,
        pred_probs_val: ArrayLike | None = None,
        **fit_params: Any,
    ) -> Cleaned:
        """Value the rows, and train the estimator on the cleaned ones.

        All but `X`, `y` and `sample_weight` that is named here is for the valuer, and requested
        from the start where metadata routing is enabled.

        Parameters
        ----------
        X : array-like, sparse matrix, dataframe or AnnData of shape (n_samples, n_features)
            The rows. What is accepted is up to valuer and estimator.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str
            Their labels or targets; of an AnnData the name of a column of ``obs``.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows in the fit of the estimator. The valuer does not see them.

        X_val : array-like of shape (n_target, n_features), TargetSet or dict of these, default=None
            The features of the target set. The estimator does not learn from it.

        y_val : array-like of shape (n_target,) or (n_target, n_outputs), or dict, default=None
            The labels or targets of the target set; of several ones by the same names.

        groups : array-like of shape (n_samples,), default=None
            Group of each row. Rows of one group never inform each other's values.

        pred_probs : array-like or frame of shape (n_samples, n_classes), default=None
            Class probabilities of each row by a model of your own that has not seen the row.

        pred_probs_val : array-like or frame of shape (n_target, n_classes), default=None
            The same of the target rows.

        **fit_params : dict
            Handed to the fit of the estimator; those with an entry for each row go along with the
            rows that are kept. With metadata routing enabled, what the estimator requests.

        Returns
        -------
        self : object
            Fitted.

        Raises
        ------
        InvalidInputError
            If estimator and task do not fit, if the valuer does not take what is passed or does
            not tell what `action` needs, or if the estimator takes no weights where they are
            needed.
        """
        self._check_estimator()
        labels = labels_of(X, y)
        self._check_y(labels)
        counted = one_array(X)
        check_consistent_length(counted, labels)
        given_weights = None
        if sample_weight is not None:
            given_weights = _check_sample_weight(sample_weight, counted)
        ones = np.ones(_num_samples(counted))
        if self._needs_weights(given_weights) and weight_arguments(self.estimator, ones) is None:
            raise InvalidInputError(self._takes_no_weights())
        given = {
            "X_val": X_val,
            "y_val": y_val,
            "groups": groups,
            "pred_probs": pred_probs,
            "pred_probs_val": pred_probs_val,
        }
        sampler = self._make_sampler(counted).fit(X, y, **given)
        if routing_is_enabled():
            fit_params = process_routing(self, "fit", **fit_params).estimator.fit
        X_clean, y_clean, weights, rows = self._clean(
            sampler, features_of(X), labels, given_weights
        )
        arguments = _check_method_params(counted, fit_params, indices=rows)
        if weights is not None:
            arguments |= weight_arguments(self.estimator, weights) or {}
        estimator = clone(self.estimator).fit(X_clean, y_clean, **arguments)
        self._set_fitted(estimator, sampler)
        return self

    def _set_fitted(self, estimator: Any, sampler: LowValueSampler) -> None:
        for name in ("classes_", "n_features_in_", "feature_names_in_"):
            if hasattr(estimator, name):
                setattr(self, name, getattr(estimator, name))
            elif hasattr(self, name):
                delattr(self, name)  # of a fit before
        self.estimator_: Any = estimator
        self.sampler_ = sampler
        self.valuer_: Any = sampler.valuer_
        self.values_: NDArray[np.float64] = sampler.values_
        self.support_: NDArray[np.bool_] = sampler.support_
        changed = sampler.values_ != 1.0 if self.action == "weight" else ~sampler.support_
        self.n_changed_ = int(np.count_nonzero(changed))

    def _make_sampler(self, X: Any) -> LowValueSampler:
        valuer = DVGSValuer() if self.valuer is None else self.valuer
        valuer = with_task(valuer, self._task)
        check_reads_text(valuer, X)
        if self.action == "weight":
            return LowValueSampler(valuer, fraction=0.0)
        return LowValueSampler(
            valuer,
            fraction=self.fraction,
            threshold=self.threshold,
            max_class_fraction=self.max_class_fraction,
            action=self.action,
        )

    def _clean(
        self, sampler: LowValueSampler, X: Any, y: Any, weights: NDArray[Any] | None
    ) -> tuple[Any, Any, NDArray[Any] | None, NDArray[np.intp]]:
        """Rows, labels and weights for the estimator, and which of the given rows they are."""
        everyone = np.arange(len(sampler.values_))
        if self.action == "weight":
            factors = np.clip(sampler.values_, 0.0, None)
            self._check_some_weight(factors, y)
            return X, y, factors if weights is None else weights * factors, everyone
        if self.action == "drop":
            X, y, weights = sampler.drop(X, y, weights)
            return X, y, weights, sampler.get_support(indices=True)
        low = np.flatnonzero(~sampler.support_)
        if len(low):
            others = best_other_labels(sampler._valued, y, low)
            y = exchange_labels(y, low, others.labels)
            weights = np.ones(len(everyone)) if weights is None else weights.copy()
            weights[low] *= others.chance
        return X, y, weights, everyone

    def _needs_weights(self, sample_weight: NDArray[Any] | None) -> bool:
        return sample_weight is not None or self.action == "weight"

    def _takes_no_weights(self) -> str:
        why = (
            "action='weight' weights" if self.action == "weight" else "sample_weight was passed for"
        )
        way_out = (
            "With metadata routing enabled its steps have to ask: set_fit_request("
            "sample_weight=True)."
            if routing_is_enabled()
            else "Use another estimator, or leave weights out."
        )
        return (
            f"{why} the rows, but {type(self.estimator).__name__} takes no sample_weight in fit. "
            f"{way_out}"
        )

    def _check_estimator(self) -> None:
        """Raise if the estimator is one for another task."""

    def _check_y(self, y: Any) -> None:
        """Raise if y is missing, or of another task."""
        if y is None:
            raise InvalidInputError(
                f"{type(self).__name__} requires y to be passed, but the target y is None. Rows "
                "are judged by their labels or targets. Pass them."
            )
        check_array(
            y, accept_sparse=True, ensure_2d=False, dtype=None, input_name="y", estimator=self
        )

    def _check_some_weight(self, factors: NDArray[np.float64], y: Any) -> None:
        """Raise if no row has a weight."""
        if not factors.any():
            raise InvalidInputError(
                "action='weight' weights rows by their values, but no value is above 0. No row "
                "would be left to learn from. Use a valuer whose values are positive, or "
                "action='drop'."
            )

    @estimator_has("predict")
    def predict(self, X: Any) -> Any:
        """Predict by the estimator.

        Parameters
        ----------
        X : array-like, sparse matrix, dataframe or AnnData of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Labels or targets.
        """
        check_is_fitted(self)
        return self.estimator_.predict(features_of(X))

    @estimator_has("score")
    def score(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Score the predictions as the estimator does.

        Parameters
        ----------
        X : array-like, sparse matrix, dataframe or AnnData of shape (n_samples, n_features)
            Rows.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str
            Their labels or targets; of an AnnData the name of a column of ``obs``.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        score : float
            Accuracy for most classifiers, R² for most regressors; higher is better.
        """
        check_is_fitted(self)
        given = {} if sample_weight is None else {"sample_weight": sample_weight}
        found: float = self.estimator_.score(features_of(X), labels_of(X, y), **given)
        return found

    def get_metadata_routing(self) -> MetadataRouter:
        """Return which metadata the fit asks for, and which its estimator.

        Returns
        -------
        routing : MetadataRouter
            Of this estimator, and of `estimator` within it.
        """
        router = MetadataRouter(owner=type(self).__name__).add_self_request(self)
        mapping = MethodMapping().add(caller="fit", callee="fit")
        return router.add(estimator=self.estimator, method_mapping=mapping)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        inner = deepcopy(get_tags(self.estimator))
        tags.input_tags, tags.target_tags = inner.input_tags, inner.target_tags
        tags.target_tags.required = True
        if self.action == "relabel":
            tags.target_tags.multi_output = False
        for name in ("classifier_tags", "regressor_tags"):
            if getattr(tags, name) is not None and getattr(inner, name) is not None:
                setattr(tags, name, getattr(inner, name))
        tags.non_deterministic = inner.non_deterministic
        valuer = DVGSValuer() if self.valuer is None else self.valuer
        if hasattr(valuer, "__sklearn_tags__"):
            # Both see the rows.
            of_valuer = get_tags(valuer)
            for name in ("sparse", "allow_nan"):
                both = getattr(tags.input_tags, name) and getattr(of_valuer.input_tags, name)
                setattr(tags.input_tags, name, both)
            tags.non_deterministic |= of_valuer.non_deterministic
        return tags
