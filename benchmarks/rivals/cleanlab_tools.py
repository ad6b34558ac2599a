"""cleanlab's own tools, where ``pip install "cleanlab[datalab]"`` has been run."""

import contextlib
import io
import warnings

from sklearn.preprocessing import StandardScaler

from .out_of_sample import joined


def datalab(X, y, X_val=None, y_val=None, *, chances=None):
    """Label issues by Datalab: on features of equal spread, or on class probabilities.

    Returns
    -------
    values : array of shape (n_samples,)
        Its label score, in [0, 1].
    low : bool array of shape (n_samples,)
        Rows that it calls issues.
    """
    from cleanlab import Datalab

    X_all, y_all = joined(X, y, X_val, y_val)
    given = {"features": StandardScaler().fit_transform(X_all)}
    if chances is not None:
        y_all, given = y, {"pred_probs": chances}
    # Its processes do not start within a worker of joblib. Datalab writes into these settings.
    one_process = {"clean_learning_kwargs": {"find_label_issues_kwargs": {"n_jobs": 1}}}
    said = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(said):
        warnings.simplefilter("ignore")
        lab = Datalab(data={"y": y_all}, label_name="y", verbosity=0)
        lab.find_issues(**given, issue_types={"label": one_process})
    try:
        issues = lab.get_issues("label").iloc[: len(y)]
    except ValueError as error:
        raise RuntimeError(f"Datalab failed: {said.getvalue()}") from error
    return issues["label_score"].to_numpy(), issues["is_label_issue"].to_numpy()
