"""read_csv: a CSV file as text: its encoding, its header, and its entries as they stand."""

from __future__ import annotations

import codecs
import io
import warnings
from collections import Counter
from typing import Any

from skdvgs.exceptions import InvalidInputError

# Encodings in which a line break is more than one byte, by the mark that files of them begin with.
_WIDE = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def split_mark(content: bytes, encoding: str) -> tuple[bytes, bytes, str]:
    """Split a file into its byte order mark and the rest, and name the encoding of the rest."""
    for mark, name in _WIDE.items():
        if content.startswith(mark):
            return mark, content[len(mark) :], name
    if encoding.lower().replace("_", "-") in ("utf-16", "utf-32"):
        return b"", content, encoding + "-le"
    return b"", content, encoding


def is_wide(encoding: str) -> bool:
    """Tell whether the characters of an encoding take several bytes each."""
    return len("\n".encode(encoding)) > 1


def read_csv(path: str, content: bytes, separator: str, encoding: str, comment: str | None) -> Any:
    """Entries as text, exactly as they stand; an empty one where a line is too short.

    Raises
    ------
    InvalidInputError
        If it cannot be read, or two columns have one name.
    """
    import pandas

    _, content, encoding = split_mark(content, encoding)
    options: dict[str, Any] = {
        "sep": separator,
        "encoding": encoding,
        "comment": comment,
        "dtype": object,
        "na_filter": False,
        "index_col": False,
    }
    try:
        with warnings.catch_warnings():
            # Where lines are longer than the header pandas only warns.
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            frame = pandas.read_csv(io.BytesIO(content), **options)
            head = pandas.read_csv(io.BytesIO(content), header=None, nrows=1, **options)
    except (ValueError, OSError, EOFError, LookupError, Warning) as error:
        raise InvalidInputError(
            f"{path} cannot be read as CSV: {one_line(error)} Check --separator and --encoding."
        ) from error
    check_names([name for name in head.iloc[0].tolist() if name != ""], path)
    return frame.fillna("")


def check_names(names: list[str], path: str) -> None:
    """Refuse two columns of one name, of which one would be read for the other.

    Raises
    ------
    InvalidInputError
        Naming them.
    """
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise InvalidInputError(
            f"{path} has several columns named {twice[0]!r}. Columns are known by their names. "
            "Rename all but one of them."
        )


def one_line(error: BaseException) -> str:
    """Return a message of another library as one sentence."""
    text = " ".join(str(error).split())
    return text if text.endswith(".") else text + "."
