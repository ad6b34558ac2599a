"""Chances by models that saw the target set alone."""

from .out_of_sample import boosting, forest, has_classes, n_classes_of, predicted


def forest_on_target(X, y, X_val, y_val, *, n_trees=200, seed=0):
    """By a random forest."""
    return _judged(forest(y, n_trees, 1, seed), X, y, X_val, y_val)


def boosting_on_target(X, y, X_val, y_val, *, seed=0):
    """By gradient boosting."""
    n_classes = n_classes_of(y, y_val) if has_classes(y) else None
    return _judged(boosting(y, n_classes, seed), X, y, X_val, y_val)


def _judged(model, X, y, X_val, y_val):
    n_classes = n_classes_of(y, y_val) if has_classes(y) else None
    return predicted(model.fit(X_val, y_val), X, n_classes)
