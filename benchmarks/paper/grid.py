"""E12: what the hyper-parameters of E1 do, one at a time and at random points of the whole grid."""

from itertools import chain

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from skdvgs import DVGSValuer

from . import methods, networks, tables
from .case import with_flipped_labels
from .runner import COLUMNS, timed

TITLE = "Adult, hyper-parameters"
PAPER = {
    "class weights": "balanced",
    "dropout": 0.5,
    "target batch": 400,
    "similarity": "cosine",
    "learning rate": 1e-3,
    "normalisation": True,
    "depth": 2,
    "activation": "mish",
}
GRID = {
    "class weights": ("balanced", None),
    "dropout": (0.0, 0.25, 0.5, 0.75),
    "target batch": (100, 200, 400),
    "similarity": ("cosine", "euclidean", "dot", "projection"),
    "learning rate": (1e-2, 1e-3, 1e-4),
    "normalisation": (True, False),
    "depth": (1, 2),
    "activation": ("mish", "relu"),
}
RANDOM_POINT = "random point"


def run(sizes, jobs):
    """AUROC of every point; a method is named by what is changed, or is a random point."""
    tasks = [
        (f"{name} = {choice}", {**PAPER, name: choice}, repeat)
        for name, choices in GRID.items()
        for choice in (choices if not sizes.quick else choices[-1:])
        for repeat in range(sizes.repeats)
    ]
    rng = np.random.default_rng(0)
    for repeat in range(sizes.grid_points):
        point = {name: choices[rng.integers(len(choices))] for name, choices in GRID.items()}
        tasks.append((RANDOM_POINT, point, repeat))
    rows = Parallel(jobs)(delayed(_one)(sizes, *task) for task in tasks)
    return pd.DataFrame(list(chain.from_iterable(rows)), columns=COLUMNS)


def _one(sizes, name, point, repeat):
    case = with_flipped_labels(tables.draw_table("adult", sizes, repeat), repeat)
    net = networks.classifier(
        case.X.shape[1],
        epochs=sizes.epochs,
        lr=point["learning rate"],
        batch_size=point["target batch"],
        dropout=point["dropout"],
        normalise=point["normalisation"],
        depth=point["depth"],
        activation=point["activation"],
    )
    valuer = DVGSValuer(
        net,
        n_restarts=min(3, sizes.restarts),
        class_weight=point["class weights"],
        similarity=point["similarity"],
        random_state=repeat,
    )
    values, seconds = timed(lambda case, seed: methods.fit_values(valuer, case), case, repeat)
    measures = {"AUROC": case.score(values), "seconds": seconds}
    return [
        dict(zip(COLUMNS, ("e12", case.data, name, repeat, measure, None, result), strict=True))
        for measure, result in measures.items()
    ]
