"""Parts of the comparison, by name. Each is a module with ``TITLE, PEERS, cases, measure``."""

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

    It has ``TITLE``, a line; ``PEERS``, names; ``cases(quick)``, names of what is measured; and
    ``measure(peer, case, seed, quick)``, which yields (variant, measure, value).
    """
    return importlib.import_module(f".{name}", __package__)
