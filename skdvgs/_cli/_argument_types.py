"""read_share, read_folds and read_seed: arguments that are numbers of some kind."""

from __future__ import annotations

import argparse


def read_share(text: str) -> float | str:
    """Read auto, or a share from 0 to below 1."""
    if text == "auto":
        return text
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 <= share < 1.0:
        raise argparse.ArgumentTypeError(f"{text} is neither auto nor from 0 to below 1, e.g. 0.1")
    return share


def read_folds(text: str) -> int:
    """Read a whole number from 2 on."""
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 2 on")
    return int(text)


def read_seed(text: str) -> int:
    """Read what seeds numpy."""
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 0 to {2**32 - 1}")
    return int(text)
