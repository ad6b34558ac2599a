"""Test accuracy after rows are dropped by value, at random, or not at all."""

from skdvgs.metrics import removal_curve

from .labels import models
from .ours import default_filter
from .tables import CLASSES
from .tasks import make_task

SETS = tuple(CLASSES)

_FRACTIONS = (0.0, 0.1, 0.2, 0.3, 0.4)


def measure(name, seed, quick):
    """Flips of a fifth of the labels, with a target set."""
    task = make_task(name, seed)
    clean = default_filter(task)
    fractions = (0.0, 0.2) if quick else _FRACTIONS
    for model, estimator in models(seed).items():
        curves = {
            order: removal_curve(
                estimator,
                task.X,
                task.y,
                task.X_test,
                task.y_test,
                values=clean.values_,
                order=order,
                fractions=fractions,
                n_repeats=1,
                random_state=seed,
            ).scores.mean(axis=1)
            for order in ("lowest", "highest", "random")
        }
        yield model, "keep all", curves["lowest"][0]
        estimator.fit(*clean.drop(task.X, task.y))
        yield model, "filter, auto", estimator.score(task.X_test, task.y_test)
        for order, scores in curves.items():
            for fraction, score in zip(fractions[1:], scores[1:], strict=True):
                yield model, f"{order} {fraction:.0%}", score
