"""Parts of the comparison, by name: each is a module."""

import importlib

NAMES = (
    "data_valuation",
    "label_errors",
    "strong_models",
    "faithfulness",
    "engines",
    "stability",
    "scale",
)


def load(name):
    """The module of a part.

    It has ``TITLE``, a line; ``PEERS``, names; ``cases(quick)``, names of what is measured;
    ``measure(peer, case, seed, quick)``, which yields (variant, measure, value); and ``BY_CASE``,
    the measure that is shown by case too.
    """
    return importlib.import_module(f".{name}", __package__)
