"""Value a memory-mapped file far larger than the memory it takes.

For each number of rows a file of 100 columns is written, and a process of its own values it with a
target set of 1,000 rows. Prints seconds, rows a second, memory above what the same imports alone
take (proportional set size of the process and its workers, mapped file included, at its highest),
and how the time grows (slope of a line through the logarithms). Workers are started beforehand. Run
with
``python -m benchmarks.speed.large_source [--rows 10000 100000 1000000] [--jobs 1 2] [--net wide]``.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
from joblib import Parallel, delayed
from torch import nn

from skdvgs import DVGSValuer

N_FEATURES = 100
N_TARGET = 1_000
FLIPPED = 0.2
_BLOCK = 50_000


class Net(nn.Module):
    """A network of one's own with one or two hidden layers."""

    def __init__(self, n_features, n_outputs, width=100, depth=1):
        super().__init__()
        sizes = [n_features, *[width] * depth]
        hidden = [
            layer
            for size, next_size in itertools.pairwise(sizes)
            for layer in (nn.Linear(size, next_size), nn.ReLU())
        ]
        self.layers = nn.Sequential(*hidden, nn.Linear(width, n_outputs))

    def forward(self, X):
        return self.layers(X)


class Wide(Net):
    """100-512-512-2."""

    def __init__(self, n_features, n_outputs):
        super().__init__(n_features, n_outputs, width=512, depth=2)


VALUERS = {
    "default": DVGSValuer(random_state=0),
    "own": DVGSValuer(Net, max_epochs=5, batch_size=100, random_state=0),
    "wide": DVGSValuer(Wide, max_epochs=1, batch_size=200, random_state=0),
}


def write_table(path, n_rows):
    """Random features whose signs of a linear score are the labels, a fifth of them flipped."""
    rng = np.random.default_rng(0)
    direction = rng.normal(size=N_FEATURES)
    X = np.lib.format.open_memmap(path, "w+", np.float32, (n_rows + N_TARGET, N_FEATURES))
    labels = np.empty(len(X), dtype=np.int64)
    for start in range(0, len(X), _BLOCK):
        rows = slice(start, min(start + _BLOCK, len(X)))
        X[rows] = rng.normal(size=(rows.stop - start, N_FEATURES))
        labels[rows] = X[rows] @ direction > 0
    X.flush()
    flipped = rng.random(len(X)) < FLIPPED
    flipped[n_rows:] = False
    np.save(path.with_suffix(".y.npy"), np.where(flipped, 1 - labels, labels))
    np.save(path.with_suffix(".flipped.npy"), flipped[:n_rows])


class Memory:
    """Highest memory of this process and its children, in MiB."""

    def __init__(self):
        self._ended = threading.Event()
        self.highest = 0.0
        self.processes = 1
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def _watch(self):
        while not self._ended.wait(0.3):
            total, workers = 0, 0
            this = psutil.Process()
            for process in [this, *this.children(recursive=True)]:
                try:
                    used = process.memory_full_info().pss
                except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
                    continue
                total += used
                workers += used > 100 * 2**20  # one that has imported torch
            if total > self.highest * 2**20:
                self.highest, self.processes = total / 2**20, workers


def start_worker():
    """Import what a worker needs, before the clock runs."""
    import skdvgs  # noqa: F401

    time.sleep(0.5)  # that no worker is left without a call


def value(path, n_jobs, net):
    """Value a table in this process, and print what it took as JSON."""
    from sklearn.metrics import roc_auc_score

    path = Path(path)
    X = np.load(path, mmap_mode="r")
    y = np.load(path.with_suffix(".y.npy"))
    flipped = np.load(path.with_suffix(".flipped.npy"))
    n = len(flipped)
    # What imports alone take, the forest's included.
    VALUERS["default"].fit(np.array(X[:60]), y[:60], X_val=X[n:], y_val=y[n:])
    Parallel(n_jobs=n_jobs)(delayed(start_worker)() for _ in range(n_jobs))
    alone = psutil.Process().memory_full_info().pss / 2**20
    valuer = VALUERS[net].set_params(n_jobs=n_jobs, verbose=1)
    with Memory() as memory:
        start = time.perf_counter()
        valuer.fit(X[:n], y[:n], X_val=X[n:], y_val=y[n:])
        seconds = time.perf_counter() - start
    measured = {
        "seconds": seconds,
        "memory": memory.highest - alone * max(1, memory.processes),
        "auroc": roc_auc_score(~flipped, valuer.values_),
        "checkpoints": valuer.n_checkpoints_,
        "values": float(valuer.values_.sum()),
    }
    print(json.dumps(measured))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[2])
    parser.add_argument("--net", nargs="+", choices=VALUERS, default=["default"])
    parser.add_argument("--value", nargs=3, metavar=("PATH", "JOBS", "NET"), help="for itself")
    arguments = parser.parse_args()
    if arguments.value:
        path, jobs, net = arguments.value
        return value(path, int(jobs), net)
    with tempfile.TemporaryDirectory() as folder:
        for n_rows in arguments.rows:
            write_table(Path(folder, f"{n_rows}.npy"), n_rows)
        for net in arguments.net:
            for n_jobs in arguments.jobs:
                compare(folder, arguments.rows, n_jobs, net)
    return None


def compare(folder, numbers, n_jobs, net):
    """Print a table of all numbers of rows."""
    print(f"\n{net} network, n_jobs={n_jobs}")
    print("     rows   seconds   rows/s  MiB above imports  AUROC  checkpoints  sum of values")
    seconds = []
    for n_rows in numbers:
        command = [sys.executable, "-m", "benchmarks.speed.large_source", "--value"]
        run = subprocess.run(
            [*command, str(Path(folder, f"{n_rows}.npy")), str(n_jobs), net],
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        m = json.loads(run.stdout)
        seconds.append(m["seconds"])
        print(
            f"{n_rows:9,} {m['seconds']:9.1f} {n_rows / m['seconds']:8.0f} {m['memory']:18.0f} "
            f"{m['auroc']:6.3f} {m['checkpoints']:12} {m['values']:14.6f}"
        )
    if len(numbers) > 1:
        slope = np.polyfit(np.log(numbers), np.log(seconds), 1)[0]
        print(f"Time grows with rows to the power of {slope:.2f}.")


if __name__ == "__main__":
    main()
