"""run_value: from a file to values, a report and a cleaned file."""

from __future__ import annotations

import time
from argparse import Namespace
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._cli._apply import plan_of
from skdvgs._cli._column_notes import Say
from skdvgs._cli._files import Table, read_table
from skdvgs._cli._labels import Labels, read_labels, read_trusted_labels
from skdvgs._cli._missing import MissingTexts
from skdvgs._cli._outputs import check_outputs, write_outputs
from skdvgs._cli._schema import Reading, learn_column
from skdvgs._reporting.review.apply import relabel
from skdvgs._reporting.review.decisions import read_review
from skdvgs._reporting.review.plan import ReviewPlan
from skdvgs._selection.sampler import LowValueSampler
from skdvgs._utils.optional import import_optional
from skdvgs._valuer import DVGSValuer
from skdvgs.exceptions import InvalidInputError


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
        Lines to print: what was found, and which files were written.
    """
    started = time.monotonic()
    outputs = check_outputs(arguments)
    import_optional("skrub", "The command line", "cli")
    table, trusted, plan = _read(arguments)
    if arguments.cleaned is not None:
        table.kept(np.ones(len(table.frame), dtype=bool))  # lines and rows match, or it is said
    reading = Reading(MissingTexts(arguments.na, not arguments.no_default_na), arguments.decimal)
    X, X_val = _read_features(table, trusted, arguments, reading, say)
    if trusted is not None and arguments.id in trusted.frame:
        X_val.index = trusted.frame[arguments.id].to_numpy()
    labels, labels_val = _read_labels(table, trusted, arguments, reading, say)
    used = np.ones(len(X), dtype=bool)
    y = y_val = None
    if labels is not None:
        used = _choose_rows(labels, labels_val, arguments, say)
    if plan is not None:
        used = _leave_out_reviewed(used, plan, arguments, say)
    if labels is not None:
        y = labels.y[used]
    if labels_val is not None:
        X_val, y_val = X_val[labels_val.has_label], labels_val.y[labels_val.has_label]
    X = X[used]
    if arguments.id is not None:
        X.index = table.frame[arguments.id][used].to_numpy()
    valuer = DVGSValuer(
        task=arguments.task if labels is None else labels.task,
        cv=arguments.folds,
        n_jobs=arguments.jobs,
        random_state=arguments.seed,
        verbose=0 if arguments.quiet else 1,
    )
    sampler = LowValueSampler(valuer, fraction=arguments.drop).fit(X, y, X_val=X_val, y_val=y_val)
    if arguments.drop == "auto" and sampler.n_dropped_ == 0:
        say("--drop auto found no row to leave out; --drop 0.05 leaves out the lowest 5%")
    as_given = None if labels is None else labels.as_given
    write_outputs(arguments, table, sampler, used, as_given, (X, X_val), plan)
    n, seconds = len(X), time.monotonic() - started
    return (
        f"{n:,} rows valued in {seconds:.0f} s. Low: {sampler.n_dropped_:,} rows "
        f"({sampler.n_dropped_ / n:.1%}). Written: {', '.join(outputs)}"
    )


def _read(arguments: Namespace) -> tuple[Table, Table | None, ReviewPlan | None]:
    """Return DATA, the trusted rows of files and of a review, and what the review decides."""
    table = read_table(arguments.data, arguments)
    for name in (*arguments.ignore, arguments.label, arguments.id):
        if name is not None:
            _check_column(table, name)
    trusted = None
    if arguments.trusted_table is not None:
        trusted = read_table(arguments.trusted_table, arguments)
        if arguments.label is not None:
            _check_column(trusted, arguments.label)
    if arguments.trusted_review is None:
        return table, trusted, None
    review = read_review(arguments.trusted_review)
    plan = plan_of(review, table, arguments.id, arguments.label)
    return table, _grown(trusted, table, plan, arguments), plan


def _grown(trusted: Table | None, table: Table, plan: ReviewPlan, arguments: Namespace) -> Table:
    """Return the trusted rows and those that were kept or relabelled in a review."""
    frame = relabel(table.frame, arguments.label, plan, arguments.trusted_review)[plan.trusted]
    if not len(frame):
        raise InvalidInputError(
            f"{arguments.trusted_review} keeps and relabels no row. Rows that were kept or "
            "relabelled are trusted. Decide on some, or leave --trusted out."
        )
    if trusted is not None:
        pandas = import_optional("pandas", "The command line", "cli")
        frame = pandas.concat([trusted.frame, frame], ignore_index=True)
        return replace(trusted, frame=frame[list(trusted.frame.columns)])
    return replace(table, path=arguments.trusted_review, frame=frame.reset_index(drop=True))


def _leave_out_reviewed(
    used: NDArray[np.bool_], plan: ReviewPlan, arguments: Namespace, say: Say
) -> NDArray[np.bool_]:
    """Return which rows are still to be valued: a trusted row must not vouch for itself."""
    say(
        f"left out {_listed(plan.reviewed)}: reviewed in {arguments.trusted_review}. They are not "
        "valued again; --cleaned carries the review out"
    )
    left = used & ~plan.reviewed
    if not left.any():
        raise InvalidInputError(
            f"{arguments.data} holds no row that was not reviewed. There is nothing to value. "
            "skdvgs apply carries a review out."
        )
    return left


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


def _read_features(
    table: Table, trusted: Table | None, arguments: Namespace, reading: Reading, say: Say
) -> tuple[Any, Any]:
    """Return the columns to learn from, of both files as those of DATA are."""
    left_out = {*arguments.ignore, arguments.label, arguments.id}
    for name in table.index_names:
        if name not in left_out:
            say(f"left out {name!r}: it only names the rows; --id {name!r} shows it")
    left_out |= set(table.index_names)
    names = [name for name in table.frame.columns if name not in left_out]
    if trusted is not None:
        lacking = [name for name in names if name not in trusted.frame.columns]
        if lacking:
            raise InvalidInputError(
                f"{trusted.path} lacks the columns {', '.join(lacking[:10])} of {table.path}. Both "
                "need the same columns. Add them, or leave them out with --ignore."
            )
    learnt = [learn_column(name, table.frame[name], reading, say) for name in names]
    schema = [column for column in learnt if column is not None]
    if not schema:
        raise InvalidInputError(
            f"{table.path} has no column left to learn from. Rows are valued by their features. "
            "Give a table with features."
        )
    frames: list[Any] = []
    for file in (table, trusted):
        if file is None:
            frames.append(None)
            continue
        columns = {c.name: c.read(file.frame[c.name], file.path) for c in schema}
        if file is trusted:
            for column in schema:
                column.check_known(columns[column.name], file.path, say)
        frames.append(import_optional("pandas", "The command line", "cli").DataFrame(columns))
    return frames[0], frames[1]


def _read_labels(
    table: Table, trusted: Table | None, arguments: Namespace, reading: Reading, say: Say
) -> tuple[Labels | None, Labels | None]:
    name = arguments.label
    if name is None:
        return None, None
    labels = read_labels(name, table.frame[name], reading, arguments.task, say, table.path)
    if trusted is None:
        return labels, None
    column = trusted.frame[name]
    of_trusted = read_trusted_labels(name, column, reading, labels, trusted.path)
    _say_unlabelled(trusted.path, of_trusted.has_label, name, say)
    return labels, of_trusted


def _choose_rows(
    labels: Labels, labels_val: Labels | None, arguments: Namespace, say: Say
) -> NDArray[np.bool_]:
    """Return which rows can be valued, and list the others."""
    used = labels.has_label.copy()
    _say_unlabelled(arguments.data, used, arguments.label, say)
    if labels.task == "classification" and labels_val is None:
        classes, counts = np.unique(labels.y[used].astype(str), return_counts=True)
        rare = classes[counts < arguments.folds].tolist()
        if rare:
            of_rare = used & np.isin(labels.y.astype(str), rare)
            used &= ~of_rare
            say(
                f"left out {_listed(of_rare)}: classes {', '.join(map(repr, rare[:5]))} have "
                f"fewer rows than the {arguments.folds} folds. --folds asks for fewer, --trusted "
                "for none"
            )
    trusted_or_own = labels.y[used] if labels_val is None else labels_val.y[labels_val.has_label]
    n_classes = len(np.unique(trusted_or_own.astype(str)))
    if labels.task == "classification" and n_classes < 2:
        where = arguments.data if labels_val is None else arguments.trusted[0]
        raise InvalidInputError(
            f"{where} holds {n_classes} classes in {arguments.label!r} that rows can be valued by. "
            "Right labels cannot be told from wrong ones. Give rows of at least two classes."
        )
    if labels_val is None and used.sum() < arguments.folds:
        raise InvalidInputError(
            f"{arguments.data} holds {used.sum()} rows with a label but {arguments.folds} folds "
            "are asked for. Each fold needs a row. Give more rows, or fewer --folds."
        )
    return used


def _say_unlabelled(path: str, has_label: NDArray[np.bool_], name: str, say: Say) -> None:
    if not has_label.all():
        say(
            f"left out {_listed(~has_label)} of {path}: no {name!r}. They are not valued, and stay "
            "in --cleaned. --no-default-na takes NA and None for labels"
        )


def _listed(rows: NDArray[np.bool_]) -> str:
    numbers = np.flatnonzero(rows)
    shown = ", ".join(map(str, numbers[:10])) + (", ..." if len(numbers) > 10 else "")
    return f"{len(numbers):,} rows ({shown}, counted from 0)"
