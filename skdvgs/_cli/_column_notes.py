"""say_odd and say_suspicious: notes on columns whose entries may have been meant otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._cli._dates import look_like_dates
from skdvgs._cli._numbers import looks_like_decimal_comma, units_of

Say = Callable[[str], None]


def say_odd(name: str, texts: NDArray[Any], odd: NDArray[Any], kind: str, say: Say) -> None:
    """Name entries of a column of numbers or dates that are none."""
    if not len(odd):
        return
    known = set(odd.tolist())
    rows = [row for row, text in enumerate(texts) if text in known]
    shown = ", ".join(f"{texts[row]!r} in row {row}" for row in rows[:5])
    more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    say(
        f"{name!r} holds {kind}s; read as missing: {shown}{more} (rows counted from 0). "
        "--na TEXT says so beforehand"
    )


def say_suspicious(
    name: str,
    different: NDArray[Any],
    counts: NDArray[np.intp],
    numbers: NDArray[np.float64],
    decimal: str,
    say: Say,
) -> None:
    """Name a column of text that may have been meant otherwise."""
    odd = np.isnan(numbers)
    if look_like_dates(list(different)):
        say(f"{name!r} looks like dates of no known form, e.g. {str(different[0])!r}; read as text")
    elif np.mean([looks_like_decimal_comma(text) for text in different]) > 0.5:
        say(
            f"{name!r} looks like numbers with a decimal comma, e.g. {str(different[0])!r}; read "
            "as text. --decimal , reads them as numbers"
        )
    elif (units := units_of(list(different), decimal)) is not None:
        say(
            f"{name!r} holds numbers with several units, e.g. {' and '.join(map(repr, units))}; "
            "read as text. Bring them to one unit"
        )
    elif counts[~odd].sum() >= 0.5 * counts.sum():
        say(
            f"{name!r} is read as categories: {counts[odd].sum():,} of its {counts.sum():,} "
            f"entries are no numbers, e.g. {str(different[odd][0])!r}. --na TEXT has a text read "
            "as missing"
        )
