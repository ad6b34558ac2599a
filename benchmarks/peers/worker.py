"""Peers of one part, in this process: ``python -m benchmarks.peers.worker PART PEER ...``."""

import argparse
import resource
import sys
import time
import traceback
import warnings

import torch
from threadpoolctl import threadpool_limits

from benchmarks.quality.results import DONE, Record, Results

from . import parts


def cell_of(part, peer, case, seed):
    """How results name what a peer measures at a time."""
    return f"{part}/{peer}", case, seed


def run(part, peer, seeds, quick, path):
    """Measure a peer on all cases that are not done, and write what was found.

    Returns
    -------
    n_failed : int
        Cases that raised an error.
    """
    module, results, failed = parts.load(part), Results(path), 0
    done = results.done()
    for case in module.cases(quick):
        for seed in seeds:
            cell = cell_of(part, peer, case, seed)
            if cell in done:
                continue
            start = time.process_time()
            try:
                found = list(module.measure(peer, case, seed, quick))
            except (ImportError, FileNotFoundError) as error:
                print(f"# {part}, {peer}, {case}: left out, {error}", flush=True)
                continue
            except Exception:
                print(f"# {part}, {peer}, {case}: failed\n{traceback.format_exc()}", flush=True)
                failed += 1
                continue
            seconds = time.process_time() - start
            records = [Record(*cell, variant, peer, what, float(v)) for variant, what, v in found]
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            records.append(Record(*cell, "", peer, "MiB of the process", most))
            results.append([*records, Record(*cell, "", "", DONE, seconds)])
            print(f"# {part}, {peer}, {case}: {seconds:.0f} s", flush=True)
    return failed


def main():
    """Parse the command line and measure, with one thread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.worker", description=__doc__)
    parser.add_argument("part", choices=parts.NAMES)
    parser.add_argument("peers", nargs="+", metavar="PEER")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # the rows are spoilt on purpose
    with threadpool_limits(1):
        failed = sum(
            run(options.part, peer, options.seeds, options.quick, options.out)
            for peer in options.peers
        )
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
