"""Labels are right, and the features of each source row have noise of a level of their own."""

from scipy.stats import spearmanr

from benchmarks.quality import methods
from benchmarks.quality.ours import NAME, fitted
from benchmarks.quality.sets import CLASSES
from benchmarks.quality.tasks import make_task

# Those that the line to hold was measured on.
SETS = tuple(CLASSES)[:17]


def measure(name, seed, quick):
    """Spearman's correlation of a low value, or of a row unlike the others, with the level."""
    task = make_task(name, seed, "features")
    for judged in (methods.ours(task), *methods.for_labels(task, quick=True)):
        if not judged.name.startswith("confident learning"):
            found = -spearmanr(judged.values, task.noise).statistic
            yield "", judged.name, "Spearman", found
    typicality = fitted(task)[0].typicality_
    yield "", f"{NAME}.typicality_", "Spearman", -spearmanr(typicality, task.noise).statistic
