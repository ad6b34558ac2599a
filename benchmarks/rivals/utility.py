"""What a set of rows is worth together: the score of a model trained on them."""

import numpy as np
from sklearn.base import clone


class Utility:
    """Mean probability that a classifier gives the right class of the target rows.

    Accuracy counts target rows and so moves in steps of one row, too coarse for the difference
    that a single source row makes. The empty set says the same for every class, and a set of one
    class says that class.

    Parameters
    ----------
    classifier : scikit-learn classifier
        With ``predict_proba``. Trained anew on each set of rows.
    X, y : arrays of shape (n_source, n_features) and (n_source,)
        Source rows.
    X_val, y_val : arrays of shape (n_target, n_features) and (n_target,)
        Target rows.
    accuracy : bool
        Count right classes after all, as the papers do.
    """

    def __init__(self, classifier, X, y, X_val, y_val, *, accuracy=False):
        self.accuracy = accuracy
        self.classifier, self.X, self.X_val, self.y_val = classifier, X, X_val, y_val
        classes = np.unique(np.concatenate([y, y_val]))
        self.y = np.searchsorted(classes, y)
        self.right = np.searchsorted(classes, y_val)
        self.n_classes = len(classes)

    def __len__(self):
        return len(self.X)

    def __call__(self, rows):
        """Score in [0, 1] of the model trained on these source rows."""
        rows = np.asarray(rows, dtype=int)
        if len(rows) == 0:
            return 1.0 / self.n_classes
        present = np.unique(self.y[rows])
        if len(present) == 1:
            return float(np.mean(self.right == present[0]))
        model = clone(self.classifier).fit(self.X[rows], self.y[rows])
        chances = np.zeros((len(self.right), self.n_classes))
        chances[:, present] = model.predict_proba(self.X_val)
        if self.accuracy:
            return float(np.mean(chances.argmax(axis=1) == self.right))
        return float(np.mean(chances[np.arange(len(self.right)), self.right]))
