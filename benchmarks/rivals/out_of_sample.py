"""Chances of each row by models that did not see it: out of bag and out of fold."""

import warnings

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

N_FOLDS = 5


def has_classes(y):
    """Whether y holds class numbers."""
    return not np.issubdtype(np.asarray(y).dtype, np.floating)


def joined(X, y, X_val, y_val):
    """Source rows, then target rows where there are any."""
    if X_val is None:
        return X, y
    return np.concatenate([X, X_val]), np.concatenate([y, y_val])


def n_classes_of(y, y_val=None):
    """Number of classes, those that only the target set has included."""
    return 1 + max(int(np.max(y)), -1 if y_val is None else int(np.max(y_val)))


def predicted(model, X, n_classes):
    """Chances by a fitted classifier, with a column for every class; else predictions."""
    if n_classes is None:
        return model.predict(X)
    chances = np.zeros((len(X), n_classes))
    chances[:, model.classes_] = model.predict_proba(X)
    return chances


def out_of_fold(model, X, y, X_val=None, y_val=None, *, groups=None, n_folds=N_FOLDS, seed=0):
    """Chances of each row of X by clones of a model fitted to the other folds.

    Folds are drawn over source and target rows together. A class with fewer rows than folds
    is missing from some fits: its chances are 0 there.

    Parameters
    ----------
    model : scikit-learn classifier or regressor
        Fitted to the other folds.
    groups : array of shape (n_samples,), default=None
        No fold cuts a group. Only without a target set.
    """
    X_all, y_all = joined(X, y, X_val, y_val)
    is_class = has_classes(y)
    n_classes = n_classes_of(y, y_val) if is_class else None
    if groups is not None:
        folds = GroupKFold(n_folds).split(X_all, y_all, groups)
    else:
        kind = StratifiedKFold if is_class else KFold
        folds = kind(n_folds, shuffle=True, random_state=seed).split(X_all, y_all)
    found = np.zeros((len(X_all), n_classes) if is_class else len(X_all))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class with fewer rows than folds
        for others, fold in folds:
            fitted = clone(model).fit(X_all[others], y_all[others])
            found[fold] = predicted(fitted, X_all[fold], n_classes)
    return found[: len(X)]


def forest(y, n_trees, leaf, seed, **settings):
    """A random forest for the kind of y."""
    kind = RandomForestClassifier if has_classes(y) else RandomForestRegressor
    return kind(n_trees, min_samples_leaf=leaf, random_state=seed, **settings)


def boosting(y, n_classes, seed):
    """Gradient boosting: 100 rounds, 50 of more than two classes."""
    settings = {"early_stopping": False, "random_state": seed}
    if not has_classes(y):
        return HistGradientBoostingRegressor(**settings)
    return HistGradientBoostingClassifier(max_iter=100 if n_classes == 2 else 50, **settings)


def forest_out_of_bag(X, y, X_val=None, y_val=None, *, leaf=1, n_trees=200, seed=0):
    """Chances by the trees of a random forest that did not draw the row."""
    X_all, y_all = joined(X, y, X_val, y_val)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a row that every tree drew
        fitted = forest(y, n_trees, leaf, seed, oob_score=True).fit(X_all, y_all)
    if not has_classes(y):
        return fitted.oob_prediction_[: len(X)]
    chances = np.zeros((len(X), n_classes_of(y, y_val)))
    chances[:, fitted.classes_] = np.nan_to_num(fitted.oob_decision_function_[: len(X)])
    return chances


def forest_out_of_fold(
    X, y, X_val=None, y_val=None, *, groups=None, leaf=1, n_trees=200, n_folds=N_FOLDS, seed=0
):
    """Chances by random forests of the other folds."""
    model = forest(y, n_trees, leaf, seed)
    return out_of_fold(model, X, y, X_val, y_val, groups=groups, n_folds=n_folds, seed=seed)


def boosting_out_of_fold(X, y, X_val=None, y_val=None, *, seed=0):
    """Chances by gradient boosting on the other folds."""
    n_classes = n_classes_of(y, y_val) if has_classes(y) else None
    return out_of_fold(boosting(y, n_classes, seed), X, y, X_val, y_val, seed=seed)


def linear_out_of_fold(X, y, X_val=None, y_val=None, *, groups=None, penalty=1.0, seed=0):
    """Chances by logistic regression on the other folds; for numbers by ridge regression."""
    if has_classes(y):
        model = LogisticRegression(C=1.0 / penalty, max_iter=300)
    else:
        model = RidgeCV(np.logspace(-3, 3, 13))
    model = make_pipeline(StandardScaler(), model)
    return out_of_fold(model, X, y, X_val, y_val, groups=groups, seed=seed)
