"""Labels: the column of labels, classes as they stand in the file or numbers to predict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._cli._column_notes import Say
from skdvgs._cli._numbers import are_names, common_unit, decorated_number_of, number_of
from skdvgs._cli._schema import MOST_CODES, Reading, learn_text
from skdvgs._inputs.frame_columns import is_missing, kind_of_column, read_numbers, read_text
from skdvgs._inputs.label_kind import are_measured
from skdvgs.exceptions import InvalidInputError


@dataclass(frozen=True)
class Labels:
    """Labels of a file, row by row.

    Attributes
    ----------
    as_given : array of shape (n_rows,)
        Labels as text, letter by letter as in the file.
    y : array of shape (n_rows,)
        As they are learnt: classes as in DATA, or float64.
    has_label : bool array of shape (n_rows,)
        False for rows without one.
    task : {'classification', 'regression'}
        Whether the labels are classes or numbers.
    unit : str
        Unit of numbers; empty where there is none.
    """

    as_given: NDArray[Any]
    y: NDArray[Any]
    has_label: NDArray[np.bool_]
    task: str
    unit: str = ""


def read_labels(name: str, column: Any, reading: Reading, task: str, say: Say, path: str) -> Labels:
    """Read the labels of DATA, and say what is not obvious about them.

    Raises
    ------
    InvalidInputError
        If they cannot be labels.
    """
    kind = kind_of_column(column)
    if kind in ("nested", "date", "duration"):
        raise InvalidInputError(
            f"{path} holds {'lists or structs' if kind == 'nested' else kind + 's'} in {name!r}. "
            "Labels are text or numbers. Make a column of these."
        )
    given = _as_given(column, kind)
    has_label = ~_mark_missing(column, kind, reading)
    if not has_label.any():
        raise InvalidInputError(
            f"{path} has no label in column {name!r}: every entry is missing. Rows are valued by "
            "their labels. Name the column of the labels with --label."
        )
    unit = "" if kind == "number" else common_unit(given[has_label], reading.decimal) or ""
    numbers = _numbers_of(given, has_label, kind, reading, unit)
    if task == "auto":
        task = _choose_task(name, given[has_label], numbers[has_label], kind, reading, say)
    if task == "classification":
        _say_alike(name, given[has_label], numbers[has_label], say)
        return Labels(given, given, has_label, task)
    odd = has_label & np.isnan(numbers)
    if odd.sum() == has_label.sum():
        raise InvalidInputError(
            f"{path} holds no number in column {name!r}, e.g. {given[odd][0]!r}. --task regression "
            "predicts numbers. Leave --task out to learn classes."
        )
    if odd.any():
        row = int(np.argmax(odd))
        say(
            f"{name!r} holds numbers to predict; {int(odd.sum())} entries are none, the first is "
            f"{given[row]!r} in row {row} (counted from 0)"
        )
    return Labels(given, numbers, has_label & ~odd, task, unit)


def read_trusted_labels(
    name: str, column: Any, reading: Reading, known: Labels, path: str
) -> Labels:
    """Read the labels of the trusted file as those of DATA were.

    Raises
    ------
    InvalidInputError
        Naming the entry, if one is of another kind than those of DATA.
    """
    kind = kind_of_column(column)
    given = _as_given(column, kind)
    has_label = ~_mark_missing(column, kind, reading)
    if known.task == "regression":
        numbers = _numbers_of(given, has_label, kind, reading, known.unit)
        _refuse(name, given, has_label & np.isnan(numbers), "numbers", path)
        return Labels(given, numbers, has_label, known.task)
    spelt = {str(label): label for label in known.y[known.has_label].tolist()}
    of_data = sorted(spelt)
    by_key = {_key(text, of_data, reading): spelt[text] for text in of_data}
    y = [by_key.get(_key(str(e), of_data, reading), e) for e in given.tolist()]
    if _are_numbers(of_data, reading):
        wrong = has_label & ~np.array([_is_number(entry, reading) for entry in y])
        _refuse(name, given, wrong, f"numbers such as {of_data[0]!r}", path)
    elif not any(str(e) in spelt for e, has in zip(y, has_label, strict=True) if has):
        _refuse(name, given, has_label, f"{', '.join(map(repr, of_data[:5]))}", path)
    if not isinstance(spelt[of_data[0]], str) and _are_numbers(of_data, reading):
        y = [float(e) if isinstance(e, str) and _is_number(e, reading) else e for e in y]
    return Labels(given, _as_objects(y), has_label, known.task)


def _as_objects(entries: list[Any]) -> NDArray[Any]:
    array = np.empty(len(entries), dtype=object)
    array[:] = entries
    return array


def _as_given(column: Any, kind: str) -> NDArray[Any]:
    """Entries as they stand: text, or the numbers and truth values of a typed file."""
    if kind != "number":
        return read_text(column)
    entries = column.astype(object).tolist()
    return _as_objects([None if is_missing(entry) else entry for entry in entries])


def _mark_missing(column: Any, kind: str, reading: Reading) -> NDArray[np.bool_]:
    if kind == "number":
        return reading.missing.mark_numbers(read_numbers(column))
    return reading.missing.mark(read_text(column))


def _numbers_of(
    given: NDArray[Any], has_label: NDArray[np.bool_], kind: str, reading: Reading, unit: str
) -> NDArray[np.float64]:
    numbers = np.full(len(given), np.nan)
    if kind == "number":
        numbers[has_label] = given[has_label].astype(np.float64)
    else:
        decimal = reading.decimal
        numbers[has_label] = [decorated_number_of(t, decimal, unit) for t in given[has_label]]
    return numbers


def _choose_task(
    name: str, given: NDArray[Any], numbers: NDArray[Any], kind: str, reading: Reading, say: Say
) -> str:
    if kind != "number":
        schema = learn_text(name, given, np.zeros(len(given), bool), reading, lambda _: None)
        if schema.kind != "number" or (
            schema.odd and len(np.unique(numbers[~np.isnan(numbers)])) <= MOST_CODES
        ):
            return "classification"
    elif all(isinstance(entry, (bool, np.bool_)) for entry in given):
        return "classification"
    if kind != "number" and are_names(
        [text for text, n in zip(given, numbers, strict=True) if n == n]
    ):
        return "classification"
    numbers = numbers[~np.isnan(numbers)]
    if (numbers != np.floor(numbers)).any():
        return "regression"
    if not are_measured(numbers):
        return "classification"
    say(
        f"{name} holds {len(np.unique(numbers)):,} different whole numbers, which are taken for "
        "numbers to predict. --task classification takes them for classes"
    )
    return "regression"


def _say_alike(name: str, given: NDArray[Any], numbers: NDArray[Any], say: Say) -> None:
    """Name classes that are told apart by their spelling alone."""
    spelt: dict[float, set[str]] = {}
    for label, number in set(zip(map(str, given), numbers.tolist(), strict=True)):
        if not math.isnan(number):
            spelt.setdefault(number, set()).add(label)
    for labels in spelt.values():
        if len(labels) > 1:
            shown = " and ".join(map(repr, sorted(labels)))
            say(f"{name} holds {shown}, which are taken for different classes")
            return


def _key(label: str, of_data: list[str], reading: Reading) -> Any:
    """What makes two spellings one class: the number, where those of DATA are all different."""
    number = number_of(label, reading.decimal)
    if not math.isnan(number) and _are_numbers(of_data, reading):
        return number
    truth = {"true": True, "false": False}
    if {text.lower() for text in of_data} <= truth.keys():
        return truth.get(label.lower(), {1.0: True, 0.0: False}.get(number, label))
    return label


def _are_numbers(of_data: list[str], reading: Reading) -> bool:
    numbers = {number_of(label, reading.decimal) for label in of_data}
    return len(numbers) == len(of_data) and not any(map(math.isnan, numbers))


def _is_number(text: Any, reading: Reading) -> bool:
    return not math.isnan(number_of(str(text), reading.decimal))


def _refuse(
    name: str, given: NDArray[Any], wrong: NDArray[np.bool_], known: str, path: str
) -> None:
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    raise InvalidInputError(
        f"{path} holds the label {given[row]!r} in column {name!r}, row {row} (counted from 0), "
        f"but those of DATA are {known}. Labels of both files must be of one kind. Write them "
        "alike."
    )
