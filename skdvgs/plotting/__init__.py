"""Pictures of values, each by one call; needs matplotlib.

Every display has class methods `from_estimator` and `from_values` that draw at once, and a method
`plot` that draws again, on axes of one's own if they are given.
"""

from ._distribution import ValueDistributionDisplay
from ._lowest_images import LowestImagesDisplay
from ._noise_detection import NoiseDetectionDisplay
from ._removal_curve import RemovalCurveDisplay
from ._scatter import ValueScatterDisplay
from ._trajectory import TrajectoryDisplay

__all__ = [
    "LowestImagesDisplay",
    "NoiseDetectionDisplay",
    "RemovalCurveDisplay",
    "TrajectoryDisplay",
    "ValueDistributionDisplay",
    "ValueScatterDisplay",
]
