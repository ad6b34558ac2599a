"""ColumnSchema: what a column of DATA holds, learnt there and applied to the trusted file too."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skdvgs._cli._column_notes import Say, say_odd, say_suspicious
from skdvgs._cli._dates import (
    ISO,
    are_dates_as_numbers,
    find_form,
    parse_dates,
)
from skdvgs._cli._missing import MissingTexts
from skdvgs._cli._numbers import (
    common_unit,
    decorated_number_of,
    number_of,
)
from skdvgs._inputs.frame_columns import kind_of_column, read_numbers, read_seconds, read_text
from skdvgs.exceptions import InvalidInputError

_TRUTH = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0, "1.0": 1.0, "0.0": 0.0}

# A column of numbers has no more entries that are none than this share ...
_FEW_ODD = 0.05

# ... unless they are the same few texts, beside too many different numbers for codes.
_MOST_ODD_TEXTS = 3
MOST_CODES = 20
# A column of more different texts is none of categories, and new ones say little.
_MOST_CATEGORIES = 40


@dataclass(frozen=True)
class Reading:
    """How text is read.

    Attributes
    ----------
    missing : MissingTexts
        Texts that are no entries.
    decimal : str
        What stands before the fraction of a number.
    """

    missing: MissingTexts
    decimal: str


@dataclass(frozen=True)
class ColumnSchema:
    """How one column is read, in whatever file.

    Attributes
    ----------
    name : str
        Name of the column in DATA.
    kind : {'number', 'truth', 'date', 'text'}
        Type of the column's entries.
    reading : Reading
        How text becomes a number: decimal sign and missing entries.
    form : str
        Format of the dates, as for ``strptime``; empty for other kinds.
    odd : frozenset of str
        Texts in DATA that are no entry of this kind, and are read as missing.
    known : frozenset of str
        Texts in DATA.
    unit : str
        Unit of numbers, such as '%', '$' or 'kg'; empty where there is none.
    """

    name: str
    kind: Literal["number", "truth", "date", "text"]
    reading: Reading
    form: str = ""
    odd: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    unit: str = ""

    def read(self, column: Any, path: str) -> NDArray[Any]:
        """Entries of a column: float64, datetime64, or text with None where missing.

        Raises
        ------
        InvalidInputError
            Naming column and entry, if one does not fit.
        """
        typed = kind_of_column(column)
        if typed in ("number", "duration") and self.kind in ("number", "truth"):
            numbers = read_numbers(column) if typed == "number" else read_seconds(column)
            missing = self.reading.missing.mark_numbers(numbers)
            infinite = np.isinf(numbers) & ~missing
            texts = numbers.astype(str).astype(object)
            if (infinite & ~np.isin(texts, list(self.odd))).any():
                self._refuse(int(np.argmax(infinite)), texts, path)
            return np.where(missing | infinite, np.nan, numbers)
        if typed == "date" and self.kind == "date":
            return (read_seconds(column) * 1e6).astype("M8[us]")
        texts = read_text(column)
        missing = self.reading.missing.mark(texts)
        if self.odd:
            missing |= np.array([text in self.odd for text in texts])
        present = texts[~missing]
        if self.kind == "text":
            read: Any = np.full(len(texts), None, dtype=object)
            read[~missing] = [self._known_text(text) for text in present]
            found: NDArray[Any] = read
            return found
        read = np.full(len(texts), np.nan if self.kind != "date" else np.datetime64("NaT", "us"))
        read[~missing] = self._parse(present)
        wrong = ~missing & (np.isnat(read) if self.kind == "date" else np.isnan(read))
        if wrong.any():
            self._refuse(int(np.argmax(wrong)), texts, path)
        found = read
        return found

    def _parse(self, texts: NDArray[Any]) -> NDArray[Any]:
        if self.kind == "date":
            return parse_dates(list(texts), self.form or ISO)
        if self.kind == "truth":
            return np.array([_TRUTH.get(text.strip().lower(), math.nan) for text in texts])
        decimal, unit = self.reading.decimal, self.unit
        return np.array([decorated_number_of(text, decimal, unit) for text in texts])

    def _known_text(self, text: str) -> str:
        """Bring 1.0 to the 1 of DATA: a gap in a column makes floats of whole numbers."""
        if text in self.known:
            return text
        number = number_of(text, self.reading.decimal)
        if math.isfinite(number) and number == int(number) and str(int(number)) in self.known:
            return str(int(number))
        return text

    def check_known(self, read: NDArray[Any], path: str, say: Say) -> None:
        """Name categories of the trusted file that DATA lacks.

        Raises
        ------
        InvalidInputError
            If DATA has none of them.
        """
        if self.kind != "text" or len(self.known) > _MOST_CATEGORIES:
            return
        present = [text for text in read if text is not None]
        strange = [text for text in dict.fromkeys(present) if text not in self.known]
        if not strange:
            return
        shown = ", ".join(map(repr, strange[:5])) + (", ..." if len(strange) > 5 else "")
        if len(strange) == len(set(present)):
            raise InvalidInputError(
                f"{path} holds {shown} in column {self.name!r}, where DATA holds "
                f"{', '.join(map(repr, sorted(self.known)[:5]))}. Categories of both files must be "
                "the same. Write them alike, or leave the column out with --ignore."
            )
        say(f"{path} holds {shown} in column {self.name!r}, which DATA does not: unknown there")

    def _refuse(self, row: int, texts: NDArray[Any], path: str) -> None:
        kind = {"truth": "True and False"}.get(self.kind, f"{self.kind}s")
        raise InvalidInputError(
            f"{path} holds {texts[row]!r} in column {self.name!r}, row {row} (counted from 0), "
            f"which DATA holds {kind} in. Both files are read in one way. Mend the entry, or have "
            f"it read as missing by --na {texts[row]!r}."
        )


def learn_column(name: str, column: Any, reading: Reading, say: Say) -> ColumnSchema | None:
    """Find out what a column of DATA holds; None if it is to be left out, which is said."""
    kind = kind_of_column(column)
    if kind == "nested":
        say(f"left out {name!r}: it holds lists, structs or bytes, which are no single entries")
        return None
    if kind in ("duration", "date") and not column.isna().all():
        return ColumnSchema(name, "date" if kind == "date" else "number", reading)
    if kind == "number" and not column.isna().all():
        numbers = read_numbers(column)
        infinite = numbers[np.isinf(numbers)].astype(str)
        say_odd(name, numbers.astype(str).astype(object), infinite, "number", say)
        return ColumnSchema(name, "number", reading, odd=frozenset(infinite.tolist()))
    texts = read_text(column)
    missing = reading.missing.mark(texts)
    if missing.all():
        say(f"left out {name!r}: it holds no entry")
        return None
    return learn_text(name, texts, missing, reading, say)


def learn_text(
    name: str, texts: NDArray[Any], missing: NDArray[np.bool_], reading: Reading, say: Say
) -> ColumnSchema:
    """Find out what a column of text holds: numbers, truth values, dates, or text indeed."""
    # Not by numpy's own text, which drops what ends an entry: NUL.
    counted = sorted(Counter(texts[~missing].tolist()).items())
    different = np.array([text for text, _ in counted], dtype=object)
    counts = np.array([times for _, times in counted], dtype=np.intp)
    known = frozenset(different.tolist())
    if {text.strip().lower() for text in different} <= {"true", "false"}:
        return ColumnSchema(name, "truth", reading)
    numbers = np.array([number_of(text, reading.decimal) for text in different])
    unit: str | None = ""
    if counts[np.isnan(numbers)].sum() > _FEW_ODD * counts.sum():
        unit = common_unit(different, reading.decimal)
        if unit is not None:
            decorated = np.array([decorated_number_of(t, reading.decimal, unit) for t in different])
            gained = np.isnan(numbers) & ~np.isnan(decorated)
            if gained.any() and _is_number_column(different, counts, decorated):
                as_what = "seconds" if ":" in unit else "numbers"
                say(f"read {str(different[gained][0])!r} and the like in {name!r} as {as_what}")
                numbers = decorated
    odd = np.isnan(numbers)
    if not odd.all() and _is_number_column(different, counts, numbers):
        say_odd(name, texts, different[odd], "number", say)
        if are_dates_as_numbers(different[~odd]):
            say(f"{name!r} looks like dates, e.g. {str(different[~odd][0])!r}; read as numbers")
        found_odd = frozenset(different[odd].tolist())
        return ColumnSchema(name, "number", reading, odd=found_odd, unit=unit or "")
    form, other = find_form(list(different))
    if form is not None:
        odd = np.isnat(parse_dates(list(different), form))
        if counts[odd].sum() <= _FEW_ODD * counts.sum():
            say_odd(name, texts, different[odd], "date", say)
            if other is not None:
                say(f"read {name!r} as dates of the form {form}; they could be {other} as well")
            return ColumnSchema(name, "date", reading, form, frozenset(different[odd].tolist()))
    say_suspicious(name, different, counts, numbers, reading.decimal, say)
    return ColumnSchema(name, "text", reading, known=known)


def _is_number_column(
    different: NDArray[Any], counts: NDArray[np.intp], numbers: NDArray[np.float64]
) -> bool:
    """Tell numbers with some odd entries from codes such as 1, 2 and A."""
    odd = np.isnan(numbers)
    share = counts[odd].sum() / counts.sum()
    are_signs = all(not any(map(str.isalnum, text)) for text in different[odd])
    are_codes = (~odd).sum() <= MOST_CODES and (numbers[~odd] == np.floor(numbers[~odd])).all()
    if share > 0.5 or (are_codes and not are_signs and counts[odd].max(initial=0) > 1):
        found: bool = share == 0
        return found
    # Beside few numbers a text such as 1.10.1 shows that all of them are names.
    have_digits = any(any(map(str.isdigit, text)) for text in different[odd])
    are_names = have_digits and (~odd).sum() <= MOST_CODES
    few_texts = odd.sum() <= _MOST_ODD_TEXTS and not are_codes and not are_names
    return bool(share <= _FEW_ODD or are_signs or few_texts or (counts[odd].sum() == 1))
