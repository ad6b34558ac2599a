"""Text that stands for dates, by the one form that all of a column's entries have."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y",
    "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y",
    "%d %B %Y", "%b %d %Y", "%b %d, %Y", "%B %d, %Y", "%b. %d, %Y", "%Y-%m", "%b %Y",
)  # fmt: skip

_TIMES = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %H:%M:%S.%f",
    "T%H:%M",
    "T%H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
)

# Entries with a time zone, and fractions of any length.
ISO = "ISO8601"

_LOOK = re.compile(r"\s*\d{1,4}[./-](\d{1,4}|[A-Za-z]{3,9})[./-]\d{1,4}\b.*")

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
    forms = [day + time for day in _DAYS for time in _TIMES if not np.isnat(
        parse_dates(tried, day + time)).all()] + [ISO]  # fmt: skip
    found = [int((~np.isnat(parse_dates(texts, form))).sum()) for form in forms]
    best = max(found)
    if best == 0:
        return None, None
    fitting = [form for form, n in zip(forms, found, strict=True) if n == best]
    form = fitting[0]
    swapped = form.replace("%d", "%M~").replace("%m", "%d").replace("%M~", "%m")
    return form, swapped if swapped != form and swapped in fitting else None


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
    return sum(_LOOK.fullmatch(text) is not None for text in texts) > 0.9 * len(texts)
