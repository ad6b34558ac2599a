"""Pieces of HTML, whatever they are given."""

import pytest

from skdvgs._reporting.report import html


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        ("a\u202egpj.exe", "a\\u202Egpj.exe"),
        ("a\x1b[31mred", "a\\u001B[31mred"),
        ("in\u2066visible\u2069", "in\\u2066visible\\u2069"),
        ("zero\u200bwidth", "zero\\u200Bwidth"),
        ("nul\x00", "nul\\u0000"),
    ],
)
def test_what_acts_unseen_is_shown_as_its_code(entry, shown):
    assert html.cell(entry) == f"<td>{shown}</td>"
