"""Command line: start a process for each peer, print tables."""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from benchmarks.quality.results import Results

from . import __doc__ as about
from . import parts
from .report import report
from .worker import cell_of

# Seconds that a process may take: a peer that hangs must not hold up the others.
_LIMIT, _QUICK_LIMIT = 1200, 120


def start(part, peers, options, path):
    """Run peers in a process of their own; returns whether all went well."""
    command = [sys.executable, "-m", "benchmarks.peers.worker", part, *peers, "--out", path]
    command += ["--seeds", *map(str, options.seeds), *(["--quick"] if options.quick else [])]
    limit = options.limit or (_QUICK_LIMIT if options.quick else _LIMIT)
    try:
        env = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            command, env=env, timeout=limit, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    except subprocess.TimeoutExpired as ended:
        print((ended.stdout or b"").decode(errors="replace"), end="")
        print(f"# {part}, {', '.join(peers)}: ended after {limit} s", flush=True)
        return False
    said = done.stdout.decode(errors="replace")
    # Tools that are compared print warnings of their own; of an error all is of interest.
    lines = said.splitlines() if done.returncode else [s for s in said.splitlines() if s[:1] == "#"]
    print("\n".join(lines), flush=True)
    return done.returncode == 0


def main(arguments=None):
    """Parse the command line, measure, print tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", nargs="?", choices=("run", "report"), default="run")
    parser.add_argument("--only", nargs="+", choices=parts.NAMES, default=[], metavar="PART")
    parser.add_argument("--peers", nargs="+", default=[], help="only peers of these names")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="SEED")
    parser.add_argument("--quick", action="store_true", help="little of each part")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    parser.add_argument("--limit", type=int, help="seconds that one process may take")
    parser.add_argument("--out", metavar="FILE", help="results (peers.csv, or peers-quick.csv)")
    parser.add_argument("--tables", metavar="FILE", help="write the tables there as well")
    options = parser.parse_args(arguments)
    path = options.out or ("peers-quick.csv" if options.quick else "peers.csv")
    results, well = Results(path).prepare(), []
    if options.what == "run":
        done = results.done()
        wanted = [
            (name, peer)
            for name in options.only or parts.NAMES
            for part in [parts.load(name)]
            for peer in part.PEERS
            if not options.peers or peer in options.peers
            if not {
                cell_of(name, peer, case, seed)
                for case in part.cases(options.quick)
                for seed in options.seeds
            }
            <= done
        ]
        # Each peer in a process; where little is measured, starting one would take longest.
        wanted = [(part, [peer]) for part, peer in wanted]
        if options.quick:
            together = {part: [] for part, _ in wanted}
            for part, peers in wanted:
                together[part] += peers
            wanted = list(together.items())
        with ThreadPoolExecutor(options.jobs) as pool:
            well = list(pool.map(lambda job: start(*job, options, path), wanted))
    text = report(results.frame())
    print(text)
    if options.tables:
        with open(options.tables, "w", encoding="utf-8") as file:
            file.write(text)
    return int(not all(well))


if __name__ == "__main__":
    sys.exit(main())
