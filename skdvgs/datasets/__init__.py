"""Corrupt labels, targets or features on purpose, to see whether data values find the rows."""

from ._features import corrupt_features
from ._labels import corrupt_labels
from ._targets import corrupt_targets

__all__ = ["corrupt_features", "corrupt_labels", "corrupt_targets"]
