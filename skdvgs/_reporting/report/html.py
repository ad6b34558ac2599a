"""Pieces of HTML: cells, tables and figures. Text of users is escaped here, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import zip_longest

from skdvgs._reporting.report.pictures import Picture
from skdvgs._reporting.report.rows import to_key, to_text

# Control characters but tab and line breaks, and those that turn the direction of writing or have
# no width: with them one text can look like another.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


def text(entry: object) -> str:
    """Return text that may hold anything, escaped, with hidden characters shown as codes."""
    return escape(_HIDDEN.sub(_code_of, str(entry)), quote=True)


def _code_of(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04X}"


def cell(entry: object, css: str = "") -> str:
    """Return a cell of a table, which is sorted as a number if it is one."""
    key = to_key(entry)
    name = " ".join(filter(None, [css, "num" if key is not None else ""]))
    attributes = f' class="{name}"' if name else ""
    if key is not None:
        attributes += f' data-key="{key!r}"'
    shown = to_text(entry)
    if key is not None:
        shown = shown.replace("-", "\N{MINUS SIGN}", 1) if shown.startswith("-") else shown
    return f"<td{attributes}>{text(shown)}</td>"


def raw_cell(content: str) -> str:
    """Return a cell with content that is HTML already."""
    return f"<td>{content}</td>"


def table(
    headers: Sequence[str],
    lines: Iterable[Sequence[str]],
    *,
    caption: str = "",
    ident: str = "",
    attributes: Iterable[str] = (),
) -> str:
    """Return a table of headers and cells that are HTML already, and attributes of its rows."""
    shown_id = f' id="{ident}"' if ident else ""
    shown_caption = f"<caption>{text(caption)}</caption>" if caption else ""
    pairs = zip_longest(lines, attributes, fillvalue="")
    body = "\n".join(f"<tr{more}>{''.join(line)}</tr>" for line, more in pairs)
    return (
        f"<table{shown_id}>{shown_caption}<thead><tr>{''.join(headers)}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table>"
    )


def header(name: object, *, number: bool = False, fixed: bool = False) -> str:
    """Return the head of a column; a fixed one cannot be sorted by."""
    css = ' class="num"' if number else ""
    return f'<th scope="col"{css}{" data-fixed" if fixed else ""}>{text(name)}</th>'


def plain_table(headers: Sequence[str], lines: Sequence[Sequence[object]]) -> str:
    """Return a table of entries that may hold anything."""
    numeric = [bool(lines) and to_key(entry) is not None for entry in (lines[0] if lines else [])]
    heads = [
        header(name, number=is_number) for name, is_number in zip(headers, numeric, strict=True)
    ]
    return table(heads, ([cell(entry) for entry in line] for line in lines))


def definitions(entries: dict[str, str]) -> str:
    """Return names with their entries."""
    pairs = (
        f"<div><dt>{text(name)}</dt><dd>{text(entry)}</dd></div>" for name, entry in entries.items()
    )
    return f"<dl>{''.join(pairs)}</dl>"


def figure(picture: Picture, *, dark: bool = True) -> str:
    """Return a picture with its caption; with `dark`, a screen may ask for dark colours."""
    image = f'<img src="{picture.source}" alt="{text(picture.caption)}">'
    if dark:
        media = "screen and (prefers-color-scheme: dark)"
        image = f'<picture><source media="{media}" srcset="{picture.dark_source}">{image}</picture>'
    return f"<figure>{image}<figcaption>{text(picture.caption)}</figcaption></figure>"
