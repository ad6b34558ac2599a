"""Run the command line on tables made in a test."""

import contextlib
import io
from typing import NamedTuple

import pandas as pd

from skdvgs._cli import main


class Found(NamedTuple):
    """What a run came to."""

    status: int
    said: str
    out: pd.DataFrame | None


def run(*arguments, out="out.csv"):
    """Value a table with three folds; the values are read as text."""
    said = io.StringIO()
    command = ["value", *arguments, "--folds", "3", "--out", out]
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            status = main(command)
        except SystemExit as end:
            status = end.code
    read = pd.read_csv(out, dtype=str, keep_default_na=False) if status == 0 else None
    return Found(status, said.getvalue(), read)
