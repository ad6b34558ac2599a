"""How well values find flipped labels: AUROC, average precision, F1 at the known number."""

from skdvgs.metrics import (
    noise_detection_auroc,
    noise_detection_average_precision,
    noise_detection_f1,
)

from .ours import default, paper
from .rivals import FOR_LABELS, WITHOUT_TARGET
from .tables import CLASSES
from .tasks import make_task

SETS = tuple(CLASSES)
RANKED = True

OURS = {
    "default": lambda task: default(task).values_,
    "paper's setting": paper,
    "paper's net, dot": lambda task: paper(task, "dot"),
}
_METRICS = {
    "AUROC": noise_detection_auroc,
    "average precision": noise_detection_average_precision,
    "F1": noise_detection_f1,
}


def measure(name, seed, quick):
    """Uniform and class-conditional flips with a target set, uniform ones without."""
    for defect in ("uniform", "class_conditional"):
        task = make_task(name, seed, defect)
        ours = {"default": OURS["default"]} if quick else OURS
        yield from _compare(defect, task, ours | FOR_LABELS)
    task = make_task(name, seed)
    alone = {"default": lambda task: default(task, given=False).values_}
    yield from _compare("uniform, no target set", task, alone | WITHOUT_TARGET)


def _compare(defect, task, methods):
    for method, value in methods.items():
        values = value(task)
        for metric, score in _METRICS.items():
            yield f"{defect}: {metric}", method, score(values, task.noise)
