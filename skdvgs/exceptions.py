"""Exceptions and warnings raised by skdvgs.

Each one also inherits the built-in kind that scikit-learn raises in the same place, so code
that catches ``ValueError`` around a ``fit`` keeps working.
"""

__all__ = [
    "InvalidInputError",
    "MissingDependencyError",
    "SkdvgsError",
    "SkdvgsWarning",
    "TargetScaleWarning",
    "TrainingDivergedError",
    "UnseenLabelWarning",
    "UnsupportedModuleError",
]


class SkdvgsError(Exception):
    """Root of every exception that skdvgs raises on its own account."""


class InvalidInputError(SkdvgsError, ValueError):
    """The data or a parameter cannot be used as given."""


class TrainingDivergedError(SkdvgsError, RuntimeError):
    """The loss or the gradient of the target set became NaN or infinite during training."""


class UnsupportedModuleError(SkdvgsError, ValueError):
    """The network cannot be trained or differentiated one sample at a time."""


class MissingDependencyError(SkdvgsError, ImportError):
    """An optional dependency is needed here and is not installed."""


class SkdvgsWarning(UserWarning):
    """Root of every warning that skdvgs issues."""


class UnseenLabelWarning(SkdvgsWarning):
    """The source set holds labels that the target set does not, or the other way round."""


class TargetScaleWarning(SkdvgsWarning):
    """The columns of ``X_val`` are on another scale than those of ``X``."""
