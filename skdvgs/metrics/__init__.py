"""How well values find noisy rows, and what removing rows by value does to a model."""

from ._noise_curve import noise_detection_auc, noise_detection_curve
from ._noise_scores import (
    noise_detection_average_precision,
    noise_detection_f1,
    noise_detection_score,
)
from ._removal import removal_curve

__all__ = [
    "noise_detection_auc",
    "noise_detection_average_precision",
    "noise_detection_curve",
    "noise_detection_f1",
    "noise_detection_score",
    "removal_curve",
]
