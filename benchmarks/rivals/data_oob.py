"""Data-OOB: how often models that did not draw a row are right on it.

Kwon and Zou 2023, arXiv:2304.07718: many models are fitted to bootstrap samples of the source rows;
a row's value is the mean score, on its own label, of the models that did not draw it. The target
set is not used.
"""

import numpy as np
from sklearn.base import clone
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from .out_of_sample import has_classes


def data_oob(X, y, *, model=None, n_models=1000, seed=0):
    """Share of right predictions of each row; for numbers minus the mean squared error.

    Parameters
    ----------
    model : scikit-learn classifier or regressor, default=None
        Fitted to each sample. None is a decision tree.
    n_models : int
        Samples that are drawn; the paper draws 1,000.

    Returns
    -------
    values : array of shape (n_samples,)
        The mean of all others for a row that every sample drew.
    """
    rng = np.random.default_rng(seed)
    is_class = has_classes(y)
    if model is None:
        model = (DecisionTreeClassifier if is_class else DecisionTreeRegressor)(random_state=seed)
    n = len(X)
    total, count = np.zeros(n), np.zeros(n)
    for _ in range(n_models):
        drawn = rng.integers(n, size=n)
        left = np.ones(n, dtype=bool)
        left[drawn] = False
        if is_class and len(np.unique(y[drawn])) == 1:
            said = np.full(left.sum(), y[drawn[0]])
        else:
            said = clone(model).fit(X[drawn], y[drawn]).predict(X[left])
        total[left] += said == y[left] if is_class else -((said - y[left]) ** 2)
        count[left] += 1
    values = np.full(n, np.nan)
    values[count > 0] = total[count > 0] / count[count > 0]
    return np.where(np.isnan(values), np.nanmean(values), values)
