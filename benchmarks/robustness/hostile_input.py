"""Fit drawn bad and odd inputs: how many end in values, and how many in a clear error.

Anything else, a crash, a warning of numpy's, a value that is NaN, is printed with its input. Run
with ``python -m benchmarks.robustness.hostile_input [--inputs 2000] [--seed 0]``.
"""

import argparse
import collections
import time
import traceback

from hypothesis import HealthCheck, Phase, given, seed, settings

from skdvgs._default_net import forest as _forest
from tests.hostile.bad_fits import bad_fits
from tests.hostile.outcome import outcome

_FEW_TREES = 12


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    _forest._TREES = _FEW_TREES
    counts, failures = collections.Counter(), {}

    @seed(arguments.seed)
    @settings(
        max_examples=arguments.inputs,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(bad_fits())
    def fit(case):
        try:
            counts[outcome(case)] += 1
        except Exception as error:
            counts["FAILED"] += 1
            frames = traceback.extract_tb(error.__traceback__)
            ours = [frame for frame in frames if "skdvgs" in frame.filename][-1:] + frames[-1:]
            places = ", ".join(f"{frame.filename}:{frame.lineno}" for frame in ours)
            where = f"{type(error).__name__} at {places}: {error}"[:600]
            failures.setdefault(where, case)

    start = time.perf_counter()
    fit()
    for where, case in failures.items():
        print(f"\n{where}\n  {str(case)[:1500]}")
    print(f"\n{sum(counts.values())} inputs in {time.perf_counter() - start:.0f} s: {dict(counts)}")
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
