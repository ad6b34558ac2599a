"""with_task: the valuer within a meta-estimator, told more of the task than labels tell."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import _num_samples

from skdvgs._inputs.targets import read_y
from skdvgs._nets.build import task_of_net
from skdvgs._valuer import DVGSValuer
from skdvgs.exceptions import InvalidInputError


def _last_of(valuer: Any) -> tuple[str, Any]:
    """Find the valuer at the end of Pipelines, and the prefix of its parameters there."""
    prefix = ""
    while isinstance(valuer, Pipeline):
        name, valuer = valuer.steps[-1]
        prefix += f"{name}__"
    return prefix, valuer


def with_task(valuer: Any, task: str) -> Any:
    """A valuer that knows the task, if it would have to read it off the labels."""
    prefix, last = _last_of(valuer)
    if not isinstance(last, DVGSValuer) or last.task != "auto" or not _reads_any_task(last.net):
        return valuer
    return clone(valuer).set_params(**{f"{prefix}task": task})


def _reads_any_task(net: Any) -> bool:
    """Tell a net without a task of its own: a skorch net may be a classifier or a regressor."""
    return net is None or isinstance(net, type)


def is_told_positions(valuer: Any, y: Any) -> bool:
    """Whether a valuer is told a label for each position of a row, as tags and masks."""
    last = _last_of(valuer)[1]
    if y is None or not isinstance(last, DVGSValuer) or last.net is None or issparse(y):
        return False
    labels = np.asarray(y)
    if labels.ndim > 2:
        return labels.dtype.kind in "biu"
    if labels.ndim < 2 or labels.dtype.kind not in "biu":
        return False
    return read_y(labels, len(labels), task_of_net(last.net, last.task))[0] == "tags"


def is_one_number(y: Any) -> bool:
    """Tell targets that are all the same number, in any container."""
    if y is None or issparse(y):
        return False
    numbers = np.asarray(y)
    if numbers.dtype.kind not in "iuf" or not numbers.size:
        return False
    return bool((numbers == numbers.reshape(-1)[0]).all())


def check_reads_text(valuer: Any, X: Any) -> None:
    """Raise where X is a list of texts and the valuer reads numbers."""
    if isinstance(valuer, DVGSValuer) and _is_list_of_texts(X):
        raise InvalidInputError(
            "X holds a text in each row, which the estimator may read, but DVGSValuer reads "
            "numbers. The valuer is given the rows as they are. Pass a Pipeline of the same "
            "vectorizer and a DVGSValuer as valuer, e.g. make_pipeline(TfidfVectorizer(), "
            "DVGSValuer())."
        )


def _is_list_of_texts(X: Any) -> bool:
    if hasattr(X, "columns") or len(getattr(X, "shape", (1,))) != 1 or not _num_samples(X):
        return False
    return isinstance(next(iter(X)), str)
