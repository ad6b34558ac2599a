"""How good the values are, on the development sets, beside what people would use instead.

Run ``python -m benchmarks.quality``, or some sections of it; ``--help`` lists them.

    tables.py      the development sets
    tasks.py       source with a defect, clean target set, clean test rows
    ours.py        the valuer by default, and with the paper's network and settings
    rivals.py      forests, boosting, nearest neighbours, for these tasks
    baselines/     other ways to value rows, as functions of arrays
    report.py      records to tables
    flips.py, regression.py, features.py, errors.py, labels.py, downstream.py,
    cleaning.py, uneven.py, cut.py, cost.py
                   one section each: ``measure(name, seed, quick)`` yields what it found
"""
