"""How good the values are, beside what people would use instead.

    python -m benchmarks.quality                      # everything, in about 40 minutes of two cores
    python -m benchmarks.quality --quick              # a little of it, without data from files
    python -m benchmarks.quality --only flips rare --sets digits wine "digit 3" --seeds 0 1
    python -m benchmarks.quality report               # what was found, as tables

Results are written to a file as they come. A run that is started again goes on where it was ended;
to measure anew, name another file.

    sets.py, defects.py, tasks.py   rows, what is wrong with them, and where
    ours.py, methods.py             the valuer as it comes, and rivals, on a task
    regimes/                        one situation each: ``measure`` yields what it found
    results.py                      the file
    lines.py, report.py             what is wanted, and tables
    real_tables.py                  tables as people have them: a program of its own
"""
