"""Command line: regimes, sets, seeds."""

import argparse
import sys
import time
import traceback
import warnings

import torch
from joblib import Parallel, cpu_count, delayed
from threadpoolctl import threadpool_limits

from . import __doc__ as about
from .methods import has_cleanlab
from .regimes import ALONE, REGIMES
from .report import report
from .results import DONE, Record, Results


def cells(only, sets, seeds, quick):
    """What there is to measure: regime, set and seed, the longest first."""
    for regime, (_, every, _, quick_sets) in REGIMES.items():
        if only and regime not in only:
            continue
        for name in quick_sets if quick and not sets else every:
            if not sets or name in sets:
                yield from ((regime, name, seed) for seed in seeds)


def units(wanted):
    """Cells that one process measures one after the other, since they share fits."""
    found = {}
    for regime, name, seed in wanted:
        apart = regime if regime in ("large", *ALONE) else ""
        found.setdefault((apart, name, seed), []).append((regime, name, seed))
    return sorted(found.values(), key=lambda unit: unit[0][0] != "large")


def measure(unit, path, quick):
    """Measure cells and write what was found; returns how many could not be measured."""
    torch.set_num_threads(1)
    results, failed = Results(path), 0
    for regime, name, seed in unit:
        start = time.process_time()
        try:
            with threadpool_limits(1), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the rows are spoilt on purpose
                found = list(REGIMES[regime].measure(name, seed, quick))
        except FileNotFoundError as error:
            print(f"# {regime}, {name}: left out, {error}", flush=True)
            continue
        except Exception:
            print(f"# {regime}, {name}, seed {seed}: failed\n{traceback.format_exc()}", flush=True)
            failed += 1
            continue
        seconds = time.process_time() - start
        records = [Record(regime, name, seed, *line[:3], float(line[3])) for line in found]
        results.append([*records, Record(regime, name, seed, "", "", DONE, seconds)])
        print(f"# {regime}, {name}, seed {seed}: {seconds:.0f} s", flush=True)
    return failed


def main(arguments=None):
    """Parse the command line, measure, print tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="regimes:\n" + "\n".join(f"  {k:12s}{r.about}" for k, r in REGIMES.items()),
    )
    parser.add_argument("what", nargs="?", choices=("run", "report"), default="run")
    parser.add_argument("--only", nargs="+", choices=REGIMES, metavar="REGIME", default=[])
    parser.add_argument("--sets", nargs="+", metavar="SET", default=[])
    parser.add_argument("--seeds", nargs="+", type=int, metavar="SEED", default=[0])
    parser.add_argument("--quick", action="store_true", help="few and small sets, few rivals")
    parser.add_argument("--jobs", type=int, default=cpu_count(), help="processes (%(default)s)")
    parser.add_argument("--out", metavar="FILE", help="results (quality.csv, or quality-quick.csv)")
    parser.add_argument("--tables", metavar="FILE", help="write the tables there as well")
    options = parser.parse_args(arguments)
    path = options.out or ("quality-quick.csv" if options.quick else "quality.csv")
    results, failed = Results(path).prepare(), 0
    if options.what == "run":
        every = {name for regime in REGIMES.values() for name in regime.sets}
        if unknown := set(options.sets) - every:
            parser.error(f"no such set: {', '.join(sorted(unknown))}. There are: {sorted(every)}")
        if not has_cleanlab() and not options.quick:
            print('# Datalab: left out; it needs pip install "cleanlab[datalab]"')
        done = results.done()
        asked = cells(options.only, options.sets, options.seeds, options.quick)
        wanted = [cell for cell in asked if cell not in done]
        beside = units(cell for cell in wanted if cell[0] not in ALONE)
        measured = Parallel(options.jobs)(
            delayed(measure)(unit, path, options.quick) for unit in beside
        )
        alone = units(cell for cell in wanted if cell[0] in ALONE)
        failed = sum([*measured, *(measure(unit, path, options.quick) for unit in alone)])
    text = report(results.frame())
    print(text)
    if options.tables:
        with open(options.tables, "w", encoding="utf-8") as file:
            file.write(text)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
