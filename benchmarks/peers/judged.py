"""What every part does with a judgement of rows."""

import time

import numpy as np
from sklearn.metrics import f1_score, precision_score, recall_score

from benchmarks.rivals import two_means
from skdvgs.metrics import noise_detection_auroc, noise_detection_average_precision


def timed(function, *arguments, **settings):
    """What a function returns, and its seconds of the processor."""
    start = time.process_time()
    found = function(*arguments, **settings)
    return found, time.process_time() - start


def scores(variant, values, low, wrong, seconds):
    """Yield how well wrong rows are found: by order, at the own cut, and at that of two-means.

    Parameters
    ----------
    values : array or None
        Higher is better.
    low : bool array or None
        Rows under the method's own cut.
    wrong : bool array
        Rows that are wrong.
    """
    if values is not None:
        yield variant, "AUROC", noise_detection_auroc(values, wrong)
        yield variant, "average precision", noise_detection_average_precision(values, wrong)
        yield variant, "F1 by two-means", f1_score(wrong, two_means(values))
    if low is not None:
        yield variant, "F1 at the own cut", f1_score(wrong, low)
        yield variant, "precision", precision_score(wrong, low, zero_division=0)
        yield variant, "recall", recall_score(wrong, low)
    yield variant, "seconds", seconds


def share_of(n_rows, values, share, lowest):
    """Mask of the rows that are left when a share of the lowest or highest values is removed."""
    order = np.argsort(values, kind="stable")
    n = round(share * n_rows)
    kept = np.ones(n_rows, dtype=bool)
    kept[order[:n] if lowest else order[n_rows - n :]] = False
    return kept
