"""Regimes: situations in which values are asked for. Each file has one, or a few that are alike."""

from collections.abc import Callable
from typing import NamedTuple

from benchmarks.quality.sets import CLASSES, NUMBERS

from . import (
    clean,
    cost,
    downstream,
    features,
    flips,
    large,
    numbers,
    rare,
    small,
    target,
    uneven,
    unlabelled,
    visits,
)


class Regime(NamedTuple):
    """One situation.

    Attributes
    ----------
    about : str
        What it is, in a line.
    sets : tuple of str
        Sets of :mod:`sets`, or names of constructs that the regime draws itself.
    measure : callable
        ``measure(set, seed, quick)`` yields (variant, method, measure, value).
    quick_sets : tuple of str
        Those that ``--quick`` takes.
    """

    about: str
    sets: tuple[str, ...]
    measure: Callable
    quick_sets: tuple[str, ...]


_SMALL = ("iris", "wine", "vowel")

REGIMES = {
    "flips": Regime("20 % wrong labels, 1,000 rows", tuple(CLASSES), flips.measure, _SMALL),
    "shares": Regime("0 to 40 % wrong labels", tuple(CLASSES), flips.shares, _SMALL[:1]),
    "states": Regime("two random states", tuple(CLASSES), flips.states, _SMALL[:1]),
    "downstream": Regime(
        "models trained on what is repaired", tuple(CLASSES), downstream.measure, _SMALL[:1]
    ),
    "features": Regime("noisy features", features.SETS, features.measure, _SMALL[:1]),
    "numbers": Regime("wrong numbers, 1,000 rows", tuple(NUMBERS), numbers.measure, ("diabetes",)),
    "target": Regime("target sets that are wrong or odd", target.SETS, target.measure, ()),
    "rare": Regime("25 clean rows of one digit", rare.DIGITS, rare.digits, rare.DIGITS[:1]),
    "uneven": Regime(
        "a class of 6 % of real rows", uneven.SETS, uneven.measure, ("breast_cancer",)
    ),
    "minority": Regime("6 % minority", rare.DRAWS, rare.minority, rare.DRAWS[:1]),
    "visits": Regime("several rows of a subject", visits.SETS, visits.measure, visits.SETS[1:2]),
    "weak": Regime("weak signal, 30 to 300 rows", small.WEAK, small.weak, small.WEAK[:2]),
    "many": Regime("many classes, few rows", small.MANY, small.many, small.MANY[1:2]),
    "clean": Regime("clean labels with Bayes error", clean.SETS, clean.measure, clean.SETS[:1]),
    "unlabelled": Regime(
        "rows without labels", unlabelled.SETS, unlabelled.measure, unlabelled.SETS[1:2]
    ),
    "large": Regime("all rows up to 20,000", large.SETS, large.measure, ()),
    "time": Regime("seconds of a fit, alone", cost.SETS, cost.measure, ()),
}

# Measured one after the other with nothing beside them.
ALONE = ("time",)
