"""main: runs a command; messages and errors in one line each, and the exit status."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from typing import Any

from skdvgs._cli._apply import run_apply
from skdvgs._cli._arguments import make_parser
from skdvgs._cli._usage import check_usage
from skdvgs._cli._value import run_value
from skdvgs._cli._words import in_words_of_options
from skdvgs.exceptions import SkdvgsError, SkdvgsWarning


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, default=None
        Arguments. None takes those of the process.

    Returns
    -------
    int
        The exit status: 0 done, 1 failed. Wrong usage exits with 2 by itself.
    """
    parser = make_parser()
    arguments = parser.parse_args(argv)
    check_usage(parser, arguments)

    def say(text: str) -> None:
        if not arguments.quiet:
            _print_error(f"skdvgs: note: {text}.")

    with warnings.catch_warnings():
        warnings.simplefilter("always", SkdvgsWarning)
        warnings.showwarning = _show_warning  # type: ignore[assignment]
        try:
            is_apply = arguments.command == "apply"
            found = run_apply(arguments) if is_apply else run_value(arguments, say)
        except KeyboardInterrupt:
            _print_error("skdvgs: interrupted; nothing was written.")
            return 130
        except (SkdvgsError, OSError) as error:
            _print_error(f"skdvgs: error: {in_words_of_options(_one_line(error))}")
            return 1
        except Exception as error:
            # Whatever it is, a traceback helps nobody who called a command.
            _print_error(f"skdvgs: error: {type(error).__name__}: {_one_line(error)}")
            return 1
    if not arguments.quiet:
        sys.stdout.write(found + "\n")
    return 0


def _show_warning(message: Warning | str, *details: Any) -> None:
    _print_error(f"skdvgs: warning: {in_words_of_options(_one_line(message))}")


def _print_error(text: str) -> None:
    sys.stderr.write(text + "\n")


def _one_line(message: object) -> str:
    if isinstance(message, OSError) and message.strerror:
        return f"{message.filename}: {message.strerror}"
    return " ".join(str(message).split())
