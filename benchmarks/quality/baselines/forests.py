"""What a user would try first: does a random forest believe the label of a row it has not seen?"""

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold


def out_of_bag(X, y, X_val, y_val, *, n_trees=200, seed=0):
    """Probability of the given label by the trees that did not draw the row (idea of Data-OOB)."""
    forest = _forest(n_trees, seed, oob_score=True)
    forest.fit(np.concatenate([X, X_val]), np.concatenate([y, y_val]))
    chances = np.nan_to_num(forest.oob_decision_function_[: len(X)])
    return chances[np.arange(len(X)), np.searchsorted(forest.classes_, y)]


def out_of_fold(X, y, X_val, y_val, *, n_trees=200, n_folds=5, seed=0):
    """Probability of the given label by a forest on the other folds and the target rows.

    The self-confidence of confident learning (Northcutt et al. 2021, arXiv:1911.00068).
    """
    classes = np.unique(np.concatenate([y, y_val]))
    values = np.zeros(len(X))
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    for others, fold in folds.split(X, y):
        forest = _forest(n_trees, seed)
        forest.fit(np.concatenate([X[others], X_val]), np.concatenate([y[others], y_val]))
        chances = np.zeros((len(fold), len(classes)))
        chances[:, np.searchsorted(classes, forest.classes_)] = forest.predict_proba(X[fold])
        values[fold] = chances[np.arange(len(fold)), np.searchsorted(classes, y[fold])]
    return values


def _forest(n_trees, seed, **settings):
    return RandomForestClassifier(n_trees, min_samples_leaf=2, random_state=seed, **settings)
