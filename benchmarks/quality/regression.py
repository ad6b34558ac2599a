"""How well values find replaced targets, a fifth of them: AUROC."""

from skdvgs.metrics import noise_detection_auroc

from .ours import default
from .rivals import FOR_NUMBERS, WITHOUT_TARGET
from .tables import NUMBERS
from .tasks import make_task

SETS = tuple(NUMBERS)
RANKED = True


def measure(name, seed, quick):
    """With a target set and without."""
    task = make_task(name, seed, "targets")
    given = {"default": lambda task: default(task).values_} | FOR_NUMBERS
    alone = {"default": lambda task: default(task, given=False).values_} | WITHOUT_TARGET
    for measured, methods in (("AUROC", given), ("no target set: AUROC", alone)):
        for method, value in methods.items():
            yield measured, method, noise_detection_auroc(value(task), task.noise)
