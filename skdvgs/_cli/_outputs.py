"""write_outputs: files checked before the work, and put in place all together or not at all."""

from __future__ import annotations

import gzip
import os
from argparse import Namespace
from contextlib import ExitStack
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._cli._files import Table
from skdvgs._cli._formats import format_of, is_compressed, separator_of
from skdvgs._cli._numbers import number_of
from skdvgs._reporting.issues import reasons_of
from skdvgs._reporting.report.page import make_page
from skdvgs._reporting.report.review_part import ReviewNames
from skdvgs._reporting.review.decisions import read_review
from skdvgs._reporting.review.plan import ReviewPlan
from skdvgs._utils.atomic_write import atomic_write, check_writable
from skdvgs._utils.optional import import_optional

# Lowest rows that a report lists.
_ROWS_OF_REPORT = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check_outputs(arguments: Namespace) -> list[str]:
    """Say before any work whether everything can be written; return what is to be.

    Raises
    ------
    InvalidInputError
        If a file cannot be put where it is to be.
    MissingDependencyError
        If a library is not installed.
    """
    outputs = [
        path for path in (arguments.out, arguments.report, arguments.cleaned) if path is not None
    ]
    for path in outputs:
        check_writable(path)
    if arguments.report is not None:
        import_optional("matplotlib.pyplot", "The report", "plotting")
    if arguments.out is not None and format_of(arguments.out) == "parquet":
        import_optional("pyarrow.parquet", "The command line", "cli")
    return outputs


def write_outputs(
    arguments: Namespace,
    table: Table,
    sampler: Any,
    used: NDArray[np.bool_],
    as_given: NDArray[Any] | None,
    features: tuple[Any, Any],
    plan: ReviewPlan | None,
) -> None:
    """Write all outputs beside their places, then put them there.

    Parameters
    ----------
    arguments : Namespace
        Arguments of the command line; those that name output files are checked.
    table : Table
        DATA.
    sampler : LowValueSampler
        Fitted.
    used : bool array of shape (n_rows,)
        Rows that were valued.
    as_given : array of shape (n_rows,) or None
        Labels as they stand in the file.
    features : tuple of two frames
        What rows were valued by, and the same of trusted rows or None.
    plan : ReviewPlan or None
        Decisions on rows that were trusted for it, to be carried out in --cleaned.
    """
    with ExitStack() as stack:
        if arguments.out is not None:
            values = _values_frame(sampler, arguments, table, used, as_given, features[0])
            file = stack.enter_context(atomic_write(arguments.out))
            write_frame(values, arguments.out, file, arguments.excel_safe)
        if arguments.cleaned is not None:
            support = np.ones(len(used), dtype=bool)
            support[used] = sampler.support_
            new_labels = None
            if plan is not None:
                support &= plan.support
                new_labels = plan.new_labels
            file = stack.enter_context(atomic_write(arguments.cleaned))
            table.write_kept(support, arguments.cleaned, file, new_labels, arguments.label)
        if arguments.report is not None:
            file = stack.enter_context(atomic_write(arguments.report))
            page = _report(sampler, arguments, table, used, as_given, features)
            file.write(page.encode("utf-8"))


def _values_frame(
    sampler: Any,
    arguments: Namespace,
    table: Table,
    used: NDArray[np.bool_],
    as_given: NDArray[Any] | None,
    X: Any,
) -> Any:
    """Return what is known of each row that was valued, in the order of the table or as asked."""
    values = sampler.values_frame(frame="pandas").rename(columns={"dropped": "is_low"})
    name = "target" if "target" in values else "label"
    if as_given is not None and name in values:
        is_text = format_of(arguments.out) == "csv" or name == "label"
        values[name] = as_given[used] if is_text else values[name]
    if arguments.id is None:
        values.insert(0, "row", np.flatnonzero(used))
    else:
        # A column of ours may have the name of the user's.
        taken = arguments.id in values
        ids = table.frame[arguments.id][used].to_numpy()
        values.insert(0, f"id_{arguments.id}" if taken else arguments.id, ids)
    valuer = sampler.valuer_
    if "suggested_label" in values and hasattr(valuer, "low_threshold_"):
        at = values.columns.get_loc("suggested_label") + 1
        values.insert(at, "suggested_probability", valuer.label_values_.max(axis=1))
    reasons = reasons_of(valuer, values["is_low"].to_numpy(), X)
    if reasons is not None:
        values["reason"] = reasons
    if arguments.sort:
        return values.iloc[np.argsort(sampler.values_, kind="stable")]
    return values


def _report(
    sampler: Any,
    arguments: Namespace,
    table: Table,
    used: NDArray[np.bool_],
    as_given: NDArray[Any] | None,
    features: tuple[Any, Any],
) -> str:
    left_out = [name for name in (arguments.label, arguments.id) if name is not None]
    shown = table.frame[used].drop(columns=left_out)
    shown.index = sampler.values_frame(frame="pandas").index
    title = f"Values of the rows of {os.path.basename(table.path)}"
    return make_page(
        sampler,
        shown,
        None,
        X_val=features[1],
        images=None,
        image_shape=None,
        n_rows=_ROWS_OF_REPORT,
        title=title,
        review=None if arguments.review is None else read_review(arguments.review),
        names=ReviewNames(
            label_column=arguments.label or "",
            row_column=arguments.id or "",
            given=None if as_given is None else as_given[used],
        ),
        explained=features[0],
        drops=arguments.cleaned is not None,
    )


def write_frame(frame: Any, path: str, file: IO[bytes], excel_safe: bool = False) -> None:
    """Write a dataframe without its index."""
    if format_of(path) == "parquet":
        import_optional("pyarrow", "The command line", "cli")
        frame.to_parquet(file, index=False)
        return
    if excel_safe:
        frame = frame.rename(columns=_safe).apply(
            lambda column: column.map(_safe) if column.dtype.kind not in "biuf" else column
        )
    text = frame.to_csv(index=False, sep=separator_of(path, None), lineterminator="\n")
    content = text.encode("utf-8")
    file.write(gzip.compress(content, mtime=0) if is_compressed(path) else content)


def _safe(entry: Any) -> Any:
    """Quote what a spreadsheet would take for a formula; a number is none."""
    if not isinstance(entry, str) or not entry.startswith(_FORMULA):
        return entry
    return entry if number_of(entry, ".") == number_of(entry, ".") else "'" + entry
