"""Cut: which of the valued rows are low, by threshold, number of rows, or the values themselves."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from skdvgs._selection.valuing import Valued
from skdvgs._values.cut import (
    count_of_fraction,
    keep_all_but_lowest,
    keep_at_least,
    keep_within_groups,
)
from skdvgs._values.low_fraction.estimate import estimate_low_fraction
from skdvgs._values.low_fraction.gross import gross_share
from skdvgs.exceptions import ClassFractionWarning

# In one warning.
_MOST_CLASSES_NAMED = 3


class Cut(NamedTuple):
    """What says where the cut lies, as filter and sampler document it."""

    fraction: float | str | None
    threshold: float | None
    max_class_fraction: float | None


def choose_rows(
    cut: Cut, valued: Valued, y: Any, groups: NDArray[np.intp], continuous: bool
) -> NDArray[np.bool_]:
    """Mark the rows to keep, by whichever of `threshold` and `fraction` decides."""
    values = valued.values
    if cut.threshold is not None:
        return keep_at_least(values, groups, cut.threshold)
    if cut.fraction != "auto":
        n_drop = count_of_fraction(cut.fraction, len(values))  # type: ignore[arg-type]
        return keep_all_but_lowest(values, groups, n_drop)
    n_low = round(_low_share(valued, y, groups, continuous) * len(values))
    support = keep_within_groups(values, groups, n_low, None)
    if cut.max_class_fraction is None or continuous or _has_several_labels(y):
        return support
    limited = keep_within_groups(values, groups, n_low, cut.max_class_fraction)
    _warn_of_classes(y, groups, support, limited, cut.max_class_fraction)
    return limited


def _has_several_labels(y: Any) -> bool:
    """Tell several labels of each row from one, and from none."""
    if issparse(y):
        return True
    shape = () if y is None else np.asarray(y).shape
    return len(shape) > 1 and shape[1] > 1


def _warn_of_classes(
    y: Any,
    groups: NDArray[np.intp],
    support: NDArray[np.bool_],
    limited: NDArray[np.bool_],
    max_class_fraction: float,
) -> None:
    """Name the classes of which more rows would have gone without the limit."""
    stopped = np.unique(groups[support != limited])
    if not len(stopped):
        return
    if y is None:
        warnings.warn(
            f"{np.count_nonzero(~support)} of {len(support)} rows look unusual. fraction='auto' "
            f"takes at most a share of {max_class_fraction:g}, the lowest. Look at the others. If "
            "hardly any row is as good as the target set, set max_class_fraction=None.",
            ClassFractionWarning,
            stacklevel=6,
        )
        return
    labels = np.asarray(y).ravel()
    shown = [
        f"{np.count_nonzero(~support[rows])} of {np.count_nonzero(rows)} rows of class "
        f"{str(labels[rows][0])!r}"
        for rows in (groups == group for group in stopped[:_MOST_CLASSES_NAMED])
    ]
    if len(stopped) > len(shown):
        shown.append(f"so do those of {len(stopped) - len(shown)} more classes")
    warnings.warn(
        f"{', '.join(shown)} look wrong. fraction='auto' takes at most a share of "
        f"{max_class_fraction:g} of a class, as a class that is rare or unlike the others looks "
        "wrong too. The lowest went. Look at the others, give a target set that shows such "
        "classes, or set max_class_fraction=None to let all go.",
        ClassFractionWarning,
        stacklevel=6,
    )


def _low_share(valued: Valued, y: Any, groups: NDArray[np.intp], continuous: bool) -> float:
    """Share of low rows: those below the valuer's own cut, or what it says of its own rows."""
    if valued.target is None:  # what the valuer says is of its mean over the target sets
        cut = getattr(valued.last, "low_threshold_", None)
        if cut is not None:
            return float(np.mean(valued.values < cut))
        share = getattr(valued.last, "low_fraction_", None)
        if share is not None and valued.fitted_here:
            return float(share)
    if continuous and not valued.fitted_here:
        return gross_share(valued.values, np.asarray(y, dtype=np.float64))
    if valued.label_values is not None:
        columns = np.searchsorted(valued.last.classes_, np.asarray(y).ravel())
        return estimate_low_fraction(valued.values, columns, label_values=valued.label_values)
    # With two classes the other label turns a row's gradient round. Its length changes too, so
    # the other similarities are no mirror.
    mirrored = getattr(valued.last, "similarity", None) in ("auto", "cosine")
    return estimate_low_fraction(valued.values, groups, mirrored=mirrored)
