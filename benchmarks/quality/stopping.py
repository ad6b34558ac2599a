"""What ending early saves and costs: the default beside all restarts and all steps."""

from scipy.stats import spearmanr

from skdvgs import DVGSValuer
from skdvgs.metrics import noise_detection_auroc

from .tables import CLASSES, NUMBERS
from .tasks import make_task

SETS = (*CLASSES, *NUMBERS)


def measure(name, seed, quick):
    """Checkpoints, AUROC and agreement of both runs, with a target set and without."""
    task = make_task(name, seed, "uniform" if name in CLASSES else "targets")
    for given in (True,) if quick else (True, False):
        text = "" if given else "no target set: "
        valuers = {
            method: DVGSValuer(tol=tol, suggest_labels=False, random_state=seed).fit(
                task.X, task.y, **(task.target if given else {})
            )
            for method, tol in (("default", "auto"), ("full run", None))
        }
        for method, valuer in valuers.items():
            yield f"{text}checkpoints", method, valuer.n_checkpoints_
            yield f"{text}AUROC", method, noise_detection_auroc(valuer.values_, task.noise)
        early, full = valuers.values()
        yield f"{text}agreement", "times fewer", full.n_checkpoints_ / early.n_checkpoints_
        yield f"{text}agreement", "Spearman", spearmanr(early.values_, full.values_).statistic
        yield f"{text}agreement", "converged", early.converged_
