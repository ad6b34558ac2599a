"""CleanedClassifier: a classifier that is trained on rows whose wrong labels are dealt with."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.base import ClassifierMixin, is_regressor
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted

from skdvgs._inputs.annotated import features_of
from skdvgs._selection.base import BaseLowValueSelector
from skdvgs._selection.cleaned_estimator import BaseCleanedEstimator, estimator_has
from skdvgs._utils.types import Trainable
from skdvgs._values.cut import number_groups
from skdvgs.exceptions import InvalidInputError


class CleanedClassifier(ClassifierMixin, BaseCleanedEstimator):  # type: ignore[misc]
    """Train a classifier on rows whose wrong labels are exchanged, dropped or weighted down.

    In `fit` the rows are valued, something is done to those of low value, and a clone of
    `estimator` is trained on what results. Unlike a step of a Pipeline it can change labels.
    Everything after `fit` is the estimator's.

    Read more in the :ref:`User Guide <cleaned>`.

    Parameters
    ----------
    estimator : classifier
        What is trained, in a clone. A Pipeline sees the rows before its own steps, as the valuer
        does.

    valuer : estimator, default=None
        What values the rows: any estimator with ``fit(X, y)`` that sets `values_`, one finite
        number for each row, higher is better; or a Pipeline that ends in one. It is cloned before
        it is fitted; one in a ``FrozenEstimator`` is not fitted again. None stands for
        ``DVGSValuer()``. A `DVGSValuer` is told that y holds classes.

    action : {'relabel', 'drop', 'weight'}, default='relabel'
        What is done.

        - 'relabel': low rows get the label that suits them best of those they do not have, by the
          `label_values_` of the valuer, and its probability as their weight, if the estimator
          takes weights; others weigh 1.
        - 'drop': low rows are left out.
        - 'weight': each row weighs as much as its value, and no row is low. With the default
          valuer this is the probability that the label is right. Negative values count as 0.

    fraction : 'auto', float in [0, 1) or None, default='auto'
        How many rows are low, as in :class:`LowValueSampler`.

    threshold : float, default=None
        Rows with a value below it are low, as in :class:`LowValueSampler`.

    max_class_fraction : float in (0, 1] or None, default=0.5
        The largest share of the rows of a class that ``fraction="auto"`` takes, as in
        :class:`LowValueSampler`.

    Attributes
    ----------
    estimator_ : classifier
        The fitted clone of `estimator`.

    sampler_ : LowValueSampler
        What chose the low rows. Its `values_frame`, `summary` and `report` show them.

    valuer_ : estimator
        The fitted clone of `valuer`.

    values_ : ndarray of shape (n_samples,)
        The value of each row, higher is better.

    support_ : ndarray of bool of shape (n_samples,)
        False where a row is low.

    n_changed_ : int
        How many rows the estimator did not see as they were given: relabelled, left out, or with
        a weight other than 1.

    classes_ : ndarray of shape (n_classes,)
        Labels, as the estimator has them.

    n_features_in_ : int
        Number of features seen during `fit`. Only where the estimator has it.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features seen during `fit`. Only where the estimator has them.

    See Also
    --------
    CleanedRegressor : The same for numbers.
    LowValueFilter : A step of a Pipeline, which cannot change labels.
    LowValueSampler : A step of the Pipeline of imbalanced-learn.

    Notes
    -----
    *Weights.* `sample_weight` is for the estimator: the valuer sees each row once, whatever its
    weight. Weights by `action` are multiplied with it. A Pipeline is given them for its last step.
    With metadata routing enabled a Pipeline, or another meta-estimator, takes weights only if
    one of its parts asks for them by ``set_fit_request(sample_weight=True)``. An estimator that
    takes none is trained on relabelled rows without weights.

    *Several labels a row* can be dropped and weighted, not relabelled.

    *Cost*: that of the valuer and of one fit of the estimator.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdvgs import CleanedClassifier, DVGSValuer
    >>> X, y = load_iris(return_X_y=True)
    >>> given = y.copy()
    >>> given[::6] = (y[::6] + 1) % 3
    >>> tree = DecisionTreeClassifier(random_state=0)
    >>> round(tree.fit(X, given).score(X, y), 2)
    0.83
    >>> cleaned = CleanedClassifier(tree, DVGSValuer(random_state=0)).fit(X, given)
    >>> bool(cleaned.score(X, y) > 0.95)
    True
    """

    _task = "classification"

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseCleanedEstimator._parameter_constraints,
        "action": [StrOptions({"relabel", "drop", "weight"})],
        "max_class_fraction": BaseLowValueSelector._parameter_constraints["max_class_fraction"],
    }

    def __init__(
        self,
        estimator: Trainable,
        valuer: Trainable | None = None,
        *,
        action: str = "relabel",
        fraction: float | str | None = "auto",
        threshold: float | None = None,
        max_class_fraction: float | None = 0.5,
    ) -> None:
        self.estimator = estimator
        self.valuer = valuer
        self.action = action
        self.fraction = fraction
        self.threshold = threshold
        self.max_class_fraction = max_class_fraction

    @estimator_has("predict_proba")
    def predict_proba(self, X: Any) -> Any:
        """Predict class probabilities by the estimator.

        Parameters
        ----------
        X : array-like, sparse matrix, dataframe or AnnData of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(features_of(X))

    @estimator_has("predict_log_proba")
    def predict_log_proba(self, X: Any) -> Any:
        """Predict the logarithms of class probabilities by the estimator.

        Parameters
        ----------
        X : array-like, sparse matrix, dataframe or AnnData of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_log_proba(features_of(X))

    @estimator_has("decision_function")
    def decision_function(self, X: Any) -> Any:
        """Return the decision function of the estimator.

        Parameters
        ----------
        X : array-like, sparse matrix, dataframe or AnnData of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Higher is more likely; with two classes, that it is the second one.
        """
        check_is_fitted(self)
        return self.estimator_.decision_function(features_of(X))

    def _check_estimator(self) -> None:
        if is_regressor(self.estimator):
            raise InvalidInputError(
                f"{type(self.estimator).__name__} is a regressor, but CleanedClassifier trains "
                "classifiers. Use CleanedRegressor."
            )

    def _check_y(self, y: Any) -> None:
        super()._check_y(y)
        if type_of_target(y, input_name="y").startswith("continuous"):
            raise InvalidInputError(
                "Unknown label type: y holds continuous numbers, which are no classes. Use "
                "CleanedRegressor, or make classes of them."
            )

    def _check_some_weight(self, factors: NDArray[np.float64], y: Any) -> None:
        super()._check_some_weight(factors, y)
        if issparse(y) or np.asarray(y).ndim > 1:
            return
        groups = number_groups(y, len(factors))
        highest = np.zeros(groups.max() + 1)
        np.maximum.at(highest, groups, factors)
        if not highest.all():
            label = np.asarray(y)[groups == highest.argmin()][0]
            raise InvalidInputError(
                f"action='weight' weights rows by their values, but no row of class "
                f"{str(label)!r} has a value above 0. The class would not be learnt. Use "
                "action='drop', which never empties a class."
            )
