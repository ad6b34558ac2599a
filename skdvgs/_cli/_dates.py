"""find_form and parse_dates: text for dates, by the one form that all entries of a column have."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y",
    "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%d %b %Y",
    "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%d%b%Y", "%d %B %Y", "%d. %B %Y", "%d. %b %Y",
    "%d. %m. %Y", "%b %d %Y", "%b %d, %Y", "%B %d, %Y", "%B %d %Y", "%b. %d, %Y", "%Y-%m",
    "%Y/%m", "%m/%Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%B-%y", "%A, %d %B %Y", "%A, %B %d, %Y",
    "%a, %d %b %Y", "%a %d %b %Y",
)  # fmt: skip

_TIMES = (
    " %H:%M",
    " %H:%M:%S",
    " %H:%M:%S.%f",
    "T%H:%M",
    "T%H:%M:%S",
    ":%H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
    ", %H:%M",
    ", %I:%M %p",
    ", %I:%M:%S %p",
)

# Where the time stands before the day, or amid it.
_OTHERS = ("%a %b %d %H:%M:%S %Y", "%b %d %H:%M:%S %Y", "%H:%M %d.%m.%Y", "%H:%M %d/%m/%Y")

# Entries with a time zone, and fractions of any length.
ISO = "ISO8601"

_LOOK = re.compile(r"\s*\d{1,4}[./-](\d{1,4}|[A-Za-z]{3,9})[./-]\d{1,4}\b(?!\.\d).*")

# Quarters, weeks, days of the year, days without a year.
_PARTS = re.compile(
    r"(19|20)\d\d[ -]?([QWqw]\d\d?|[0-3]\d\d)|[QqWw]\d\d?[ /-]?(19|20)\d\d|\d\d?\.\d\d?\."
)

# First letters of the months in some languages.
_MONTHS = frozenset(
    ["jan", "feb", "fév", "fev", "mar", "mär", "apr", "avr", "abr", "mai", "may", "mag", "jun",
     "jui", "giu", "jul", "lug", "aug", "aoû", "ago", "sep", "set", "okt", "oct", "ott", "out",
     "nov", "dec", "déc", "dez", "dic", "ene", "gen"]
)  # fmt: skip

# A form that none of these has is not that of the column.
_N_TRIED = 50


def find_form(texts: Sequence[str]) -> tuple[str | None, str | None]:
    """Find the form that most entries have as dates.

    Parameters
    ----------
    texts : sequence of str
        Different entries, none missing.

    Returns
    -------
    form : str or None
        As of ``strftime``, or ISO; None if there is none.
    other : str or None
        Another one, with day and month the other way round, that fits just as well.
    """
    if not any(character.isdigit() for character in texts[0]):
        return None, None
    tried = [text.strip() for text in texts[:_N_TRIED]]
    times = _TIMES if any(":" in text for text in tried) else ()
    forms = [form for form in _forms(times) if not np.isnat(parse_dates(tried, form)).all()] + [ISO]
    found = [int((~np.isnat(parse_dates(texts, form))).sum()) for form in forms]
    best = max(found)
    if best == 0:
        return None, None
    fitting = [form for form, n in zip(forms, found, strict=True) if n == best]
    form = fitting[0]
    swapped = form.replace("%d", "%M~").replace("%m", "%d").replace("%M~", "%m")
    return form, swapped if swapped != form and swapped in fitting else None


def _forms(times: Sequence[str]) -> Iterator[str]:
    for day in _DAYS:
        yield day
        yield from (day + time for time in times)
    yield from _OTHERS if times else ()


def parse_dates(texts: Sequence[str], form: str) -> NDArray[np.datetime64]:
    """Read entries as dates in UTC, NaT where they have another form."""
    import pandas

    stripped: Any = pandas.Series([text.strip() for text in texts], dtype=object)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = pandas.to_datetime(stripped, format=form, errors="coerce", utc=True)
    found: NDArray[np.datetime64] = read.dt.tz_localize(None).to_numpy(dtype="M8[us]")
    return found


def look_like_dates(texts: Sequence[str]) -> bool:
    """Tell whether entries look like dates, of whatever form."""
    return sum(_looks_like_date(text.strip()) for text in texts) > 0.9 * len(texts)


def _looks_like_date(text: str) -> bool:
    if _LOOK.fullmatch(text) or _PARTS.fullmatch(text):
        return True
    words = re.findall(r"[^\W\d_]+", text)
    is_month = any(len(word) > 2 and word[:3].lower() in _MONTHS for word in words)
    return is_month and len(words) <= 3 and any(map(str.isdigit, text))


def are_dates_as_numbers(texts: Sequence[str]) -> bool:
    """Tell whether numbers are dates without signs, as 20190131, or months, as 01.2019."""
    day = r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\d{4}|\d{6})?"
    month = r"(0?[1-9]|1[0-2])\.(19|20)\d\d"
    return len(texts) > 1 and any(
        all(re.fullmatch(form, text.strip()) for text in texts) for form in (day, month)
    )
