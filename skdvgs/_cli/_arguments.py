"""make_parser: what the command line takes."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from skdvgs._cli._argument_types import read_folds, read_seed, read_share
from skdvgs._version import __version__

_VALUE = """\
Value every row of a table: how well does it agree with rows that are trusted, or, where there are
none, with the rest of the table? Rows with a wrong label or odd features get low values. The table
is only read; what is asked for is written to new files, each whole or not at all.
"""

_APPLY = """\
Carry out what was ticked on a report page and saved by it: drop rows, give rows another label,
keep the others as they are. Everything else of the table stays byte by byte, and the table itself
is only read.

example:
  skdvgs apply adult.csv --review review.csv --out clean.csv
"""

_EXAMPLES = """\
examples:
  skdvgs value adult.csv --label income --out values.csv --report report.html
      one line for each row, the lowest to be looked at in report.html
  skdvgs value train.csv --label y --trusted checked.csv --cleaned clean.csv
      measured against rows that somebody has checked; train.csv without its low rows
  skdvgs value train.csv --label y --trusted review.csv --report report.html
      against the rows that were kept or relabelled in an earlier report
  skdvgs value prices.parquet --label price --task regression --drop 0.05 \\
      --cleaned clean.parquet
      without the lowest twentieth

columns of --out, whose lines are in the order of the table, or by value with --sort:
  row                    position in the table, from 0 (not with --id)
  value                  probability that the label is right
  standard_error         of the value; empty where there is none
  rank                   1 for the lowest value, which is the most suspicious
  label or target        as in the table; target is a number to predict
  suggested_label        the label that suits the row best, for classes
  suggested_probability  of the suggested label to be the right one
  is_low                 whether the row is among the low ones, which --cleaned leaves out
  reason                 why, for low rows

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
        prog="skdvgs",
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
    _add_text(value)
    _add_outputs(value)
    _add_choices(value)
    _add_running(value)
    _add_apply(commands)
    return parser


def _add_apply(commands: Any) -> None:
    apply = commands.add_parser(
        "apply",
        help="carry out the review that a report page has saved",
        description=_APPLY,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    group = apply.add_argument_group("files")
    group.add_argument("data", help="the table that was valued", metavar="DATA")
    group.add_argument("--review", metavar="FILE", required=True, help="the review, .csv")
    group.add_argument(
        "--out", metavar="FILE", required=True, help="the cleaned table, in the format of DATA"
    )
    group.add_argument("--label", metavar="COLUMN", help="default: as the review says")
    group.add_argument("--id", metavar="COLUMN", help="default: as the review says")
    apply.add_argument("--quiet", action="store_true", help="say nothing but errors")
    _add_csv(apply.add_argument_group("text of CSV files"))


def _add_tables(value: argparse.ArgumentParser) -> None:
    group = value.add_argument_group("tables")
    group.add_argument("data", help="the table: .csv, .tsv (also .gz) or .parquet", metavar="DATA")
    group.add_argument(
        "--label",
        "--target",
        metavar="COLUMN",
        help="column of the labels or of the numbers to predict (also: --target)",
    )
    group.add_argument(
        "--trusted",
        "--val",
        metavar="FILE",
        action="append",
        default=[],
        help="trusted rows with the same columns, or a review that a report page has saved: rows "
        "of DATA that were kept or relabelled there are trusted, and not valued again. May be "
        "given once for each. Without it the rows are compared with each other (also: --val)",
    )
    group.add_argument(
        "--ignore",
        metavar="COLUMN",
        action="append",
        default=[],
        help="leave a column out, e.g. one that was made from the label; may be repeated",
    )
    group.add_argument("--id", metavar="COLUMN", help="column that names the rows; left out too")


def _add_text(value: argparse.ArgumentParser) -> None:
    group = value.add_argument_group("text of CSV files")
    _add_csv(group)
    group.add_argument(
        "--decimal", metavar="CHARACTER", default=".", help="e.g. ',' for 3,14 (default: '.')"
    )
    group.add_argument(
        "--na",
        metavar="TEXT",
        action="append",
        default=[],
        help="text that stands for a missing entry, e.g. '?'; may be repeated. Empty ones always "
        "do, and NA, NaN, None, null and the like",
    )
    group.add_argument(
        "--no-default-na",
        action="store_true",
        help="take NA, None and the like for what they say, e.g. where a class is named None",
    )


def _add_csv(group: Any) -> None:
    group.add_argument("--separator", metavar="CHARACTER", help="default: ',', tab for .tsv")
    group.add_argument("--encoding", default="utf-8", help="default: %(default)s")
    group.add_argument(
        "--comment", metavar="CHARACTER", help="what begins a comment, e.g. '#' (default: none)"
    )


def _add_outputs(value: argparse.ArgumentParser) -> None:
    group = value.add_argument_group("outputs, at least one")
    group.add_argument("--out", metavar="FILE", help="the values, .csv or .parquet")
    group.add_argument("--report", metavar="FILE", help="a page to read, .html")
    group.add_argument(
        "--review", metavar="FILE", help="a review whose decisions are ticked in --report already"
    )
    group.add_argument(
        "--cleaned",
        metavar="FILE",
        help="the table without its low rows, in its own format; the other rows as they are",
    )
    group.add_argument(
        "--sort", action="store_true", help="in --out, put the most suspicious rows first"
    )
    group.add_argument(
        "--excel-safe",
        action="store_true",
        help="in --out, put a ' before text that starts with = + - or @, which spreadsheets would "
        "take for a formula",
    )


def _add_choices(value: argparse.ArgumentParser) -> None:
    group = value.add_argument_group("choices")
    group.add_argument(
        "--drop",
        type=read_share,
        default="auto",
        metavar="auto|SHARE",
        help="how many rows are low: estimated, or a share from 0 to 1, e.g. 0.1 (default: auto)",
    )
    group.add_argument(
        "--task",
        choices=("auto", "classification", "regression", "reconstruction"),
        default="auto",
        help="what the label means. auto takes text, whole numbers with at most 20 distinct "
        "values, and more that count from 0 or 1 without gaps, for classes. reconstruction needs "
        "no label (default: auto)",
    )
    group.add_argument(
        "--folds", type=read_folds, default=5, metavar="N", help="without --trusted (default: 5)"
    )


def _add_running(value: argparse.ArgumentParser) -> None:
    group = value.add_argument_group("running")
    group.add_argument(
        "--seed",
        type=read_seed,
        default=0,
        metavar="N",
        help="the same seed gives the same values (default: 0)",
    )
    group.add_argument(
        "--jobs", type=int, default=None, metavar="N", help="processes, -1 for all cores"
    )
    group.add_argument("--quiet", action="store_true", help="say nothing but errors")
