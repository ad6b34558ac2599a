"""Displays of values, each drawn by one call. They need matplotlib.

The class methods `from_estimator` and `from_values` of a display draw it at once. Its method `plot`
draws it again, on axes of your own if you pass them.
"""

from ._distribution import ValueDistributionDisplay
from ._label_noise import LabelNoiseDisplay
from ._lowest_images import LowestImagesDisplay
from ._noise_detection import NoiseDetectionDisplay
from ._removal_curve import RemovalCurveDisplay
from ._scatter import ValueScatterDisplay
from ._trajectory import TrajectoryDisplay

__all__ = [
    "LabelNoiseDisplay",
    "LowestImagesDisplay",
    "NoiseDetectionDisplay",
    "RemovalCurveDisplay",
    "TrajectoryDisplay",
    "ValueDistributionDisplay",
    "ValueScatterDisplay",
]
