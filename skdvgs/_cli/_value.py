"""``skdvgs value``: from a file to values, a report and a cleaned file."""

from __future__ import annotations

import os
import time
from argparse import Namespace
from contextlib import ExitStack
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._cli._encoding import Say, encode
from skdvgs._cli._tables import Table, read_table, write_frame
from skdvgs._selection.sampler import LowValueSampler
from skdvgs._utils.atomic_write import atomic_write, check_writable
from skdvgs._utils.optional import import_optional
from skdvgs._valuer import DVGSValuer
from skdvgs.exceptions import InvalidInputError

# Whole numbers with more distinct values measure or count something.
_MOST_CLASSES = 20


def run_value(arguments: Namespace, say: Say) -> str:
    """Value the rows of a file and write what is asked for.

    Parameters
    ----------
    arguments : Namespace
        Checked.
    say : callable
        Told of what happens.

    Returns
    -------
    str
        What was found and written.
    """
    started = time.monotonic()
    outputs = [
        path for path in (arguments.out, arguments.report, arguments.cleaned) if path is not None
    ]
    for path in outputs:
        check_writable(path)
    if arguments.report is not None:
        import_optional("matplotlib.pyplot", "The report", "plotting")
    table, val = _read(arguments)
    y, y_val, task = _read_targets(table, val, arguments, say)
    X, X_val = encode(
        _features(table, arguments, table), _features(val, arguments, table), arguments.encoder, say
    )
    if arguments.id is not None:
        X.index = table.frame[arguments.id].to_numpy()
    valuer = DVGSValuer(
        task=task,
        cv=arguments.folds,
        n_jobs=arguments.jobs,
        random_state=arguments.seed,
        verbose=0 if arguments.quiet else 1,
    )
    sampler = LowValueSampler(valuer, fraction=arguments.drop).fit(X, y, X_val=X_val, y_val=y_val)
    if arguments.drop == "auto" and sampler.n_dropped_ == 0:
        say("--drop auto found no row to leave out; --drop 0.05 leaves out the lowest 5%")
    _write(sampler, table, arguments)
    n, seconds = len(X), time.monotonic() - started
    return (
        f"{n:,} rows valued in {seconds:.0f} s. Low: {sampler.n_dropped_:,} rows "
        f"({sampler.n_dropped_ / n:.1%}). Written: {', '.join(outputs)}"
    )


def _read(arguments: Namespace) -> tuple[Table, Table | None]:
    def read(path: str) -> Table:
        found = read_table(path, arguments.separator, arguments.encoding, arguments.na)
        named = [*arguments.ignore, arguments.target, arguments.id]
        wanted = [name for name in named if name is not None]
        if path != arguments.data:
            wanted = [arguments.target] if arguments.target is not None else []
        for name in wanted:
            _check_column(found, name)
        return found

    return read(arguments.data), None if arguments.val is None else read(arguments.val)


def _check_column(table: Table, name: str) -> None:
    columns = [str(column) for column in table.frame.columns]
    if name in columns:
        return
    hint = ""
    if len(columns) == 1 and any(mark in columns[0] for mark in ";\t|"):
        mark = next(mark for mark in ";\t|" if mark in columns[0])
        hint = f" Is --separator '{mark}' meant?".replace("\t", "\\t")
    near = get_close_matches(name.casefold(), [column.casefold() for column in columns], 1)
    if near and not hint:
        meant = next(column for column in columns if column.casefold() == near[0])
        hint = f" Is {meant!r} meant?"
    shown = ", ".join(columns[:10]) + (
        f" and {len(columns) - 10} more" if len(columns) > 10 else ""
    )
    raise InvalidInputError(f"{table.path} has no column {name!r}; it has {shown}.{hint}")


def _features(table: Table | None, arguments: Namespace, like: Table) -> Any:
    """Return the columns to learn from, those of `like`."""
    if table is None:
        return None
    left_out = {*arguments.ignore, arguments.target, arguments.id}
    names = [name for name in like.frame.columns if str(name) not in left_out]
    lacking = [str(name) for name in names if name not in table.frame.columns]
    if lacking:
        raise InvalidInputError(
            f"{table.path} lacks the columns {', '.join(lacking[:10])} of {like.path}. Both "
            "need the same columns. Add them, or leave them out with --ignore."
        )
    return table.frame[names]


def _read_targets(
    table: Table, val: Table | None, arguments: Namespace, say: Say
) -> tuple[Any, Any, str]:
    if arguments.target is None:
        return None, None, arguments.task
    y = _target_of(table, arguments.target)
    y_val = None if val is None else _target_of(val, arguments.target)
    task = arguments.task
    if task == "auto" and y.dtype.kind in "iu" and len(np.unique(y)) > _MOST_CLASSES:
        say(
            f"{arguments.target} holds {len(np.unique(y)):,} different whole numbers, which are "
            "taken for numbers to predict. --task classification takes them for classes"
        )
        task = "regression"
    return y, y_val, task


def _target_of(table: Table, name: str) -> NDArray[Any]:
    column = table.frame[name]
    missing = np.flatnonzero(column.isna())
    if len(missing):
        raise InvalidInputError(
            f"{table.path} has {len(missing)} rows without {name}, the first is row {missing[0]} "
            "(counted from 0). A row cannot be valued without its label. Leave them out first."
        )
    target = np.asarray(column.to_numpy())
    if target.dtype.kind in "iufb":
        return target
    numeric = getattr(column.dtype, "kind", "O") in "iufb"  # nullable numbers
    return target.astype(column.dtype.numpy_dtype) if numeric else target.astype(str).astype(object)


def _write(sampler: LowValueSampler, table: Table, arguments: Namespace) -> None:
    """Write all outputs, and put them in their places only when all are complete."""
    with ExitStack() as stack:
        if arguments.out is not None:
            values = sampler.values_frame(frame="pandas")
            if arguments.id is not None:
                values.insert(0, arguments.id, values.index)
            else:
                values.insert(0, "row", np.arange(len(values)))
            write_frame(values, arguments.out, stack.enter_context(atomic_write(arguments.out)))
        if arguments.cleaned is not None:
            file = stack.enter_context(atomic_write(arguments.cleaned))
            table.write_kept(sampler.support_, arguments.cleaned, file)
        if arguments.report is not None:
            shown = table.frame.drop(
                columns=[name for name in (arguments.target, arguments.id) if name is not None]
            )
            shown.index = sampler.values_frame(frame="pandas").index
            title = f"Values of the rows of {os.path.basename(table.path)}"
            sampler.report(arguments.report, shown, title=title)
