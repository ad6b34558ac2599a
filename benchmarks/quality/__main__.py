"""Command line: sections, sets, seeds."""

import argparse
import csv
import importlib
import os
import time
import warnings
from itertools import product

from skdvgs.exceptions import SkdvgsWarning

from . import __doc__ as about
from .report import Record, tables
from .tables import SETS

SECTIONS = (
    "flips",
    "regression",
    "features",
    "errors",
    "labels",
    "downstream",
    "cleaning",
    "uneven",
    "cut",
    "cost",
)


def find(sections, names, seeds, quick):
    """Measure sections on sets and seeds; those next to each other share what they fit."""
    for name, seed in product(names, seeds):
        for section in sections:
            module = importlib.import_module(f".{section}", __package__)
            if name not in module.SETS:
                continue
            start = time.process_time()
            for measure, method, value in module.measure(name, seed, quick):
                yield Record(section, measure, name, seed, method, float(value))
            print(f"# {section} {name} {seed}: {time.process_time() - start:.0f} s", flush=True)


def main():
    """Parse the command line, measure, print tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sections", nargs="*", help=f"of {', '.join(SECTIONS)}; all if none")
    parser.add_argument("--seeds", type=int, default=5, help="draws of each set")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--sets", default=",".join(SETS), help="names, of %(default)s")
    parser.add_argument("--quick", action="store_true", help="leave out what takes longest")
    parser.add_argument("--out", help="file for the numbers, one a line, as CSV")
    options = parser.parse_args()
    names = options.sets.split(",")
    unknown = {*names} - {*SETS} | {*options.sections} - {*SECTIONS}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    warnings.simplefilter("ignore", SkdvgsWarning)  # the rows are spoilt on purpose
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    sections = options.sections or SECTIONS
    records = []
    with open(options.out or os.devnull, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Record._fields)
        for record in find(sections, names, seeds, options.quick):
            records.append(record)
            writer.writerow(record)
            file.flush()
    for section in sections:
        found = [record for record in records if record.section == section]
        if found:
            module = importlib.import_module(f".{section}", __package__)
            tables(found, getattr(module, "RANKED", False))


if __name__ == "__main__":
    main()
