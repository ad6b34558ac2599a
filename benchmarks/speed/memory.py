"""Peak memory of a pass, each way of working in a process of its own.

``python -m benchmarks.speed.memory`` prints a table. ``--help`` lists what can be chosen. The ways
and their times: `engine.py`.
"""

import argparse
import ctypes
import ctypes.util
import subprocess
import sys
import threading
import time
from pathlib import Path

import torch

from .engine import WAYS, find_task
from .networks import TASKS

PAGE_BYTES = 4096
HIDDEN = (64, 512, 1_500, 2_200)


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


def peak(way: str, name: str) -> float:
    """Mebibytes that one pass takes above the state before it. Warms up on a few rows."""
    torch.set_num_threads(2)
    task = find_task(name)
    few = task._replace(x=task.x[:4], y=task.y[:4], batch=4)
    WAYS[way](few)()
    run = WAYS[way](task)
    give_back()
    watch = Peak()
    watch.start()
    run()
    return watch.stop()


def in_own_process(way: str, name: str) -> float:
    """The same in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.speed.memory", "--one", way, name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.memory", description=__doc__)
    parser.add_argument("--tasks", default="", help="only tasks whose name holds this text")
    parser.add_argument("--ways", default="plain,engine", help=f"of {','.join(WAYS)}")
    parser.add_argument("--one", nargs=2, metavar=("WAY", "TASK"), help="for itself")
    options = parser.parse_args()
    if options.one:
        return print(peak(*options.one))
    print("Peak memory during a pass, MiB above the state before it")
    for name in [*TASKS, *(f"hidden {width}" for width in HIDDEN)]:
        if options.tasks in name:
            found = {way: in_own_process(way, name) for way in options.ways.split(",")}
            parameters = sum(p.numel() for p in find_task(name).module.parameters())
            shown = "  ".join(f"{way} {mebibytes:8.1f}" for way, mebibytes in found.items())
            print(f"    {name:44s} {parameters:10,d} parameters  {shown}", flush=True)
    return None


if __name__ == "__main__":
    main()
