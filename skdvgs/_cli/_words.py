"""in_words_of_options: messages of the library in the words of the command line."""

from __future__ import annotations

import re

_WORDS = [
    (r"\bset cv=(\d+)", r"set --folds \1"),
    (r"\ba smaller cv\b", "a smaller --folds"),
    (r"\b(set|use|Set|Use) task='(\w+)'( or '(\w+)')?", r"\1 --task \2"),
    (r"\ba target set X_val\b", "trusted rows by --trusted"),
    (r"In a Pipeline, .*", "Give them the units of DATA."),
    (r"\bX_val holds\b", "The trusted file holds"),
    (r"\bX_val\b", "the trusted file"),
    (r"\by_val holds\b", "The trusted file's label holds"),
    (r"\by_val\b", "the label of the trusted file"),
    (r"\bthe target set\b", "the trusted file"),
    (r"\bThe target set\b", "The trusted file"),
    (r"\btarget rows\b", "trusted rows"),
    (r"^y holds\b", "The label holds"),
    (r"\by holds\b", "the label holds"),
    (r"\bif y measures\b", "if the label measures"),
    (r"\bleave y out\b", "set --task reconstruction"),
    (r"\bX \(n_samples = (\d+)[^)]*\)", r"DATA (\1 rows)"),
    (r"\bX holds\b", "DATA holds"),
    (r"\b(in|than|of|with) X\b", r"\1 DATA"),
    (r"\bInput X\b", "DATA"),
    (r"\bn_jobs\b", "--jobs"),
]


def in_words_of_options(message: str) -> str:
    """Return a message with options in place of arguments."""
    for pattern, words in _WORDS:
        message = re.sub(pattern, words, message)
    return message
