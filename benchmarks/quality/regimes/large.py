"""All rows of the larger sets, up to 20,000, a fifth of them wrong; with a target set."""

from benchmarks import rivals
from benchmarks.quality import methods
from benchmarks.quality.ours import timed
from benchmarks.quality.scores import detection
from benchmarks.quality.sets import CLASSES
from benchmarks.quality.tasks import make_task

SETS = ("page_blocks", "fried", "adult", "blog", "letter")

_MOST_ROWS = 20_000


def measure(name, seed, quick):
    """The default valuer, gradient boosting and forests."""
    has_classes = name in CLASSES
    defect = "even" if has_classes else "replaced"
    task = make_task(name, seed, defect, n_source=_MOST_ROWS)
    variant = f"{defect}, target set"
    yield variant, "", "rows", len(task.y)
    models = {
        "forest": lambda: rivals.forest_out_of_bag(*task.rows, n_trees=100, seed=seed),
        "forest, leaves of 4": lambda: rivals.forest_out_of_bag(
            *task.rows, leaf=4, n_trees=100, seed=seed
        ),
        "boosting": lambda: rivals.boosting_out_of_fold(*task.rows, seed=seed),
    }
    judgements = [methods.ours(task)]
    for model, made in models.items():
        found, seconds = timed(made)
        if has_classes:
            low = found.argmax(axis=1) != task.y
            for text, value in (("own", rivals.own_label), ("margin", rivals.margin)):
                judged = methods.Judged(f"{model}, {text}", value(found, task.y), low, seconds)
                judgements.append(judged)
        else:  # one name for classes and numbers, so that means are over all sets
            values = rivals.residual(found, task.y)
            judgements.append(methods.Judged(f"{model}, own", values, None, seconds))
    for judged in judgements:
        for measured, value in detection(judged, task.noise):
            yield variant, judged.name, measured, value
