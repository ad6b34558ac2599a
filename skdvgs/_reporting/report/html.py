"""Pieces of HTML. Everything that comes from outside is escaped here, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from skdvgs._reporting.report.pictures import Picture
from skdvgs._reporting.report.rows import to_key, to_text

# Control characters but tab and line breaks, and those that turn the direction of writing or have
# no width: with them one text can look like another.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


def text(entry: Any) -> str:
    """Text that may hold anything; what would act on its surroundings unseen is shown as a code."""
    return escape(_HIDDEN.sub(_code_of, str(entry)), quote=True)


def _code_of(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04X}"


def cell(entry: Any, css: str = "") -> str:
    """A cell, sorted as a number where it is one."""
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
    """A cell of HTML."""
    return f"<td>{content}</td>"


def table(
    headers: Sequence[str], lines: Iterable[Sequence[str]], *, caption: str = "", ident: str = ""
) -> str:
    """A table of finished headers and cells."""
    shown_id = f' id="{ident}"' if ident else ""
    shown_caption = f"<caption>{text(caption)}</caption>" if caption else ""
    body = "\n".join(f"<tr>{''.join(line)}</tr>" for line in lines)
    return (
        f"<table{shown_id}>{shown_caption}<thead><tr>{''.join(headers)}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table>"
    )


def header(name: Any, *, number: bool = False, fixed: bool = False) -> str:
    """The head of a column."""
    css = ' class="num"' if number else ""
    return f'<th scope="col"{css}{" data-fixed" if fixed else ""}>{text(name)}</th>'


def plain_table(headers: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """A table of what may hold anything."""
    numeric = [bool(lines) and to_key(entry) is not None for entry in (lines[0] if lines else [])]
    heads = [
        header(name, number=is_number) for name, is_number in zip(headers, numeric, strict=True)
    ]
    return table(heads, ([cell(entry) for entry in line] for line in lines))


def definitions(entries: dict[str, str]) -> str:
    """Names with what they mean."""
    pairs = (
        f"<div><dt>{text(name)}</dt><dd>{text(entry)}</dd></div>" for name, entry in entries.items()
    )
    return f"<dl>{''.join(pairs)}</dl>"


def figure(picture: Picture) -> str:
    """A picture with its caption."""
    return (
        f'<figure><img src="{picture.source}" alt="{text(picture.caption)}">'
        f"<figcaption>{text(picture.caption)}</figcaption></figure>"
    )
