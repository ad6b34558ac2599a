"""What the command line takes, and what of it cannot be meant."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import NoReturn

from skdvgs._cli._formats import format_of
from skdvgs._version import __version__

_VALUE = """\
Value every row of a table: how well does it agree with rows that are trusted, or, where there are
none, with the rest of the table? Rows with a wrong label or odd features get low values. The table
is only read; what is asked for is written to new files, each whole or not at all.
"""


_EXAMPLES = """\
examples:
  python -m skdvgs value adult.csv --target income --out values.csv --report report.html
      one line for each row, the lowest to be looked at in report.html
  python -m skdvgs value train.csv --target y --val checked.csv --cleaned clean.csv
      measured against rows that somebody has checked; train.csv without its low rows
  python -m skdvgs value prices.parquet --target price --task regression --drop 0.05 \\
      --cleaned clean.parquet
      without the lowest twentieth

columns of --out:
  row              position in the table, from 0 (not with --id)
  value            higher is better; only the order carries meaning
  standard_error   of the value; empty where there is none
  rank             1 for the lowest value
  label or target  as in the table
  suggested_label  the label that suits the row best, for classes
  dropped          whether --cleaned leaves the row out

exit status: 0 done, 1 failed, 2 wrong usage.
"""


class OneLineParser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Print the message on standard error and exit with status 2."""
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line."""
    parser = OneLineParser(
        prog="python -m skdvgs",
        description="Value training rows by how their gradients agree with those of trusted rows.",
    )
    parser.add_argument("--version", action="version", version=f"skdvgs {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    value = commands.add_parser(
        "value",
        help="value every row of a CSV or Parquet file",
        description=_VALUE,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_tables(value)
    _add_outputs(value)
    _add_choices(value)
    _add_running(value)
    return parser


def _add_tables(value: argparse.ArgumentParser) -> None:
    group = value.add_argument_group("tables")
    group.add_argument("data", help="the table: .csv, .tsv (also .gz) or .parquet", metavar="DATA")
    group.add_argument(
        "--target", metavar="COLUMN", help="column of the labels or of the numbers to predict"
    )
    group.add_argument(
        "--val",
        metavar="FILE",
        help="trusted rows with the same columns. Without them each fold of the table in turn is "
        "trusted to value the others",
    )
    group.add_argument(
        "--ignore",
        metavar="COLUMN",
        action="append",
        default=[],
        help="leave a column out, e.g. one that was made from the target; may be repeated",
    )
    group.add_argument("--id", metavar="COLUMN", help="column that names the rows; left out too")
    group.add_argument(
        "--separator", metavar="CHARACTER", help="of a CSV file (default: ',', tab for .tsv)"
    )
    group.add_argument("--encoding", default="utf-8", help="of a CSV file (default: %(default)s)")
    group.add_argument(
        "--na",
        metavar="TEXT",
        action="append",
        default=[],
        help="text that stands for a missing entry, e.g. '?'; may be repeated. Empty ones, NA and "
        "NaN always do",
    )


def _add_outputs(value: argparse.ArgumentParser) -> None:
    group = value.add_argument_group("outputs, at least one")
    group.add_argument("--out", metavar="FILE", help="the values, .csv or .parquet")
    group.add_argument("--report", metavar="FILE", help="a page to read, .html")
    group.add_argument(
        "--cleaned",
        metavar="FILE",
        help="the table without its low rows, in its own format; the other rows as they are",
    )


def _add_choices(value: argparse.ArgumentParser) -> None:
    group = value.add_argument_group("choices")
    group.add_argument(
        "--drop",
        type=_drop,
        default="auto",
        metavar="auto|SHARE",
        help="how many rows are low: estimated, or a share from 0 to 1, e.g. 0.1 (default: auto)",
    )
    group.add_argument(
        "--task",
        choices=("auto", "classification", "regression", "reconstruction"),
        default="auto",
        help="what the target means. auto takes text, and whole numbers with at most 20 distinct "
        "values, for classes. reconstruction needs no target (default: auto)",
    )
    group.add_argument(
        "--encoder",
        choices=("sklearn", "skrub"),
        default="sklearn",
        help="how columns become numbers. sklearn: categories to columns of 0 and 1, or to their "
        "number where they are more than 30; skrub: its TableVectorizer, which also reads text "
        "and dates (default: sklearn)",
    )
    group.add_argument(
        "--folds", type=_folds, default=5, metavar="N", help="without --val (default: 5)"
    )


def _add_running(value: argparse.ArgumentParser) -> None:
    group = value.add_argument_group("running")
    group.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="the same seed gives the same values "
        "(default: 0)"
    )  # fmt: skip
    group.add_argument(
        "--jobs", type=int, default=None, metavar="N", help="processes, -1 for all cores"
    )
    group.add_argument("--quiet", action="store_true", help="say nothing but errors")


def check_usage(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Exit with status 2 where the arguments contradict each other."""
    problem = _problem(arguments)
    if problem is not None:
        parser.error(problem)


def _problem(arguments: argparse.Namespace) -> str | None:
    outputs = {
        option: path
        for option in ("--out", "--report", "--cleaned")
        if (path := getattr(arguments, option[2:])) is not None
    }
    if not outputs:
        return "nothing to write: give --out, --report or --cleaned"
    if arguments.target is None and arguments.task != "reconstruction":
        return "no --target: name the column to predict, or set --task reconstruction"
    if arguments.target is not None and arguments.task == "reconstruction":
        return "--task reconstruction has no --target: leave one of them out"
    inputs = {"DATA": arguments.data}
    if arguments.val is not None:
        inputs["--val"] = arguments.val
    for option, path in inputs.items():
        if format_of(path) is None:
            return f"{option} {path} is of no known format: .csv, .tsv (also .gz) and .parquet are"
    return _problem_of_outputs(arguments, outputs, inputs)


def _problem_of_outputs(
    arguments: argparse.Namespace, outputs: dict[str, str], inputs: dict[str, str]
) -> str | None:
    places: dict[Path, str] = {_place(path): option for option, path in inputs.items()}
    for option, path in outputs.items():
        place = _place(path)
        if place in places:
            return f"{option} {path} is the same file as {places[place]}: give another name"
        places[place] = option
    if arguments.out is not None and format_of(arguments.out) is None:
        return f"--out {arguments.out} is of no known format: .csv and .parquet are"
    cleaned = arguments.cleaned
    if cleaned is not None and format_of(cleaned) != format_of(arguments.data):
        return f"--cleaned {cleaned} has another format than {arguments.data}: give it the same"
    return None


def _place(path: str) -> Path:
    return Path(os.path.realpath(path))


def _drop(text: str) -> float | str:
    if text == "auto":
        return text
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 <= share < 1.0:
        raise argparse.ArgumentTypeError(f"{text} is neither auto nor from 0 to below 1, e.g. 0.1")
    return share


def _folds(text: str) -> int:
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 2 on")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 0 to {2**32 - 1}")
    return int(text)
