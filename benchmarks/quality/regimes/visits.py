"""Several rows of each subject, much alike; labels are wrong for whole subjects."""

from dataclasses import replace

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks import rivals
from benchmarks.quality.ours import NAME, fitted
from benchmarks.quality.tasks import Task

SETS = ("1 visit", "2 visits", "3 visits", "8 visits")

_DRAWS = 3


def draw(n_visits, seed):
    """Some 600 rows of 12 features; a fifth of the subjects has the wrong label."""
    rng = np.random.default_rng(seed)
    n_subjects = 600 // n_visits
    groups = np.repeat(np.arange(n_subjects), n_visits)
    truth = rng.integers(0, 2, n_subjects)
    signal = np.where(truth, 1, -1)[:, None] * np.array([1.0, 0.8])
    noise = rng.normal(size=(n_subjects, 10))
    subjects = np.concatenate([noise, signal + 0.7 * rng.normal(size=(n_subjects, 2))], axis=1)
    X = subjects[groups] + 0.3 * rng.normal(size=(len(groups), 12))
    wrong = (rng.permutation(n_subjects) < n_subjects // 5)[groups]
    clean = truth[groups]
    y = np.where(wrong, 1 - clean, clean)
    return Task(X.astype(np.float32), y, clean, wrong, seed, groups=groups)


def measure(name, seed, quick):
    """Groups given, and left to the valuer to notice."""
    n_visits = int(name.split()[0])
    for number in range(1 if quick else _DRAWS):
        task = draw(n_visits, 100 * seed + number)
        chances = rivals.forest_out_of_fold(
            task.X, task.y, groups=task.groups, n_trees=100, seed=task.seed
        )
        alone = rivals.forest_out_of_fold(task.X, task.y, n_trees=100, seed=task.seed)
        found = {
            ("groups given", NAME): fitted(task)[0].values_,
            ("groups given", "forest, own"): rivals.own_label(chances, task.y),
            ("not given", NAME): fitted(replace(task, groups=None))[0].values_,
            ("not given", "forest, own"): rivals.own_label(alone, task.y),
        }
        for (variant, method), values in found.items():
            variant = f"{variant}, draw {number}"
            yield variant, method, "AUROC", roc_auc_score(task.noise, -values)
