"""check_usage: what of the arguments of the command line cannot be meant."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from skdvgs._cli._formats import format_of, separator_of
from skdvgs._reporting.review.decisions import is_review


def check_usage(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Exit with status 2 where the arguments contradict each other."""
    problem = _problem_of_apply(arguments)
    if arguments.command == "value":
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
    if arguments.label is None and arguments.task != "reconstruction":
        return "no --label: name the column to predict, or set --task reconstruction"
    if arguments.label is not None and arguments.task == "reconstruction":
        return "--task reconstruction has no --label: leave one of them out"
    for option in ("separator", "decimal", "comment"):
        character = getattr(arguments, option)
        if character is not None and len(character.replace("\\t", "\t")) != 1:
            return f"--{option} {character!r} is not one character"
    if arguments.decimal not in (".", ","):
        return f"--decimal {arguments.decimal} stands before no fraction: '.' and ',' do"
    if separator_of(arguments.data, arguments.separator) == arguments.decimal:
        return f"--decimal {arguments.decimal} is the separator too: give --separator"
    if arguments.review is not None and arguments.report is None:
        return "--review ticks decisions in --report: give --report too"
    problem = _split_trusted(arguments)
    if problem is not None:
        return problem
    inputs = {"DATA": arguments.data}
    if arguments.trusted_table is not None:
        inputs["--trusted"] = arguments.trusted_table
    problem = _problem_of_formats(inputs)
    reviews = {"--review": arguments.review, "--trusted": arguments.trusted_review}
    for option, path in reviews.items():
        if path is not None:
            inputs[f"{option} (a review)"] = path
    return problem or _problem_of_outputs(arguments, outputs, inputs)


def _split_trusted(arguments: argparse.Namespace) -> str | None:
    """Tell reviews from tables of trusted rows."""
    reviews = [path for path in arguments.trusted if is_review(path)]
    tables = [path for path in arguments.trusted if path not in reviews]
    for paths, what in ((tables, "tables"), (reviews, "reviews")):
        if len(paths) > 1:
            return f"--trusted names {len(paths)} {what}, {' and '.join(paths)}: give one of each"
    if reviews and arguments.label is None:
        return "--trusted names a review, which is of labels: give --label"
    arguments.trusted_table = tables[0] if tables else None
    arguments.trusted_review = reviews[0] if reviews else None
    return None


def _problem_of_formats(inputs: dict[str, str]) -> str | None:
    for option, path in inputs.items():
        if format_of(path) is None:
            return f"{option} {path} is of no known format: .csv, .tsv (also .gz) and .parquet are"
    return None


def _problem_of_apply(arguments: argparse.Namespace) -> str | None:
    if arguments.command != "apply":
        return None
    problem = _problem_of_formats({"DATA": arguments.data})
    if problem is not None:
        return problem
    places = {_place(arguments.data): "DATA", _place(arguments.review): "--review"}
    if _place(arguments.out) in places:
        same = places[_place(arguments.out)]
        return f"--out {arguments.out} is the same file as {same}: give another name"
    if format_of(arguments.out) != format_of(arguments.data):
        out, data = arguments.out, arguments.data
        return f"--out {out} has another format than {data}: give it the same"
    return None


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
