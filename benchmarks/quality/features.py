"""Whether rows with noisier features have lower values: Spearman's correlation."""

from scipy.stats import spearmanr

from .ours import default, paper
from .rivals import FOR_LABELS
from .tables import CLASSES
from .tasks import make_task

SETS = tuple(CLASSES)
RANKED = True


def measure(name, seed, quick):
    """Labels are all right; each source row's features have noise of its own level."""
    task = make_task(name, seed, "features")
    ours = {"default": lambda task: default(task).values_}
    if not quick:
        ours["paper's setting"] = paper
    for method, value in (ours | FOR_LABELS).items():
        yield "Spearman", method, -spearmanr(value(task), task.noise).statistic
