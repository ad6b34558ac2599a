"""keep_records: the lines of a CSV file as they are, so that kept rows are copied byte by byte."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skdvgs.exceptions import InvalidInputError

_QUOTE = ord('"')


@dataclass(frozen=True)
class Changes:
    """Entries of one column to replace.

    Attributes
    ----------
    column : int
        Position of the column.
    entries : dict of int to bytes
        New entries by the position of the row.
    """

    column: int
    entries: dict[int, bytes]


def keep_records(
    content: bytes,
    separator: str,
    support: NDArray[np.bool_],
    name: str,
    comment: str | None = None,
    changes: Changes | None = None,
) -> bytes:
    """Return a CSV file with the header and the kept rows only, whose bytes stay as they are.

    Parameters
    ----------
    content : bytes
        Bytes of the whole CSV file.
    separator : str
        Character between two entries.
    support : array of bool of shape (n_rows,)
        True for rows to keep.
    name : str
        Name of the file in messages.
    comment : str or None
        What begins a line that is no row, and stays.
    changes : Changes or None
        Entries of one column to replace.

    Raises
    ------
    InvalidInputError
        If it holds more or fewer records than there are rows.
    """
    records = split_records(content, separator)
    mark = None if comment is None else comment.encode()
    filled = [
        at
        for at, record in enumerate(records)
        if not _is_blank(record, separator) and not (mark and record.startswith(mark))
    ]
    header, rows = filled[:1], filled[1:]
    if len(rows) != len(support):
        raise InvalidInputError(
            f"{name} was read as {len(support)} rows but holds {len(rows)} lines. Rows cannot be "
            "copied as they are. Mend its quotes, or convert it to Parquet."
        )
    dropped = {at for at, kept in zip(rows, support, strict=True) if not kept}
    if changes is not None:
        for row, entry in changes.entries.items():
            at = rows[row]
            records[at] = replace_entry(records[at], changes.column, entry, separator, name)
    kept_records = [record for at, record in enumerate(records) if at not in dropped]
    assert header
    return b"".join(kept_records)


def replace_entry(record: bytes, column: int, entry: bytes, separator: str, name: str) -> bytes:
    """Return a record with another entry in one column; all other bytes stay.

    Raises
    ------
    InvalidInputError
        If the record has too few entries.
    """
    sep = separator.encode()[0]
    body = record.rstrip(b"\r\n")
    ends = [*_separators(body, sep), len(body)]
    if column >= len(ends):
        raise InvalidInputError(
            f"{name} has a line with {len(ends)} entries, too few to put a label into: "
            f"{body[:60].decode('utf-8', 'replace')!r}. Complete the line."
        )
    start = 0 if column == 0 else ends[column - 1] + 1
    if any(mark in entry for mark in (separator.encode(), b'"', b"\n", b"\r")):
        entry = b'"' + entry.replace(b'"', b'""') + b'"'
    return body[:start] + entry + body[ends[column] :] + record[len(body) :]


def _separators(body: bytes, separator: int) -> list[int]:
    """Return where the entries of a record end, but for the last one."""
    found, inside, at_start, position = [], False, True, 0
    while position < len(body):
        byte = body[position]
        if inside and byte == _QUOTE:
            if body[position + 1 : position + 2] == b'"':
                position += 1
            else:
                inside = False
        elif not inside and at_start and byte == _QUOTE:
            inside = True
        elif not inside and byte == separator:
            found.append(position)
        at_start = not inside and byte == separator
        position += 1
    return found


def split_records(content: bytes, separator: str) -> list[bytes]:
    """Split a CSV file into records, line breaks included; a quoted entry may hold some."""
    sep = separator.encode()[0]
    records: list[bytes] = []
    begun: list[bytes] = []
    inside = False
    for line in io.BytesIO(content):
        begun.append(line)
        if inside or _QUOTE in line:
            inside = _ends_inside(line, inside, sep)
        if not inside:
            records.append(b"".join(begun))
            begun = []
    if begun:
        records.append(b"".join(begun))
    return records


def _ends_inside(line: bytes, inside: bool, separator: int) -> bool:
    """Tell whether the end of a line is within a quoted entry."""
    at_start = not inside
    position = 0
    while position < len(line):
        byte = line[position]
        if inside and byte == _QUOTE:
            if line[position + 1 : position + 2] == b'"':
                position += 1  # two quotes stand for one
            else:
                inside = False
        elif not inside and at_start and byte == _QUOTE:
            inside = True  # a quote opens an entry only at its start
        at_start = not inside and byte == separator
        position += 1
    return inside


def _is_blank(record: bytes, separator: str) -> bool:
    return not record.strip(b"\r\n" if separator in " \t" else b" \t\r\n")
