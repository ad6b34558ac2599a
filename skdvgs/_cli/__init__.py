"""The command line: ``python -m skdvgs value data.csv --target income``."""

from ._main import main

__all__ = ["main"]
