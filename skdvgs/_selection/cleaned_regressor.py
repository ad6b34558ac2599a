"""CleanedRegressor: a regressor that is trained on rows whose wrong targets are dealt with."""

from __future__ import annotations

from typing import Any, ClassVar

from sklearn.base import RegressorMixin, is_classifier
from sklearn.utils._param_validation import StrOptions

from skdvgs._selection.cleaned_estimator import BaseCleanedEstimator
from skdvgs._utils.types import Trainable
from skdvgs.exceptions import InvalidInputError


class CleanedRegressor(RegressorMixin, BaseCleanedEstimator):  # type: ignore[misc]
    """Train a regressor on rows whose wrong targets are dropped or weighted down.

    In `fit` the rows are valued, something is done to those of low value, and a clone of
    `estimator` is trained on what results. Unlike `LowValueFilter`, which keeps every target, it
    leaves wrong targets out. Everything after `fit` is the estimator's.

    Read more in the :ref:`User Guide <cleaned>`.

    Parameters
    ----------
    estimator : regressor
        What is trained, in a clone. A Pipeline sees the rows before its own steps, as the valuer
        does.

    valuer : estimator, default=None
        What values the rows: any estimator with ``fit(X, y)`` that sets `values_`, one finite
        number for each row, higher is better; or a Pipeline that ends in one. It is cloned before
        it is fitted; one in a ``FrozenEstimator`` is not fitted again. None stands for
        ``DVGSValuer()``. A `DVGSValuer` is told that y holds numbers to predict.

    action : {'drop', 'weight'}, default='drop'
        What is done.

        - 'drop': low rows are left out.
        - 'weight': each row weighs as much as its value, and no row is low. With the default
          valuer this is the probability that the target is right. Negative values count as 0.

    fraction : 'auto', float in [0, 1) or None, default='auto'
        How many rows are low, as in :class:`LowValueSampler`.

    threshold : float, default=None
        Rows with a value below it are low, as in :class:`LowValueSampler`.

    Attributes
    ----------
    estimator_ : regressor
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
        How many rows the estimator did not see as they were given: left out, or with a weight
        other than 1.

    n_features_in_ : int
        Number of features seen during `fit`. Only where the estimator has it.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features seen during `fit`. Only where the estimator has them.

    See Also
    --------
    CleanedClassifier : The same for classes.
    LowValueFilter : A step of a Pipeline, which cannot leave targets out.
    LowValueSampler : A step of the Pipeline of imbalanced-learn.

    Notes
    -----
    *Weights.* `sample_weight` is for the estimator: the valuer sees each row once, whatever its
    weight. Weights by `action` are multiplied with it. A Pipeline is given them for its last step.
    With metadata routing enabled a Pipeline, or another meta-estimator, takes weights only if
    one of its parts asks for them by ``set_fit_request(sample_weight=True)``.

    *No targets are exchanged*: the valuer tells that a target is wrong, and no better one.

    *Cost*: that of the valuer and of one fit of the estimator.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LinearRegression
    >>> from skdvgs import CleanedRegressor, DVGSValuer
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 2))
    >>> y = X[:, 0] + 0.1 * rng.normal(size=200)
    >>> given = y.copy()
    >>> given[:10] += 20
    >>> round(LinearRegression().fit(X, given).score(X, y), 1)
    0.0
    >>> cleaned = CleanedRegressor(LinearRegression(), DVGSValuer(random_state=0)).fit(X, given)
    >>> cleaned.n_changed_, round(cleaned.score(X, y), 2)
    (10, 0.99)
    """

    _task = "regression"

    # There are no classes.
    max_class_fraction = None

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseCleanedEstimator._parameter_constraints,
        "action": [StrOptions({"drop", "weight"})],
    }

    def __init__(
        self,
        estimator: Trainable,
        valuer: Trainable | None = None,
        *,
        action: str = "drop",
        fraction: float | str | None = "auto",
        threshold: float | None = None,
    ) -> None:
        self.estimator = estimator
        self.valuer = valuer
        self.action = action
        self.fraction = fraction
        self.threshold = threshold

    def _check_estimator(self) -> None:
        if is_classifier(self.estimator):
            raise InvalidInputError(
                f"{type(self.estimator).__name__} is a classifier, but CleanedRegressor trains "
                "regressors. Use CleanedClassifier."
            )
