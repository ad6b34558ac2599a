"""Numbers that say how good a judgement is."""

import numpy as np

from skdvgs.metrics import noise_detection_auroc, noise_detection_average_precision


def detection(judged, wrong):
    """How well wrong rows are found: by the order of values, and by the method's own cut.

    Yields
    ------
    measure, value : str and float
    """
    yield "AUROC", noise_detection_auroc(judged.values, wrong)
    yield "average precision", noise_detection_average_precision(judged.values, wrong)
    if judged.low is not None:
        yield "F1 at the own cut", f1(judged.low, wrong)
    yield "seconds", judged.seconds


def f1(low, wrong):
    """Harmonic mean of precision and recall; 0 if nothing wrong is found."""
    found = np.sum(low & wrong)
    return float(2.0 * found / max(np.sum(low) + np.sum(wrong), 1))


def calibration_error(values, wrong, n_bins=10):
    """Expected calibration error of values as probabilities that rows are right.

    Mean over rows of the distance between mean value and share of right rows in the row's bin;
    bins are of equal width.
    """
    bins = np.minimum((np.asarray(values) * n_bins).astype(int), n_bins - 1)
    counts = np.bincount(bins, minlength=n_bins)
    gaps = np.bincount(bins, weights=values - ~wrong, minlength=n_bins)
    return float(np.abs(gaps).sum() / counts.sum())
