"""Exceptions and warnings raised by skdvgs.

Each one also inherits the built-in kind that scikit-learn raises in the same place, so code
that catches ``ValueError`` around a ``fit`` keeps working.
"""

__all__ = [
    "ClassFractionWarning",
    "DamagedFileWarning",
    "InvalidInputError",
    "MissingDependencyError",
    "NearDuplicateWarning",
    "NothingToLearnWarning",
    "PoorRankingWarning",
    "RareClassWarning",
    "SkdvgsError",
    "SkdvgsWarning",
    "SlowPathWarning",
    "StorageError",
    "TargetScaleWarning",
    "TrainingDivergedError",
    "UnseenLabelWarning",
    "UnsupportedModuleError",
]


class SkdvgsError(Exception):
    """Base of all exceptions that skdvgs raises itself."""


class InvalidInputError(SkdvgsError, ValueError):
    """The data or a parameter cannot be used as given."""


class TrainingDivergedError(SkdvgsError, RuntimeError):
    """The loss or the gradient of the target set became NaN or infinite during training."""


class UnsupportedModuleError(SkdvgsError, ValueError):
    """The network cannot be trained or differentiated one sample at a time."""


class StorageError(SkdvgsError, OSError):
    """A file that fit keeps is missing, damaged, of another fit, or cannot be written."""


class MissingDependencyError(SkdvgsError, ImportError):
    """An optional dependency is needed here and is not installed."""


class SkdvgsWarning(UserWarning):
    """Base of all warnings that skdvgs issues."""


class UnseenLabelWarning(SkdvgsWarning):
    """One of the source set and the target set holds labels that the other does not."""


class DamagedFileWarning(SkdvgsWarning):
    """A file in a `checkpoint_dir` is damaged. What it held is computed again."""


class TargetScaleWarning(SkdvgsWarning):
    """The columns of ``X_val`` are on another scale than those of ``X``."""


class PoorRankingWarning(SkdvgsWarning):
    """Values that may rank the rows no better than chance."""


class RareClassWarning(SkdvgsWarning):
    """A class has fewer rows than there are folds."""


class NearDuplicateWarning(SkdvgsWarning):
    """Many rows are near-duplicates of each other, and were left out together."""


class NothingToLearnWarning(SkdvgsWarning):
    """Labels or targets look as if they had nothing to do with the features."""


class ClassFractionWarning(SkdvgsWarning):
    """More rows of a class, or of all without labels, are low than `max_class_fraction` lets go."""


class SlowPathWarning(SkdvgsWarning):
    """Parameters without a rule take most of the time that per-sample gradients cost."""
