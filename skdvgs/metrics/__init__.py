"""How well values find noisy rows, and how a model fares as rows are removed by value."""

from ._noise_detection import (
    noise_detection_auc,
    noise_detection_auroc,
    noise_detection_average_precision,
    noise_detection_curve,
    noise_detection_f1,
)
from ._removal import removal_curve

__all__ = [
    "noise_detection_auc",
    "noise_detection_auroc",
    "noise_detection_average_precision",
    "noise_detection_curve",
    "noise_detection_f1",
    "removal_curve",
]

# The name that users of the development versions know.
noise_detection_score = noise_detection_auroc
