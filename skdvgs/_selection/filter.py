"""LowValueFilter: a transformer that keeps low-value rows from the step that follows."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike
from sklearn.base import OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import _safe_indexing, check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from skdvgs._inputs.annotated import features_of, is_anndata, labels_of
from skdvgs._inputs.columns import check_same_columns
from skdvgs._inputs.frame_columns import is_frame
from skdvgs._inputs.mappings import is_mapping
from skdvgs._inputs.named_arrays import take_named_rows
from skdvgs._selection.base import BaseLowValueSelector
from skdvgs._selection.inner_valuer import is_told_positions
from skdvgs._selection.replacement import replace_by_nearest_target, replace_within_groups
from skdvgs.exceptions import InvalidInputError


class LowValueFilter(OneToOneFeatureMixin, TransformerMixin, BaseLowValueSelector):  # type: ignore[misc]
    """Keep low-value training rows from the step that follows in a Pipeline.

    A scikit-learn :class:`~sklearn.pipeline.Pipeline` cannot change `y`, so no transformer can
    remove rows. Inside `fit_transform` this one gives each low-value row the features of a kept
    row with the same label instead: the next step sees as many rows as before, each with its own
    label, and none of the features that were judged low. `transform` changes nothing, so test
    rows are never dropped and never altered.

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
        True where a row is kept, False where it is low.

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
    LowValueSampler : Removes the rows, in the Pipeline of imbalanced-learn.
    DVGSValuer : Values the rows.

    Notes
    -----
    *A class is never emptied*: the row of highest value of each class is never low. With a
    `fraction` that is a number the next lowest row is low in its place, so that the number of rows
    is met. For several labels a row, a class is a combination of labels.

    *Replacement.* The low-value rows of a class get the features of its kept rows, the highest
    value first, starting over when all were used: how often each is used differs by at most one.
    With a continuous `y` a row gets the features of the kept row with the nearest target, for
    several outputs after each was divided by its standard deviation. A target counts as near
    within half a standard deviation of the kept targets, or within twice the way from the nearest
    kept target to its tenth neighbour; a row with a target further off gets the features of any
    kept row, with a warning, as its target stays in `y`: `LowValueSampler` removes it. Without
    `y` any kept row will do.

    *Where to put it*: directly before the estimator. Inside a
    :class:`~sklearn.compose.ColumnTransformer` or a :class:`~sklearn.pipeline.FeatureUnion` only
    its own columns would be replaced, while the others stay: such rows are mixtures of two.
    Weights given to a later step stay with the row's place and label.

    *Target set in a Pipeline.* ``pipe.fit(X, y, clean__X_val=X_val, clean__y_val=y_val)`` hands
    `X_val` over as it is, not transformed by the steps before. With metadata routing enabled and
    ``Pipeline(..., transform_input=["X_val"])``, ``pipe.fit(X, y, X_val=X_val, y_val=y_val)``
    transforms it. No request has to be set.

    *How many are low, by 'auto'.* With the default network, rows that are more likely wrong than
    right: their value is below 0.5. A network of one's own estimates the share of wrong rows, as
    ``low_fraction_``, by the value of each row under every label, if it has those. Else the
    values alone must tell: two classes by the sign that a wrong label gives the cosine, other
    tasks by a group of values that lies far apart. Better give a fraction there.

    *Cost*: that of the valuer; the replacement sorts the rows once.

    References
    ----------
    .. [1] Evans, Mills, Wu, Song, McWeeney, "Data Valuation with Gradient Similarity",
       arXiv:2405.08217.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skdvgs import DVGSValuer, LowValueFilter
    >>> X, y = load_iris(return_X_y=True)
    >>> y[::10] = (y[::10] + 1) % 3
    >>> valuer = DVGSValuer(cv=3, n_restarts=1, max_epochs=5, random_state=0)
    >>> pipe = make_pipeline(
    ...     StandardScaler(), LowValueFilter(valuer, fraction=0.1), LogisticRegression()
    ... ).fit(X, y)
    >>> pipe[1].n_dropped_
    15
    >>> X_kept, y_kept = pipe[1].drop(X, y)
    >>> X_kept.shape
    (135, 4)
    """

    def fit_transform(self, X: Any, y: ArrayLike | None = None, **fit_params: Any) -> Any:
        """Value the rows, and replace the features of the low ones.

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
        X_out : ndarray, sparse matrix or dataframe of shape (n_samples, n_features)
            The rows in their order, those of low value with the features of a kept row. A
            dataframe stays one, with its index and column types. Of an AnnData it is the matrix
            ``X``, which is what the next step learns from.

        Raises
        ------
        InvalidInputError
            As `fit`.
        """
        if is_told_positions(self.valuer, y):
            raise InvalidInputError(
                "y holds a label for each position of a row, as tags and masks do. Features of "
                "another row do not fit them, and a Pipeline cannot change y. Use LowValueSampler, "
                "which removes rows, or fit and then drop(X, y)."
            )
        self.fit(X, y, **fit_params)
        y = labels_of(X, y)
        X = self._checked(X)
        if self.n_dropped_ == 0:
            return X
        if self._groups is None:
            rows = replace_by_nearest_target(self.values_, y, self.support_)
        else:
            rows = replace_within_groups(self.values_, self._groups, self.support_)
        if is_mapping(X):
            return take_named_rows(X, rows)
        replaced = _safe_indexing(X, rows)
        if hasattr(X, "iloc"):
            # The next step, or the user, may join by index: the row's place is its own.
            replaced.index = X.index
        return replaced

    def transform(self, X: Any) -> Any:
        """Return the rows as they are.

        Parameters
        ----------
        X : array-like, sparse matrix, dataframe or AnnData of shape (n_samples, n_features)
            Rows to pass on, whatever their value.

        Returns
        -------
        X_out : ndarray, sparse matrix or dataframe of shape (n_samples, n_features)
            The same rows; lists become an array, and an AnnData its matrix.
        """
        check_is_fitted(self, "support_")
        return self._checked(X)

    def _checked(self, X: Any) -> Any:
        """Validate the rows without changing their kind, types or values."""
        if is_mapping(X):
            return X  # the network that follows tells what it needs of them
        if is_frame(X):
            validate_data(self, X, reset=False, skip_check_array=True)
            # A copy of the labels only: set_output names the columns of what we return in place.
            return X.copy(deep=False) if hasattr(X, "iloc") else X
        if is_anndata(X):
            check_same_columns(X, self.feature_names_in_)
        checked = check_array(
            features_of(X),
            dtype=None,
            accept_sparse=["csr", "csc"],
            ensure_all_finite=not self.__sklearn_tags__().input_tags.allow_nan,
            allow_nd=True,
            estimator=self,
        )
        if not is_anndata(X):  # the matrix alone has no names
            validate_data(self, X, reset=False, skip_check_array=True)
        return checked
