"""The command line: ``python -m skdvgs value data.csv --target income``."""

from __future__ import annotations

from skdvgs._cli._main import main

__all__ = ["main"]
