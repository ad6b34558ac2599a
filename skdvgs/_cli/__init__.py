"""The command line: ``skdvgs value data.csv --label income``."""

from __future__ import annotations

from skdvgs._cli._main import main

__all__ = ["main"]
