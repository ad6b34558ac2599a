"""features_of and labels_of: what an AnnData holds, the table of single-cell work."""

from __future__ import annotations

from typing import Any

from skdvgs.exceptions import InvalidInputError


def is_anndata(X: Any) -> bool:
    """Tell without importing anndata."""
    return type(X).__module__.partition(".")[0] == "anndata" and hasattr(X, "obs_names")


def features_of(X: Any) -> Any:
    """The matrix of an AnnData; anything else as it is."""
    if not is_anndata(X):
        return X
    matrix = X.X
    if matrix is None:
        raise InvalidInputError(
            "X is an AnnData without X. Rows are valued by the numbers it holds. Put those to be "
            "used there, e.g. adata.X = adata.layers['counts']."
        )
    # A sparse matrix of a file that is read when it is needed.
    return matrix.to_memory() if hasattr(matrix, "to_memory") else matrix


def labels_of(X: Any, y: Any) -> Any:
    """Labels by the name of a column of ``obs``, where X is an AnnData; otherwise y itself.

    Raises
    ------
    InvalidInputError
        If there is no such column, or X has no columns of labels.
    """
    if not isinstance(y, str):
        return y
    if not is_anndata(X):
        raise InvalidInputError(
            f"y is the text {y!r}. Labels by name are only known for an AnnData, whose obs holds "
            "them. Pass the labels themselves, e.g. X[y]."
        )
    if y not in X.obs:
        raise InvalidInputError(
            f"obs has no column {y!r}; it has {[str(name) for name in X.obs][:10]}. y names the "
            "column of the labels. Pass one of these, or the labels themselves."
        )
    return X.obs[y]
