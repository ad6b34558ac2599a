"""Peak memory of one way of working, in a process of its own.

``python -m benchmarks.memory WAY TASK`` prints mebibytes above the state before the pass.
"""

import ctypes
import ctypes.util
import subprocess
import sys
import threading
import time
from pathlib import Path

import torch

PAGE_BYTES = 4096


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


class Peak(threading.Thread):
    """Watches the process's memory while it runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.highest = self.start_bytes = resident()
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look a thousand times a second."""
        while not self._stopped.is_set():
            self.highest = max(self.highest, resident())
            time.sleep(0.001)

    def stop(self) -> float:
        """Mebibytes above the state at the start."""
        self._stopped.set()
        self.join()
        return (self.highest - self.start_bytes) / 2**20


def give_back() -> None:
    """Return freed memory to the system, or what the warm-up left would hide what a pass takes."""
    library = ctypes.CDLL(ctypes.util.find_library("c"))
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def measure(way: str, task: str) -> float:
    """Peak of one way, in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.memory", way, task]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Warm up on a few rows, then watch one pass."""
    from .engine import WAYS, find_task

    torch.set_num_threads(2)
    way, name = sys.argv[1:]
    task = find_task(name)
    few = task._replace(x=task.x[:4], y=task.y[:4], batch=4)
    WAYS[way](few)()
    run = WAYS[way](task)
    give_back()
    peak = Peak()
    peak.start()
    run()
    print(peak.stop())


if __name__ == "__main__":
    main()
