"""Wrong numbers of four kinds."""

from benchmarks.quality import methods
from benchmarks.quality.defects import ERRORS
from benchmarks.quality.ours import NAME, fitted, parts
from benchmarks.quality.scores import calibration_error, detection
from benchmarks.quality.tasks import make_task

# Without a target set only the first kind is measured: a fit takes some seconds.
_VARIANTS = [(error, True) for error in ERRORS] + [(ERRORS[0], False)]


def measure(name, seed, quick):
    """The default valuer, each of its scorers alone, and the rivals."""
    for error, target in _VARIANTS[:1] if quick else _VARIANTS:
        task = make_task(name, seed, error, target=target)
        variant = f"{error}, {'target set' if target else 'no target set'}"
        yield variant, "", "rows", len(task.y)
        for judged in (methods.ours(task), *methods.for_numbers(task, quick)):
            for measured, value in detection(judged, task.noise):
                yield variant, judged.name, measured, value
        for part, values in parts(task):
            judged = methods.Judged(part, values, None, float("nan"))
            yield variant, part, "AUROC", dict(detection(judged, task.noise))["AUROC"]
        valuer, _ = fitted(task)
        off = 100.0 * (valuer.low_fraction_ - task.noise.mean())
        yield variant, NAME, "points off the share", off
        yield variant, NAME, "calibration error", calibration_error(valuer.values_, task.noise)
