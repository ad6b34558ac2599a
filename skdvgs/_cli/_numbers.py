"""Text that stands for numbers, as tables spell them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

_SIGNS = re.compile(r"^([+-]?)\s*[$€£¥]?\s*|\s*[%$€£¥]$")


def number_of(text: str, decimal: str) -> float:
    """Return the number that a text is, NaN for any other text.

    Parameters
    ----------
    text : str
        An entry.
    decimal : str
        Character before the fraction: '.' or ','.
    """
    text = text.strip()
    if decimal != ".":
        if "." in text:
            return math.nan
        text = text.replace(decimal, ".")
    number = float(text) if text.isascii() and _PLAIN.fullmatch(text) else math.nan
    return number if math.isfinite(number) else math.nan


def decorated_number_of(text: str, decimal: str) -> float:
    """Return the number of a text with groups of thousands, a currency or a per cent sign."""
    bare = _SIGNS.sub(r"\1", text.strip())
    group = "." if decimal == "," else ","
    fraction = rf"({re.escape(decimal)}\d+)?"
    if re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}({re.escape(group)}\d{{3}})+{fraction}", bare):
        bare = bare.replace(group, "")
    return number_of(bare, decimal)


def looks_like_decimal_comma(text: str) -> bool:
    """Tell text such as 3,14."""
    return re.fullmatch(r"[+-]?\d+,\d+", text.strip()) is not None


def are_names(texts: Sequence[str]) -> bool:
    """Tell numbers that only name something, by zeros that no number needs: 01, or 3.9 and 3.10."""
    parts = [text.strip().lstrip("+-").partition(".") for text in texts]
    if any(len(whole) > 1 and whole.startswith("0") for whole, _, _ in parts):
        return True
    lengths = {len(fraction) for _, point, fraction in parts if point}
    return len(lengths) > 1 and any(
        fraction.endswith("0") for _, _, fraction in parts if len(fraction) > 1
    )
