"""Run experiments, and write results, tables and plots: ``python -m benchmarks.paper --help``."""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from . import grid, images, report, runner, scaling
from .experiments import EXPERIMENTS
from .sizes import FULL, QUICK

TITLES = {name: title for name, (title, _) in EXPERIMENTS.items()}
TITLES |= {"e11": scaling.TITLE, "e12": grid.TITLE}


def run_one(name, sizes, jobs, folder):
    """Run one experiment and write its results into the folder."""
    arrays = {}
    if name == "e11":
        rows = scaling.run(sizes, jobs)
    elif name == "e12":
        rows = grid.run(sizes, jobs)
    else:
        if name in ("e3", "e6"):
            images.prepare_features(sizes, folder, jobs)
        experiment = EXPERIMENTS[name][1](sizes, folder)
        rows, arrays = runner.run(name, experiment, sizes, jobs)
    rows.to_csv(folder / f"{name}.csv", index=False, float_format="%.5g")
    if arrays:
        np.savez_compressed(folder / f"{name}.npz", **arrays)
    return sorted(set(rows["data"]))


def parse(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paper", description=__doc__)
    parser.add_argument(
        "experiment", choices=[*TITLES, "all", "report"], help="report only draws what is there"
    )
    parser.add_argument("--quick", action="store_true", help="tiny sizes: only shows that it runs")
    parser.add_argument("--out", type=Path, default=Path("results/paper"), help="folder to write")
    parser.add_argument(
        "--slow-repeats", type=int, help="repeats of the slow rivals; 0 leaves them out"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes, each of one thread")
    return parser.parse_args(arguments)


def main(arguments=None):
    """Run what was asked for; the exit status is the number of experiments that failed."""
    options = parse(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    sizes = QUICK if options.quick else FULL
    if options.slow_repeats is not None:
        most = min(sizes.slow_feature_repeats, options.slow_repeats)
        sizes = replace(sizes, slow_repeats=options.slow_repeats, slow_feature_repeats=most)
    names = {"all": list(TITLES), "report": []}.get(options.experiment, [options.experiment])
    failed = []
    for name in names:
        start = time.perf_counter()
        print(f"{name}: {TITLES[name]} ...", flush=True)
        try:
            data = run_one(name, sizes, options.jobs, options.out)
        except OSError as error:  # data that is neither there nor to be had
            failed.append(name)
            print(f"{name}: not run. {error}", flush=True)
        else:
            seconds = time.perf_counter() - start
            print(f"{name}: done on {', '.join(data)} in {seconds:.0f} s", flush=True)
    report.write(options.out, TITLES)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
