"""find_label_issues: from a table with labels to its rows in the order of suspicion."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from skdvgs._reporting.issues import issue_columns
from skdvgs._utils.optional import import_optional
from skdvgs._valuer import DVGSValuer
from skdvgs.exceptions import InvalidInputError


def find_label_issues(
    X: Any,
    y: ArrayLike | str | None = None,
    *,
    X_val: Any = None,
    y_val: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    pred_probs: ArrayLike | None = None,
    pred_probs_val: ArrayLike | None = None,
    **valuer_parameters: Any,
) -> Any:
    """Find rows whose label or target is likely wrong, and say why.

    This fits a :class:`DVGSValuer` and puts what it found into one frame.

    Parameters
    ----------
    X : array-like, frame, sparse matrix, AnnData or large source of shape (n_samples, n_features)
        Rows, of anything that :meth:`DVGSValuer.fit` takes: a frame with numbers, text and dates,
        or embeddings of images or texts.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str, default=None
        Labels, or numbers as targets; of an AnnData the name of a column of ``obs``. None takes
        those that a torch Dataset holds.
    X_val : array-like of shape (n_target, n_features) or TargetSet, default=None
        Features of rows whose labels somebody has checked. None compares the rows of X with each
        other.
    y_val : array-like of shape (n_target,) or (n_target, n_outputs), default=None
        Labels of these rows.
    groups : array-like of shape (n_samples,), default=None
        Group of each row, e.g. the patient. Rows of one group never inform each other's values.
    pred_probs : array-like of shape (n_samples, n_classes), default=None
        Class probabilities of each row by a model of your own that has not seen it. With them X
        may be None; there are no reasons then.
    pred_probs_val : array-like of shape (n_target, n_classes), default=None
        The same of the target set.
    **valuer_parameters : dict
        Parameters of :class:`DVGSValuer`. `random_state` is 0 unless it is given.

    Returns
    -------
    issues : pandas.DataFrame
        One line for each row, the most suspicious first. Its index is that of X where X is a
        pandas frame, the names of the observations of an AnnData, and else the position of the
        row. Its columns are

        - `value`: probability that the label or target is right, in [0, 1];
        - `is_issue`: whether it is more likely wrong than right;
        - `given_label`: y; numbered if y has several columns;
        - `suggested_label`: the label that is most likely the right one; only for one label out
          of several classes;
        - `suggested_probability`: its probability, in [0, 1];
        - `standard_error`: of the value;
        - `reason`: a sentence that says why an issue is one; empty for other rows. See
          :meth:`DVGSValuer.explain`.

        With a network of your own a value is a mean similarity of gradients, and there is neither
        probability nor reason.

    Raises
    ------
    InvalidInputError
        A ``ValueError``. If there is no y, or for whatever :meth:`DVGSValuer.fit` refuses.
    MissingDependencyError
        An ``ImportError``, if pandas is not installed.

    See Also
    --------
    DVGSValuer : What does the work; keep it to explain rows and to write a report.
    apply_review : Carries out what was decided about rows.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdvgs import find_label_issues
    >>> X, y = load_iris(return_X_y=True)
    >>> y[:3] = 2  # three flowers get a wrong name
    >>> issues = find_label_issues(X, y)
    >>> sorted(issues.index[:3])
    [0, 1, 2]
    >>> issues["suggested_label"].head(3).tolist()
    [0, 0, 0]
    """
    pandas = import_optional("pandas", "find_label_issues", "pandas")
    valuer = DVGSValuer(**{"random_state": 0, **valuer_parameters})
    given = {"X_val": X_val, "y_val": y_val, "groups": groups, "pred_probs": pred_probs}
    given["pred_probs_val"] = pred_probs_val
    valuer.fit(X, y, **{name: part for name, part in given.items() if part is not None})
    if valuer.task_ == "reconstruction":
        raise InvalidInputError(
            "y is missing. Wrong labels are found by comparing labels with features. Pass y, or "
            "fit DVGSValuer to rows without labels, which looks for odd features."
        )
    columns = issue_columns(valuer, X)
    frame = pandas.DataFrame(columns, index=valuer._given.index)
    return frame.iloc[np.argsort(valuer.values_, kind="stable")]
