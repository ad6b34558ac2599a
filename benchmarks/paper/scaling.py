"""E11: seconds and AUROC on Adult from hundreds to tens of thousands of source rows."""

from itertools import chain

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks import rivals
from skdvgs import DVGSValuer

from . import methods, networks, tables
from .case import with_flipped_labels
from .runner import COLUMNS, timed

TITLE = "Adult, seconds and AUROC by number of rows"
STEPS = (1, 2, 5)


def run(sizes, jobs, repeats=3):
    """DVGS at the paper's settings with fewer and fewer checkpoints, our defaults, and rivals."""
    values = {
        **{f"DVGS, every {every} steps": _every(every, sizes) for every in STEPS},
        methods.DEFAULTS: methods.defaults,
        "KNN-Shapley": lambda case, seed: rivals.knn_shapley(
            case.X, case.y, case.X_val, case.y_val
        ),
        "forest, out of bag": methods.with_own_label(rivals.forest_out_of_bag, n_trees=sizes.trees),
    }
    tasks = [
        (name, n_source, repeat)
        for n_source in sorted(sizes.scaling_rows, reverse=True)
        for repeat in range(min(repeats, sizes.repeats))
        for name in values
    ]
    rows = Parallel(jobs)(delayed(_one)(values[task[0]], sizes, *task) for task in tasks)
    return pd.DataFrame(list(chain.from_iterable(rows)), columns=COLUMNS)


def _every(compute_every, sizes):
    def value(case, seed):
        net = networks.classifier(case.X.shape[1], epochs=sizes.epochs)
        valuer = DVGSValuer(
            net,
            n_restarts=min(3, sizes.restarts),
            class_weight="balanced",
            compute_every=compute_every,
            random_state=seed,
        )
        return methods.fit_values(valuer, case)

    return value


def _one(value, sizes, name, n_source, repeat):
    case = with_flipped_labels(tables.draw_table("adult", sizes, repeat, n_source), repeat)
    values, seconds = timed(value, case, repeat)
    results = {"AUROC": case.score(np.asarray(values)), "seconds": seconds}
    return [
        dict(zip(COLUMNS, ("e11", case.data, name, repeat, measure, n_source, result), strict=True))
        for measure, result in results.items()
    ]
