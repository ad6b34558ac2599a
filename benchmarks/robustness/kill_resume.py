"""Kill fits at drawn moments, fit again, and count those that end as if never stopped.

Each trial starts a fit in a process of its own, with a `checkpoint_dir` that is written to after
every checkpoint, and sends SIGKILL to it, with or without its workers, at a moment drawn evenly
from the time that a whole fit takes: in preparing, training, scoring or writing. It is started
again, up to twice killed again, and then left to its end; a digest of all fitted attributes is
compared with that of a fit without a folder. Run with
``python -m benchmarks.robustness.kill_resume``.
"""

import argparse
import collections
import os
import random
import signal
import tempfile
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.storage.killed_fits import CASES, run


@dataclass(frozen=True)
class Begun:
    """A fit in a process of its own, at the head of a group with its workers."""

    pid: int
    answer: IO


def start(case, folder=None):
    """Begin a fit. The process is forked: nothing has to be imported again."""
    reads, writes = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writes)
        return Begun(pid, os.fdopen(reads))
    status = 1
    try:
        os.setsid()
        digest, seconds = run(case, folder)
        os.write(writes, f"{digest} {seconds}".encode())
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def finish(begun):
    """Digest of what was fitted, and the seconds that it took."""
    with begun.answer:
        digest, seconds = begun.answer.read().split()
    os.waitpid(begun.pid, 0)
    end_workers(begun.pid)
    return digest, float(seconds)


def end_workers(group):
    """End workers whose fit is no more: they would wait for ever."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def kill(begun, seconds, alone):
    """End a fit after some seconds; False if it was done before.

    Its workers are ended as well, or left alone: they go on for a moment, in the folder that the
    next fit has begun to use.
    """
    time.sleep(seconds)
    with suppress(ProcessLookupError):  # it may not have come to lead a group
        (os.kill if alone else os.killpg)(begun.pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(begun.pid, signal.SIGKILL)
    status = os.waitpid(begun.pid, 0)[1]
    begun.answer.close()
    return os.WIFSIGNALED(status)


def moment(folder):
    """What a killed fit was about, from the files that it left."""
    names = [path.name for path in Path(folder).iterdir()]
    if any(name.endswith(".part") for name in names):
        return "writing"
    if any("unfinished" in name for name in names):
        return "within a trajectory"
    if any(name.startswith("trajectory") for name in names):
        return "between trajectories"
    return "before the first checkpoint"


def trial(case, seconds, expected, rng, repeat):
    """Kill one fit and let it go on; the moments of its kills, and whether it is exact."""
    moments, groups = [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for _ in range(repeat):
            begun = start(case, folder)
            groups.append(begun.pid)
            if kill(begun, rng.uniform(0, seconds), rng.random() < 0.5):
                moments.append(moment(folder))
        digest, _ = finish(start(case, folder))
    for group in groups:
        end_workers(group)
    return moments, digest == expected


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--cases", nargs="+", default=list(CASES), choices=list(CASES))
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    known, found, exact, trials = {}, collections.Counter(), 0, 0
    by_case = collections.Counter()
    while found.total() < arguments.kills:
        case = arguments.cases[trials % len(arguments.cases)]
        if case not in known:
            # In this process, so that what is loaded on the way stays loaded; without workers,
            # which cannot be shared with a process that is forked.
            expected, _ = run(case, None, n_jobs=1)
            with tempfile.TemporaryDirectory() as folder:
                known[case] = expected, finish(start(case, folder))[1]
        expected, seconds = known[case]
        left = arguments.kills - found.total()
        moments, same = trial(case, seconds, expected, rng, min(left, 1 + trials % 3))
        trials += 1
        found.update(moments)
        by_case[case] += len(moments)
        exact += len(moments) if same else 0
        print(f"{case}: killed {', '.join(moments) or 'too late'}; exact: {same}", flush=True)
    print(f"{exact} of {found.total()} kills were gone on from exactly, in {trials} fits.")
    for counted in (found, by_case):
        print("; ".join(f"{name}: {number}" for name, number in counted.most_common()))


if __name__ == "__main__":
    main()
