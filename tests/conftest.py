"""Each worker of pytest-xdist computes in one thread: there are as many workers as cores."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # Read when the libraries are loaded, and by the processes that tests start.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
