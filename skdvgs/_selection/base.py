"""What LowValueFilter and LowValueSampler share: value the rows, then choose which to keep."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import Tags, get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import (
    _num_samples,
    check_consistent_length,
    check_is_fitted,
    validate_data,
)

from skdvgs._inputs.annotated import features_of, labels_of
from skdvgs._inputs.named_targets import split_mapping
from skdvgs._inputs.target_set import unpack_target
from skdvgs._inputs.task import is_continuous
from skdvgs._reporting.fit_rows import remember_rows
from skdvgs._reporting.mixin import ReportingMixin
from skdvgs._selection.rows_of_fit import check_index, take_rows
from skdvgs._selection.valuing import Valued, value_rows
from skdvgs._valuer import DVGSValuer
from skdvgs._values.cut import (
    count_of_fraction,
    keep_all_but_lowest,
    keep_at_least,
    lowest_kept,
    number_groups,
)
from skdvgs._values.low_fraction.estimate import estimate_low_fraction
from skdvgs._values.low_fraction.gross import gross_share
from skdvgs.exceptions import InvalidInputError


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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "valuer": [HasMethods(["fit"]), None],
        "fraction": [StrOptions({"auto"}), Interval(Real, 0, 1, closed="left"), None],
        "threshold": [Interval(Real, None, None, closed="neither"), None],
        "target": [object],
    }

    # Requested by default: to ask for a target set by hand would be a step everyone forgets.
    __metadata_request__fit: ClassVar[dict[str, bool]] = {"X_val": True, "y_val": True}

    def __init__(
        self,
        valuer: Any = None,
        *,
        fraction: float | str | None = "auto",
        threshold: float | None = None,
        target: Any = None,
    ) -> None:
        self.valuer = valuer
        self.fraction = fraction
        self.threshold = threshold
        self.target = target

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
        X : array-like, sparse matrix or dataframe of shape (n_samples, ...)
            The rows that were valued, or anything of the same length and order.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), or None
            Their targets.

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
        names = ["X", "y", *(f"arrays[{position}]" for position in range(len(arrays)))]
        kept_rows = self.get_support(indices=True)
        for name, array in zip(names, (X, y, *arrays), strict=True):
            check_index(array, self._given.index, name, getattr(self, "feature_names_in_", None))
        return tuple(
            None if array is None else take_rows(array, kept_rows, name, len(self.support_))
            for name, array in zip(names, (X, y, *arrays), strict=True)
        )

    def _fit_selection(self, X: Any, y: Any, X_val: Any, y_val: Any) -> NDArray[np.intp] | None:
        """Value the rows, choose, and only then set what `fit` leaves behind.

        Returns the group of each row, or None where `y` is continuous.
        """
        self._check_one_cut()
        y = labels_of(X, y)
        valuer = DVGSValuer() if self.valuer is None else self.valuer
        valued = value_rows(valuer, X, y, X_val, y_val)
        if self.target is not None:
            valued = valued.for_target(self.target)
        check_consistent_length(X, y)
        values = valued.values
        continuous = is_continuous(valued.last, y)
        groups = number_groups(None if continuous else y, len(values))
        support = self._choose(valued, y, groups, continuous)

        validate_data(self, features_of(X), skip_check_array=True)
        self.valuer_ = valued.valuer
        self._valued = valued
        self.values_ = values
        self.support_ = support
        self.threshold_ = lowest_kept(values, support)
        self.n_dropped_ = int(np.count_nonzero(~support))
        self._given = remember_rows(X, y, _n_target(X_val))
        dropped = np.flatnonzero(~support)
        index = self._given.index
        self.dropped_index_ = dropped if index is None else index[dropped]
        return None if continuous else groups

    def _choose(
        self, valued: Valued, y: Any, groups: NDArray[np.intp], continuous: bool
    ) -> NDArray[np.bool_]:
        """Mark the rows to keep, by whichever of `threshold` and `fraction` decides."""
        values = valued.values
        if self.threshold is not None:
            return keep_at_least(values, groups, self.threshold)
        if self.fraction == "auto":
            n_drop = round(_low_share(valued, y, groups, continuous) * len(values))
        else:
            n_drop = count_of_fraction(self.fraction, len(values))  # type: ignore[arg-type]
        return keep_all_but_lowest(values, groups, n_drop)

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


def _n_target(X_val: Any) -> int | None:
    """Rows of the target set, in whatever form it was passed."""
    sets = split_mapping(X_val, None)
    if sets is not None:
        return sum(int(_num_samples(features)) for features, _ in sets.values())
    features = unpack_target(X_val, None)[0]
    return None if features is None else _num_samples(features)


def _low_share(valued: Valued, y: Any, groups: NDArray[np.intp], continuous: bool) -> float:
    """Share of low rows: those below the valuer's own cut, or what it says of its own rows."""
    if valued.target is None:  # what the valuer says is of its mean over the target sets
        cut = getattr(valued.last, "low_threshold_", None)
        if cut is not None:
            return float(np.mean(valued.values < cut))
        share = getattr(valued.last, "low_fraction_", None)
        if share is not None and valued.fitted_here:
            return float(share)
    if continuous and not valued.fitted_here:
        return gross_share(valued.values, np.asarray(y, dtype=np.float64))
    if valued.label_values is not None:
        columns = np.searchsorted(valued.last.classes_, np.asarray(y).ravel())
        return estimate_low_fraction(valued.values, columns, label_values=valued.label_values)
    # With two classes the other label turns a row's gradient round. Its length changes too, so
    # the other similarities are no mirror.
    mirrored = getattr(valued.last, "similarity", None) in ("auto", "cosine")
    return estimate_low_fraction(valued.values, groups, mirrored=mirrored)
