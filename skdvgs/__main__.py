"""``python -m skdvgs``: the command line."""

from __future__ import annotations

import sys

from skdvgs._cli._main import main

if __name__ == "__main__":
    sys.exit(main())
