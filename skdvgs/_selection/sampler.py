"""LowValueSampler: removes or relabels low-value rows, with or without imbalanced-learn."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metadata_routing import MetadataRequest

from skdvgs._inputs.annotated import labels_of
from skdvgs._selection.base import BaseLowValueSelector
from skdvgs._selection.relabelling import (
    best_other_labels,
    check_has_classes,
    check_label_values,
    exchange_labels,
)
from skdvgs._selection.sampler_tags import TagsOfSampler, as_sampler
from skdvgs._selection.valuing import Valued
from skdvgs._utils.types import Trainable


class LowValueSampler(OneToOneFeatureMixin, BaseLowValueSelector):  # type: ignore[misc]
    """Remove low-value rows from the training data, or give them another label.

    The sampler chooses the same rows as `LowValueFilter` but truly removes them, features and
    targets, or exchanges their labels. It is a step for the ``Pipeline`` of imbalanced-learn,
    which can change `y` during fit, for classification and regression alike; by hand it works
    without imbalanced-learn. It has no `transform`: rows met later pass such a Pipeline untouched.

    Parameters
    ----------
    valuer : estimator, default=None
        What values the rows: any estimator with ``fit(X, y)`` that sets `values_`, one finite
        number for each row, higher is better; or a Pipeline that ends in one. It is cloned before
        it is fitted; one in a ``FrozenEstimator`` is not fitted again. None stands for
        ``DVGSValuer()``.

    fraction : 'auto', float in [0, 1) or None, default='auto'
        How many rows are low.

        - 'auto': estimated from the values, leaning to too few; see Notes.
        - float: exactly ``floor(fraction * n_samples)``, the lowest; of equal values the earlier
          row is the lower one. With 0.0 no row is low and nothing is changed; the rows are
          valued all the same.
        - None: `threshold` decides.

    threshold : float, default=None
        Rows with a value below it are low, in the unit of the values. With the default network
        0.5 leaves the rows that are more likely right than wrong. When it is given, `fraction`
        must be 'auto' or None, and is not used.

    max_class_fraction : float in (0, 1] or None, default=0.5
        The largest share of the rows of a class, or of all rows where there are no labels, that
        ``fraction="auto"`` takes; where it stops there, a
        :class:`~skdvgs.exceptions.ClassFractionWarning` says so. A class that is rare, or unlike
        all others, looks wrong too. None sets no limit. A `threshold`, and a `fraction` that is a
        number, are not limited, nor are rows of several labels and continuous targets.

    action : {'drop', 'relabel'}, default='drop'
        What becomes of low rows.

        - 'drop': they are removed.
        - 'relabel': they get the label that suits them best of those they do not have, by the
          `label_values_` of the valuer; all rows are returned. It needs one label a row.

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
        True where a row is kept as it is, False where it is low: removed, or relabelled.

    sample_indices_ : ndarray of int of shape (n_kept,)
        The positions of the rows that are returned, in ascending order: of all with
        ``action="relabel"``.

    threshold_ : float
        Where the cut lies: the lowest kept value that no low row exceeds. Rows that are kept
        only because they are the best of their class may lie below it.

    n_dropped_ : int
        How many rows are low.

    dropped_index_ : ndarray of int or pandas.Index of shape (`n_dropped_`,)
        Which rows are low: the labels of their index where X was a pandas DataFrame, their
        positions otherwise.

    n_features_in_ : int
        Number of features seen during `fit`. Not where `X` is a dict of arrays.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features seen during `fit`. Only where `X` has names that are all strings.

    See Also
    --------
    LowValueFilter : The same choice in scikit-learn's own Pipeline.
    DVGSValuer : Values the rows.

    Notes
    -----
    *A class is never emptied*: the row of highest value of each class is never low. With a
    `fraction` that is a number the next lowest row is low in its place, so that the number of rows
    is met. For several labels a row, a class is a combination of labels.

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
    .. [1] Evans, Mills, Wu, Song, McWeeney, "Data Valuation with Gradient Similarity",
       arXiv:2405.08217.

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
    >>> X_same, y_new = sampler.set_params(action="relabel").fit_resample(X, y)
    >>> X_same.shape, int((y_new != y).sum())
    ((150, 4), 15)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseLowValueSelector._parameter_constraints,
        "action": [StrOptions({"drop", "relabel"})],
    }

    def __init__(
        self,
        valuer: Trainable | None = None,
        *,
        fraction: float | str | None = "auto",
        threshold: float | None = None,
        max_class_fraction: float | None = 0.5,
        action: str = "drop",
        target: Any = None,
    ) -> None:
        super().__init__(
            valuer,
            fraction=fraction,
            threshold=threshold,
            max_class_fraction=max_class_fraction,
            target=target,
        )
        self.action = action

    @property
    def sample_indices_(self) -> NDArray[np.intp]:
        """The positions of the rows that are returned, in ascending order."""
        if self.action == "relabel":
            return np.arange(len(self.support_))
        return np.flatnonzero(self.support_)

    def fit_resample(
        self, X: Any, y: ArrayLike | None = None, **fit_params: Any
    ) -> tuple[Any, Any]:
        """Value the rows, and return those that are kept, or all with better labels.

        Parameters
        ----------
        X : array-like, sparse matrix, dataframe or AnnData of shape (n_samples, n_features)
            The rows to value.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str, default=None
            Their labels or targets; of an AnnData the name of a column of ``obs``.

        **fit_params : dict
            What else `fit` takes: `X_val`, `y_val`, `groups`, `pred_probs`, `pred_probs_val`.

        Returns
        -------
        X_kept : array-like, sparse matrix or dataframe of shape (n_kept, n_features)
            The kept rows in their order, of the kind that was given: a dataframe keeps its index
            and column types, a list stays a list. With ``action="relabel"`` it is `X`.

        y_kept : array-like of shape (n_kept,) or (n_kept, n_outputs), or None
            Their labels or targets; None without `y`. With ``action="relabel"`` the labels of all
            rows, of the kind that was given.

        Raises
        ------
        InvalidInputError
            As `fit`.
        """
        self.fit(X, y, **fit_params)
        y = labels_of(X, y)
        if self.action == "relabel":
            low = np.flatnonzero(~self.support_)
            return X, exchange_labels(y, low, best_other_labels(self._valued, y, low).labels)
        X_kept, y_kept = self.drop(X, y)
        return X_kept, y_kept

    def _check_labels(self, y: Any) -> None:
        if self.action == "relabel":
            check_has_classes(y)

    def _check_valued(self, valued: Valued) -> None:
        if self.action == "relabel":
            check_label_values(valued)

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

    def __sklearn_tags__(self) -> TagsOfSampler:
        return as_sampler(super().__sklearn_tags__())
