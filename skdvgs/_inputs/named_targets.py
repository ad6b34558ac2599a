"""NamedTargets: several target sets that a row is valued against at once, each with a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from skdvgs._inputs.large.open import holds_named_arrays
from skdvgs._inputs.mappings import is_mapping
from skdvgs._inputs.target_set import TargetSet, unpack_target
from skdvgs._inputs.task import Rows
from skdvgs.exceptions import InvalidInputError


@dataclass(frozen=True)
class NamedTargets:
    """Which target set each row belongs to.

    Attributes
    ----------
    names : array of shape (n_targets,)
        Names of the sets, in the order of the columns; classes if each class is a set.
    codes : int array of shape (n_rows,)
        Number of the set of each target row; of each source row where the folds of the source
        are the target sets.
    """

    names: NDArray[Any]
    codes: NDArray[np.intp]

    def of_rows(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Numbers of the sets of some rows, which must be of every set.

        Raises
        ------
        InvalidInputError
            If a set has none of them.
        """
        codes = self.codes[rows]
        missing = np.setdiff1d(np.arange(len(self.names)), codes)
        if len(missing):
            name = self.names.tolist()[missing[0]]
            raise InvalidInputError(
                f"A fold of {len(rows)} rows holds none of class {name!r}, but "
                "by_class=True values against each class. Each fold needs rows of every class. Set "
                "a smaller cv, or pass X_val and y_val with every class."
            )
        return codes


def split_mapping(X_val: Any, y_val: Any, X: Any) -> dict[Any, tuple[Any, Any]] | None:
    """Features and labels of each target set by name; None where one set was passed.

    Where rows of X are spread over several named arrays, a dict of arrays is one target set, and a
    dict of dicts several.

    Raises
    ------
    InvalidInputError
        If the names in both do not agree, or there is none.
    """
    if not _is_mapping_of_sets(X_val) or (_are_arrays(X_val) and holds_named_arrays(X)):
        if _is_mapping_of_sets(y_val):
            raise InvalidInputError(
                "y_val is a dict and X_val is not. Labels of several target sets belong to "
                "features of the same names. Pass two dicts, X_val={'a': Xa, 'b': Xb} and "
                "y_val={'a': ya, 'b': yb}."
            )
        return None
    if y_val is not None and not _is_mapping_of_sets(y_val):
        raise InvalidInputError(
            f"X_val is a {type(X_val).__name__} of several arrays, but y_val is one. Target sets "
            "by name need their own labels: pass y_val as a dict with the keys "
            f"{list(X_val)}. Rows that are spread over several arrays are so in X too."
        )
    if not X_val:
        raise InvalidInputError(
            "X_val is an empty dict. It holds one target set for each name. Give at least one, or "
            "leave X_val out."
        )
    labels = dict.fromkeys(X_val) if y_val is None else y_val
    if set(labels) != set(X_val):
        raise InvalidInputError(
            f"X_val holds the target sets {list(X_val)}, y_val {list(labels)}. Features and labels "
            "belong together by name. Give both the same keys."
        )
    return {name: unpack_target(part, labels[name]) for name, part in X_val.items()}


def _is_mapping_of_sets(part: Any) -> bool:
    return is_mapping(part) and not isinstance(part, TargetSet)


def _are_arrays(sets: Mapping[Any, Any]) -> bool:
    """Tell the arrays of one target set from several sets."""
    return not any(isinstance(part, (Mapping, TargetSet, Dataset)) for part in sets.values())


def joined_sets(parts: Mapping[Any, Rows]) -> tuple[Rows, NamedTargets]:
    """All target rows in one, set after set, and which set each belongs to."""
    sets = list(parts.values())
    union = sets[0]
    for one in sets[1:]:
        union = union.joined(one)
    codes = np.repeat(np.arange(len(sets)), [len(one.X) for one in sets])
    return union, NamedTargets(names_of(parts), codes)


def names_of(parts: Mapping[Any, Any]) -> NDArray[Any]:
    """Names as an array that keeps each as it is."""
    names = list(parts)
    if all(isinstance(name, str) for name in names):
        return np.asarray(names)
    found = np.empty(len(names), dtype=object)
    found[:] = names
    return found


def class_targets(source: Rows, target: Rows | None) -> NamedTargets:
    """Each class of the target set as a target set of its own.

    Raises
    ------
    InvalidInputError
        If there are no classes.
    """
    rows = source if target is None else target
    if source.kind != "classification":
        raise InvalidInputError(
            f"by_class=True was given but the task is {source.kind}. Only classes can be targets "
            "of their own. Leave by_class=False, or pass target sets by name in a dict."
        )
    names, codes = np.unique(rows.y, return_inverse=True)
    return NamedTargets(names, codes.reshape(-1).astype(np.intp))
