"""LowValueSampler: removes low-value rows, in the Pipeline of imbalanced-learn or by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from sklearn.base import OneToOneFeatureMixin
from sklearn.utils import InputTags, Tags
from sklearn.utils.metadata_routing import MetadataRequest

from skdvgs._selection.base import BaseLowValueSelector
from skdvgs._utils.sklearn_compat import fit_context


# The tags that imbalanced-learn reads off a sampler, spelt out to do without importing it.
@dataclass(slots=True)
class _SamplerTags:
    sample_indices: bool = True


@dataclass(slots=True)
class _SamplerInputTags(InputTags):  # type: ignore[misc]
    dataframe: bool = True


@dataclass(slots=True)
class _TagsOfSampler(Tags):  # type: ignore[misc]
    sampler_tags: _SamplerTags = field(default_factory=_SamplerTags)


def _fields_of(tags: Any) -> dict[str, Any]:
    return {entry.name: getattr(tags, entry.name) for entry in fields(tags)}


class LowValueSampler(OneToOneFeatureMixin, BaseLowValueSelector):  # type: ignore[misc]
    """Remove low-value rows from the training data.

    The sampler chooses the same rows as `LowValueFilter` but truly removes them, features and
    targets. It is a step for the ``Pipeline`` of imbalanced-learn, which can shorten `y` during
    fit, for classification and regression alike; by hand it works without imbalanced-learn. It
    has no `transform`: rows met later pass such a Pipeline untouched.

    Parameters
    ----------
    valuer : estimator, default=None
        What values the rows: any estimator with ``fit(X, y)`` that sets `values_`, one finite
        number for each row, higher is better. It is cloned before it is fitted. None stands for
        ``DVGSValuer()``.

    fraction : 'auto', float in [0, 1) or None, default='auto'
        How many rows to remove.

        - 'auto': estimated from the values, leaning to too few; see Notes.
        - float: exactly ``floor(fraction * n_samples)``, the lowest; of equal values the earlier
          row is the lower one. With 0.0 every row stays; the rows are valued all the same.
        - None: `threshold` decides.

    threshold : float, default=None
        Rows with a value below it are removed, in the unit of the values: for `DVGSValuer` with
        cosine similarity, in [-1, 1]. When it is given, `fraction` must be 'auto' or None, and
        is not used.

    target : object, default=None
        Name of the target set whose values decide, where the valuer has several: one of its
        `target_names_`, e.g. "hospital A". None goes by the mean over all of them.

    Attributes
    ----------
    valuer_ : estimator
        The fitted clone of `valuer`.

    values_ : ndarray of shape (n_samples,)
        The value of each row, higher is better.

    support_ : ndarray of bool of shape (n_samples,)
        True where a row is kept, False where it is removed.

    sample_indices_ : ndarray of int of shape (n_kept,)
        The positions of the kept rows, in ascending order.

    threshold_ : float
        Where the cut lies: the lowest kept value that no removed row exceeds. Rows that are kept
        only because they are the best of their class may lie below it.

    n_dropped_ : int
        How many rows are removed.

    dropped_index_ : ndarray of int or pandas.Index of shape (`n_dropped_`,)
        Which rows are removed: the labels of their index where X was a pandas DataFrame, their
        positions otherwise.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features seen during `fit`. Defined only when `X` has feature names that are
        all strings.

    See Also
    --------
    LowValueFilter : The same choice in scikit-learn's own Pipeline.
    DVGSValuer : Values the rows.

    Notes
    -----
    *A class is never emptied*: the row of highest value of each class stays. Where it would have
    gone, the next lowest row goes in its place. For several labels a row, a class is a
    combination of labels.

    *Target set in a Pipeline.* Enable metadata routing; then
    ``pipe.fit(X, y, X_val=X_val, y_val=y_val)`` reaches the sampler without any request being
    set. Two things about the Pipeline of imbalanced-learn are to be known. It hands samplers
    `X_val` as it was given, never transformed by the steps before, whatever ``transform_input``
    says: transform `X_val` first, or put the sampler first. And without routing it hands samplers
    nothing: ``pipe.fit(X, y, clean__X_val=X_val)`` is *silently ignored*, and the rows are valued
    without that target set. `LowValueFilter` has neither limit.

    *How many are low, by 'auto'.* With the default network, rows that are more likely wrong than
    right: their value is below 0.5. A network of one's own estimates the share of wrong rows, as
    ``low_fraction_``, by the value of each row under every label, if it has those. Else the
    values alone must tell: two classes by the sign that a wrong label gives the cosine, other
    tasks by a group of values that lies far apart. Better give a fraction there.

    *Cost*: that of the valuer, and one sort of the rows.

    References
    ----------
    .. [1] N. Evans, G. Mills, G. Wu, X. Song, S. McWeeney, "Data Valuation with Gradient
       Similarity", arXiv:2405.08217, 2024.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skdvgs import DVGSValuer, LowValueSampler
    >>> X, y = load_iris(return_X_y=True)
    >>> y[::10] = (y[::10] + 1) % 3
    >>> X = StandardScaler().fit_transform(X)
    >>> valuer = DVGSValuer(cv=3, n_restarts=1, max_epochs=5, random_state=0)
    >>> sampler = LowValueSampler(valuer, fraction=0.1)
    >>> X_kept, y_kept = sampler.fit_resample(X, y)
    >>> X_kept.shape
    (135, 4)
    """

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self, X: Any, y: Any = None, *, X_val: Any = None, y_val: Any = None
    ) -> LowValueSampler:
        """Value the rows and choose which to keep, without removing any.

        Parameters
        ----------
        X : array-like, sparse matrix or dataframe of shape (n_samples, n_features)
            The rows to value. What is accepted is up to the valuer.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Their labels or targets.

        X_val : array-like of shape (n_val, n_features), or dict of these, default=None
            The features of the target set, handed to the valuer. Without it nothing is handed
            over, and `DVGSValuer` values the rows against each other by folds.

        y_val : array-like of shape (n_val,) or (n_val, n_outputs), or dict, default=None
            The labels or targets of the target set.

        Returns
        -------
        self : LowValueSampler
            The fitted sampler.

        Raises
        ------
        InvalidInputError
            If `fraction` and `threshold` contradict each other, if `threshold` is above every
            value, or if the valuer does not give each row a finite value.
        """
        self._fit_selection(X, y, X_val, y_val)
        self.sample_indices_ = self.get_support(indices=True)
        return self

    @fit_context(prefer_skip_nested_validation=False)
    def fit_resample(
        self, X: Any, y: Any = None, *, X_val: Any = None, y_val: Any = None
    ) -> tuple[Any, Any]:
        """Value the rows, and return those that are kept.

        Parameters
        ----------
        X : array-like, sparse matrix or dataframe of shape (n_samples, n_features)
            The rows to value.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Their labels or targets.

        X_val : array-like of shape (n_val, n_features), or dict of these, default=None
            The features of the target set, handed to the valuer.

        y_val : array-like of shape (n_val,) or (n_val, n_outputs), or dict, default=None
            The labels or targets of the target set.

        Returns
        -------
        X_kept : array-like, sparse matrix or dataframe of shape (n_kept, n_features)
            The kept rows in their order, of the kind that was given: a dataframe keeps its index
            and column types, a list stays a list.

        y_kept : array-like of shape (n_kept,) or (n_kept, n_outputs), or None
            Their labels or targets; None without `y`.

        Raises
        ------
        InvalidInputError
            As `fit`.
        """
        self.fit(X, y, X_val=X_val, y_val=y_val)
        X_kept, y_kept = self.drop(X, y)
        return X_kept, y_kept

    def get_metadata_routing(self) -> MetadataRequest:
        """Return which metadata each method asks for.

        Returns
        -------
        routing : MetadataRequest
            The requests of `fit`; and the same for `fit_resample` once imbalanced-learn, which
            adds that method to those that are routed, has been imported.
        """
        routing = super().get_metadata_routing()
        of_fit_resample = getattr(routing, "fit_resample", None)
        if of_fit_resample is not None:
            for name, request in routing.fit.requests.items():
                # None is what nobody has set; a request that somebody did set stands.
                if of_fit_resample.requests.get(name) is None:
                    of_fit_resample.add_request(param=name, alias=request)
        return routing

    def __sklearn_tags__(self) -> _TagsOfSampler:
        tags = super().__sklearn_tags__()
        tags.input_tags = _SamplerInputTags(**_fields_of(tags.input_tags))
        return _TagsOfSampler(**{**_fields_of(tags), "estimator_type": "sampler"})
