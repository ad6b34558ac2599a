"""Run methods on cases, and put down what came out as tidy rows."""

import time
import warnings
from functools import lru_cache

import numpy as np
import pandas as pd
import torch
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from benchmarks.rivals import forest_out_of_fold
from skdvgs import DVGSValuer
from skdvgs.metrics import removal_curve

from .methods import SLOW
from .networks import classifier

COLUMNS = ("experiment", "data", "method", "repeat", "measure", "at", "result")


def run(name, experiment, sizes, jobs):
    """Every method on every repeat.

    Returns
    -------
    rows : DataFrame
        One row for each method, repeat and measure; ``at`` is the share of rows removed where
        the measure is a score after filtering.
    arrays : dict of str to array
        Values and truth of the first repeat, for the plots.
    """
    tasks = [
        (method, number, repeat)
        for method in sorted(experiment.methods, key=lambda method: method not in SLOW)
        for number in range(len(experiment.draws))
        for repeat in range(min(sizes.repeats, experiment.repeats.get(method, sizes.repeats)))
    ]
    done = Parallel(jobs)(delayed(_value)(experiment, sizes, *task) for task in tasks)
    rows, arrays = [], {}
    for (method, number, repeat), (case_rows, values, truth) in zip(tasks, done, strict=True):
        rows += [{"experiment": name, "method": method, "repeat": repeat, **r} for r in case_rows]
        if number == 0 and repeat == 0:
            arrays |= {method: values, "truth": truth}
    order = list(experiment.methods)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values("method", key=lambda m: m.map(order.index), kind="stable"), arrays


def timed(value, case, seed):
    """Values and processor seconds on one thread, which other work hardly changes."""
    _warm_up()
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            start = time.process_time()
            values = value(case, seed)
            return values, time.process_time() - start
    finally:
        torch.set_num_threads(before)


@lru_cache
def _warm_up():
    """Import and start what the first fit in a process would otherwise be charged for."""
    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
    net = classifier(2, epochs=1)
    DVGSValuer(net, random_state=0).fit(X, y, X_val=X, y_val=y)
    forest_out_of_fold(X, y, X, y, n_trees=2)


def _value(experiment, sizes, method, number, repeat):
    case = experiment.draws[number](repeat)
    values, seconds = timed(experiment.methods[method], case, repeat)
    results = [(case.measure, None, case.score(values)), ("seconds", None, seconds)]
    if experiment.filter_model is not None:
        for order in ("lowest", "highest"):
            results += _filtered(experiment, case, values, sizes, order, repeat)
    rows = [
        {"data": case.data, "measure": measure, "at": at, "result": result}
        for measure, at, result in results
    ]
    return rows, np.asarray(values), case.truth


def _filtered(experiment, case, values, sizes, order, seed):
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        curve = removal_curve(
            experiment.filter_model,
            case.X,
            case.y,
            case.X_test,
            case.y_test,
            values,
            order=order,
            fractions=sizes.quantiles,
            n_repeats=1,
            random_state=seed,
        )
    measure = f"{experiment.score_name}, {order} removed"
    return [
        (measure, round(float(at), 3), float(score))
        for at, score in zip(curve.fractions, curve.scores[:, 0], strict=True)
    ]
