"""BaseLowValueSelector: value the rows, then choose which to keep, for filter and sampler."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import Tags, get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    validate_data,
)

from skdvgs._inputs.annotated import features_of, is_anndata, labels_of
from skdvgs._inputs.columns import names_of_columns
from skdvgs._inputs.mappings import is_mapping
from skdvgs._inputs.named_arrays import one_array, row_count
from skdvgs._inputs.named_targets import split_mapping
from skdvgs._inputs.target_set import unpack_target
from skdvgs._inputs.task import has_positions, is_continuous
from skdvgs._reporting.fit_rows import remember_rows
from skdvgs._reporting.mixin import ReportingMixin
from skdvgs._selection.choice import Cut, choose_rows
from skdvgs._selection.inner_valuer import is_one_number, with_task
from skdvgs._selection.rows_of_fit import check_index, take_rows
from skdvgs._selection.valuing import REQUESTS, Valued, value_rows
from skdvgs._utils.sklearn_compat import fit_context
from skdvgs._utils.types import Trainable
from skdvgs._valuer import DVGSValuer
from skdvgs._values.cut import lowest_kept, number_groups
from skdvgs.exceptions import InvalidInputError

Selector = TypeVar("Selector", bound="BaseLowValueSelector")


class BaseLowValueSelector(ReportingMixin, BaseEstimator):  # type: ignore[misc]
    """Value the rows and choose which to keep; what becomes of the others is up to subclasses."""

    valuer_: Any
    values_: NDArray[np.float64]
    support_: NDArray[np.bool_]
    threshold_: float
    n_dropped_: int
    dropped_index_: Any
    n_features_in_: int
    feature_names_in_: NDArray[Any]

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "valuer": [HasMethods(["fit"]), None],
        "fraction": [StrOptions({"auto"}), Interval(Real, 0, 1, closed="left"), None],
        "threshold": [Interval(Real, None, None, closed="neither"), None],
        "target": "no_validation",
        "max_class_fraction": [Interval(Real, 0, 1, closed="right"), None],
    }

    __metadata_request__fit: ClassVar[dict[str, bool]] = REQUESTS

    def __init__(
        self,
        valuer: Trainable | None = None,
        *,
        fraction: float | str | None = "auto",
        threshold: float | None = None,
        max_class_fraction: float | None = 0.5,
        target: Any = None,
    ) -> None:
        self.valuer = valuer
        self.fraction = fraction
        self.threshold = threshold
        self.max_class_fraction = max_class_fraction
        self.target = target

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self: Selector,
        X: Any,
        y: ArrayLike | None = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        groups: ArrayLike | None = None,
        pred_probs: ArrayLike | None = None,
        pred_probs_val: ArrayLike | None = None,
    ) -> Selector:
        """Value the rows and choose which are low.

        What is None is not handed to the valuer. All but `X` and `y` is requested from the start
        where metadata routing is enabled.

        Parameters
        ----------
        X : array-like, sparse matrix, dataframe or AnnData of shape (n_samples, n_features)
            The rows to value. What is accepted is up to the valuer.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str, default=None
            Their labels or targets; of an AnnData the name of a column of ``obs``.

        X_val : array-like of shape (n_target, n_features), TargetSet or dict of these, default=None
            The features of the target set. Without it `DVGSValuer` values the rows against each
            other.

        y_val : array-like of shape (n_target,) or (n_target, n_outputs), or dict, default=None
            The labels or targets of the target set; of several ones by the same names.

        groups : array-like of shape (n_samples,), default=None
            Group of each row. Rows of one group never inform each other's values.

        pred_probs : array-like or frame of shape (n_samples, n_classes), default=None
            Class probabilities of each row by a model of your own that has not seen the row.

        pred_probs_val : array-like or frame of shape (n_target, n_classes), default=None
            The same of the target rows.

        Returns
        -------
        self : object
            Fitted.

        Raises
        ------
        InvalidInputError
            If `fraction` and `threshold` contradict each other, if `threshold` is above every
            value, if the valuer does not take what is passed, or if it does not give each row a
            finite value.
        """
        given = {
            "X_val": X_val,
            "y_val": y_val,
            "groups": groups,
            "pred_probs": pred_probs,
            "pred_probs_val": pred_probs_val,
        }
        self._fit_selection(X, y, {name: rows for name, rows in given.items() if rows is not None})
        return self

    def get_support(self, indices: bool = False) -> NDArray[Any]:
        """Tell which rows are kept.

        Parameters
        ----------
        indices : bool, default=False
            Whether to return the positions of the kept rows instead of a mask.

        Returns
        -------
        support : ndarray of shape (n_samples,) or (n_kept,)
            A boolean mask over the rows of `fit`, True where a row is kept; with
            ``indices=True`` the positions of the kept rows, in ascending order.
        """
        check_is_fitted(self, "support_")
        return np.flatnonzero(self.support_) if indices else self.support_.copy()

    def drop(self, X: Any, y: Any, *arrays: Any) -> tuple[Any, ...]:
        """Return only the kept rows of each array.

        Parameters
        ----------
        X : array-like, sparse matrix, dataframe or AnnData of shape (n_samples, ...)
            The rows that were valued, or anything of the same length and order.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str, or None
            Their labels or targets; of an AnnData the name of a column of ``obs``.

        *arrays : array-likes of length n_samples, or None
            Anything else that goes with the rows: weights, groups, identifiers.

        Returns
        -------
        kept : tuple
            The kept rows of `X`, `y` and each further array, in the order given and of the kind
            given: a dataframe keeps its index and column types, a list stays a list. None stays
            None.

        Raises
        ------
        InvalidInputError
            If an array is not as long as the `X` of `fit`, or holds other rows by its index.
        """
        check_is_fitted(self, "support_")
        y = labels_of(X, y)
        names = ["X", "y", *(f"arrays[{position}]" for position in range(len(arrays)))]
        kept_rows = self.get_support(indices=True)
        for name, array in zip(names, (X, y, *arrays), strict=True):
            check_index(array, self._given.index, name, getattr(self, "feature_names_in_", None))
        return tuple(
            None if array is None else take_rows(array, kept_rows, name, len(self.support_))
            for name, array in zip(names, (X, y, *arrays), strict=True)
        )

    def _fit_selection(self, X: Any, y: Any, given: dict[str, Any]) -> None:
        """Value the rows, choose, and only then set what `fit` leaves behind."""
        self._check_one_cut()
        _check_has_rows(X)
        given = _with_labels_of_target(given, y)
        y = labels_of(X, y)
        self._check_labels(y)
        valuer = DVGSValuer() if self.valuer is None else self.valuer
        if is_one_number(y):
            # A fold of numbers to predict may hold one alone, which read as a class is refused.
            valuer = with_task(valuer, "regression")
        valued = value_rows(valuer, X, y, given)
        if self.target is not None:
            valued = valued.for_target(self.target)
        check_consistent_length(one_array(X), y)
        self._check_valued(valued)
        values = valued.values
        continuous = is_continuous(valued.last, y)
        has_classes = not (continuous or has_positions(valued.last, y))
        groups = number_groups(y if has_classes else None, len(values))
        cut = Cut(self.fraction, self.threshold, self.max_class_fraction)
        support = choose_rows(cut, valued, y, groups, continuous)

        if not is_mapping(X):
            validate_data(self, features_of(X), skip_check_array=True)
        names = names_of_columns(X) if is_anndata(X) else None
        if names is not None:
            self.feature_names_in_ = names
        self.valuer_ = valued.valuer
        self._valued = valued
        # A class, or a combination of labels; a continuous y has none.
        self._groups = None if continuous else groups
        self.values_ = values
        self.support_ = support
        self.threshold_ = lowest_kept(values, support)
        self.n_dropped_ = int(np.count_nonzero(~support))
        self._given = remember_rows(X, y, _n_target(given.get("X_val"), X))
        dropped = np.flatnonzero(~support)
        index = self._given.index
        self.dropped_index_ = dropped if index is None else index[dropped]

    def _check_labels(self, y: Any) -> None:
        """Raise if labels do not allow what is to become of low rows."""

    def _check_valued(self, valued: Valued) -> None:
        """Raise if the valuer does not tell what is needed for it."""

    def _check_one_cut(self) -> None:
        """Raise unless exactly one of `fraction` and `threshold` says where to cut."""
        if self.threshold is None and self.fraction is None:
            raise InvalidInputError(
                "fraction=None and threshold=None leave open which rows are low. One of them "
                "has to say it. Set fraction='auto', a fraction of the rows, or a threshold."
            )
        if self.threshold is not None and isinstance(self.fraction, Real):
            raise InvalidInputError(
                f"fraction={self.fraction} and threshold={self.threshold} were both given. Each "
                "alone says which rows are low. Set fraction=None, or leave out threshold."
            )

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        valuer = DVGSValuer() if self.valuer is None else self.valuer
        if hasattr(valuer, "__sklearn_tags__"):
            # The rows go to the valuer untouched, so what it takes is what we take.
            valuer_tags = get_tags(valuer)
            tags.input_tags = valuer_tags.input_tags
            tags.target_tags = valuer_tags.target_tags
            tags.non_deterministic = valuer_tags.non_deterministic
        return tags


def _check_has_rows(X: Any) -> None:
    if X is None:
        raise InvalidInputError(
            "X is None. The rows that are kept are rows of X, so pred_probs alone is not enough "
            "here. Pass X too, or value by DVGSValuer and choose the rows by its values_."
        )


def _with_labels_of_target(given: dict[str, Any], y: Any) -> dict[str, Any]:
    """Labels of an AnnData as the target set, by the name of the column that y has or y_val."""
    X_val, y_val = given.get("X_val"), given.get("y_val", y)
    if is_anndata(X_val) and isinstance(y_val, str):
        return given | {"y_val": labels_of(X_val, y_val)}
    return given


def _n_target(X_val: Any, X: Any) -> int | None:
    """Rows of the target set, in whatever form it was passed."""
    sets = split_mapping(X_val, None, X)
    if sets is not None:
        return sum(row_count(features) for features, _ in sets.values())
    features = unpack_target(X_val, None)[0]
    return None if features is None else row_count(features)
