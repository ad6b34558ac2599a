"""number_of: text for numbers as tables spell them, with signs, groups, units and times."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

# Beside the comma, or the point where the comma is the decimal sign.
_GROUPS = " '\u2019\u00a0\u2009\u202f"

_CODES = "USD EUR GBP JPY CHF CNY RMB INR AUD CAD NZD SEK NOK DKK PLN CZK HUF BRL MXN KRW SGD"

_BEFORE = re.compile(rf"({'|'.join(_CODES.split())}|Rs\.?|R\$)\s*(?=[\d+.,(-])")

# A unit begins with a letter or a sign, and holds no digit but that of m2.
_NUMBER_AND_UNIT = re.compile(
    r"([^a-zA-Z]*?\d[\d.,]*(?:[eE][+-]?\d+)?)\s*((?:[^\W\d_]|[%‰°])\D{0,10}(?:(?<=m)[23])?)"
)

_CLOCK = re.compile(r"(\d+):([0-5]\d)(?::([0-5]\d(?:[.,]\d+)?))?\s*([AaPp]\.?[Mm]\.?)?")

_STOPWATCH = re.compile(r"(\d+):([0-5]\d[.,]\d+)")

_DAYS = re.compile(r"([+-]?\d+)\s*(?:d|days?)[,\s]\s*(.+)")

# Without them a number is another one.
_NEEDED = frozenset(["%", "‰", "h:m", "m:s"])


def number_of(text: str, decimal: str) -> float:
    """Return the number that a text is, NaN for any other text.

    Parameters
    ----------
    text : str
        An entry.
    decimal : str
        Character before the fraction: '.' or ','.
    """
    text = text.strip().replace("\u2212", "-")
    if decimal != ".":
        if "." in text:
            return math.nan
        text = text.replace(decimal, ".")
    number = float(text) if text.isascii() and _PLAIN.fullmatch(text) else math.nan
    return number if math.isfinite(number) else math.nan


def decorated_number_of(text: str, decimal: str, unit: str) -> float:
    """Return the number of a text with groups of thousands and a unit, NaN for another unit.

    Parameters
    ----------
    text : str
        An entry, such as '1,234', '$5', '(12.50)', '70 kg', '5 %' or '12:30'.
    decimal : str
        Character before the fraction: '.' or ','.
    unit : str
        Unit of its column, as of `common_unit`. Only per cents and times are nothing without it.
    """
    number, found = split_unit(text, decimal)
    return number if found == unit or (not found and unit not in _NEEDED) else math.nan


def common_unit(texts: Iterable[str], decimal: str) -> str | None:
    """Return the unit of all numbers that have one, '' if none has; None if there are several."""
    units = {unit for number, unit in (split_unit(text, decimal) for text in texts) if unit}
    return None if len(units) > 1 else next(iter(units), "")


def units_of(texts: Sequence[str], decimal: str) -> list[str] | None:
    """Return an entry of each of two units, where nearly all texts are numbers of a few units."""
    examples: dict[str, str] = {}
    n_read = 0
    for text in texts:
        number, unit = split_unit(text, decimal)
        if not math.isnan(number):
            n_read += 1
            examples.setdefault(unit, str(text))
    if not _NEEDED & examples.keys():
        examples.pop("", None)
    if len(examples) < 2 or len(examples) > max(2, n_read // 10) or n_read <= 0.9 * len(texts):
        return None
    return list(examples.values())[:2]


def split_unit(text: str, decimal: str) -> tuple[float, str]:
    """Split a text into a number and its unit; NaN and '' if it is none.

    Times of the day and durations are seconds.
    """
    text = text.strip().replace("\u2212", "-")
    if len(text) > 2 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    if not any(map(str.isdigit, text)):
        return math.nan, ""
    seconds, unit = _seconds_of(text)
    if unit:
        return seconds, unit
    sign, bare = _without_sign(text)
    unit = ""
    before = _BEFORE.match(bare)
    symbol = [at for at in (0, -1) if bare and unicodedata.category(bare[at]) == "Sc"]
    if before:
        unit, bare = before[1].rstrip("."), bare[before.end() :]
    elif symbol:
        unit = bare[symbol[0]]
        bare = (bare[1:] if symbol[0] == 0 else bare[:-1]).strip()
    else:
        after = _NUMBER_AND_UNIT.fullmatch(bare)
        if after and math.isnan(_grouped_number_of(bare, decimal)):
            bare, unit = after[1], _singular(after[2])
    if sign > 0:
        sign, bare = _without_sign(bare)
    number = sign * _grouped_number_of(bare.strip(), decimal)
    return number, "" if math.isnan(number) else unit


def _without_sign(text: str) -> tuple[float, str]:
    """Take off what says less than zero: -5, (5) of accountants, and 5-."""
    if text.startswith("(") and text.endswith(")"):
        return -1.0, text[1:-1].strip()
    if text.endswith("-"):
        return -1.0, text[:-1].strip()
    if text.startswith(("-", "+")):
        return (-1.0 if text[0] == "-" else 1.0), text[1:].strip()
    return 1.0, text


def _grouped_number_of(text: str, decimal: str) -> float:
    """Return a number without a sign, whose thousands may stand apart."""
    if text.startswith(("-", "+")):
        return math.nan
    fraction = rf"({re.escape(decimal)}\d+)?"
    for group in ("." if decimal == "," else ",", *_GROUPS):
        mark = re.escape(group)
        of_india = rf"|[1-9]\d?({mark}\d\d)+{mark}\d{{3}}" if group == "," else ""
        if re.fullmatch(rf"([1-9]\d{{0,2}}({mark}\d{{3}})+{of_india}){fraction}", text):
            return number_of(text.replace(group, ""), decimal)
    return number_of(text, decimal)


def _singular(unit: str) -> str:
    unit = unit.strip()
    return unit[:-1] if len(unit) > 2 and unit.endswith("s") else unit


def _seconds_of(text: str) -> tuple[float, str]:
    """Return seconds and the form of a time, NaN and '' if it is none."""
    days = _DAYS.fullmatch(text)
    if days:
        rest, unit = _seconds_of(days[2])
        return 86_400 * float(days[1]) + rest, unit
    stopwatch = _STOPWATCH.fullmatch(text)
    if stopwatch:
        return 60 * float(stopwatch[1]) + float(stopwatch[2].replace(",", ".")), "m:s"
    clock = _CLOCK.fullmatch(text)
    if not clock:
        return math.nan, ""
    hours = float(clock[1])
    if clock[4]:
        if not 1 <= hours <= 12:
            return math.nan, ""
        hours = hours % 12 + (12 if clock[4][0] in "Pp" else 0)
    seconds = float((clock[3] or "0").replace(",", "."))
    return 3600 * hours + 60 * float(clock[2]) + seconds, "h:m"


def looks_like_decimal_comma(text: str) -> bool:
    """Tell text such as 3,14, with a unit or without."""
    return re.fullmatch(r"\D{0,4}\d+,\d+\D{0,4}", text.strip()) is not None


def are_names(texts: Sequence[str]) -> bool:
    """Tell numbers that only name something, by zeros that no number needs: 01, or 3.9 and 3.10."""
    parts = [text.strip().lstrip("+-").partition(".") for text in texts]
    if any(len(whole) > 1 and whole.startswith("0") for whole, _, _ in parts):
        return True
    lengths = {len(fraction) for _, point, fraction in parts if point}
    return len(lengths) > 1 and any(
        fraction.endswith("0") for _, _, fraction in parts if len(fraction) > 1
    )
