"""Wrong labels: drawn evenly or by class, with a target set and without."""

from itertools import product

import numpy as np
from scipy.stats import spearmanr

from benchmarks.quality import methods
from benchmarks.quality.defects import FLIPS
from benchmarks.quality.ours import NAME, fitted, parts
from benchmarks.quality.scores import calibration_error, detection
from benchmarks.quality.tasks import make_task

_SHARES = {"even": (0.0, 0.1, 0.4), "by class": (0.1, 0.3)}


def variant_of(defect, target):
    """How a variant is called in the results."""
    return f"{defect}, {'target set' if target else 'no target set'}"


def measure(name, seed, quick):
    """The default valuer, each of its scorers alone, and the rivals."""
    for defect, target in product(FLIPS[:1] if quick else FLIPS, (True, False)):
        task, variant = make_task(name, seed, defect, target=target), variant_of(defect, target)
        yield variant, "", "rows", len(task.y)
        for judged in (methods.ours(task), *methods.for_labels(task, quick)):
            for measured, value in detection(judged, task.noise):
                yield variant, judged.name, measured, value
        for part, values in parts(task):
            yield variant, part, "AUROC", next(detection(_alone(part, values), task.noise))[1]
        valuer, _ = fitted(task)
        right = valuer.suggested_labels_ == task.y_clean
        yield variant, NAME, "points off the share", _points_off(valuer, task)
        yield variant, NAME, "calibration error", calibration_error(valuer.values_, task.noise)
        yield variant, NAME, "suggestion right, flipped rows", right[task.noise].mean()
        yield variant, NAME, "suggestion right, other rows", right[~task.noise].mean()
        other = best_other_labels(valuer, task.y)[task.noise] == task.y_clean[task.noise]
        yield variant, NAME, "best other label right, flipped rows", other.mean()


def best_other_labels(valuer, y):
    """The most probable label that a row was not given."""
    chances = np.array(valuer.label_values_)
    chances[np.arange(len(y)), np.searchsorted(valuer.classes_, y)] = -1.0
    return valuer.classes_[chances.argmax(axis=1)]


def shares(name, seed, quick):
    """Estimated share of wrong labels less the true one, in points."""
    for defect, target in product(FLIPS, (True, False)):
        for share in _SHARES[defect][:1] if quick else _SHARES[defect]:
            task = make_task(name, seed, defect, share, target)
            valuer, _ = fitted(task)
            yield f"{variant_of(defect, target)}, {share:.0%}", NAME, *_off(valuer, task)


def states(name, seed, quick):
    """How far two random states agree, and whether the intervals allow for their difference."""
    for target in (True, False):
        task, variant = make_task(name, seed, target=target), variant_of("even", target)
        first, second = (fitted(task, state)[0] for state in (None, 1000 + seed))
        agreed = spearmanr(first.values_, second.values_).statistic
        yield variant, NAME, "Spearman of two random states", agreed
        widths = [
            np.diff(fit.confidence_intervals(0.95), axis=1)[:, 0] / 2 for fit in (first, second)
        ]
        off = np.abs(first.values_ - second.values_)
        covered = np.mean(off <= np.hypot(*widths) + 1e-12)
        yield variant, NAME, "differences within 95 % intervals", covered


def _alone(part, values):
    return methods.Judged(part, values, None, np.nan)


def _points_off(valuer, task):
    return 100.0 * (valuer.low_fraction_ - task.noise.mean())


def _off(valuer, task):
    return "points off the share", _points_off(valuer, task)
