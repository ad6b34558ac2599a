"""Do values foretell what retraining does? The linear datamodelling score of several settings.

The program itself is ``benchmarks/quality/faithfulness.py``; here each of its methods is a peer.
"""

import functools

import numpy as np
from scipy.stats import spearmanr

from .judged import timed

TITLE = "Faithful to retraining"
BY_CASE = "linear datamodelling score"

PEERS = ("influence", "dot", "cosine", "default", "Data-OOB")

_ROWS, _HALVES, _NETS = 500, 150, 4
_QUICK_ROWS, _QUICK_HALVES = 100, 30


def cases(quick):
    """A network, and a table."""
    if quick:
        return ("logistic, pol",)
    return tuple(f"{net}, {table}" for net in ("logistic", "MLP") for table in ("adult", "pol"))


@functools.lru_cache(maxsize=1)
def _retrained(case, seed, quick):
    """Rows, halves of the source, and the target loss of networks trained on each half."""
    from benchmarks.quality import faithfulness

    kind, table = case.split(", ")
    n_rows, n_halves = (_QUICK_ROWS, _QUICK_HALVES) if quick else (_ROWS, _HALVES)
    data = faithfulness.draw(table, seed, n_rows, n_rows * 2 // 5)
    rng = np.random.default_rng(seed)
    halves = np.stack([rng.permutation(n_rows)[: n_rows // 2] for _ in range(n_halves)])
    nets = _NETS if kind == "MLP" else 1
    return data, halves, faithfulness.losses_of_halves(kind, data, halves, nets, seed)


def measure(peer, case, seed, quick):
    """Rank correlation of summed values and negated target loss, over the halves."""
    from benchmarks.quality import faithfulness

    data, halves, losses = _retrained(case, seed, quick)
    values, seconds = timed(faithfulness.values, peer, case.split(", ")[0], data, seed)
    score = spearmanr(values[halves].sum(axis=1), -losses).statistic
    yield "halves of the source", "linear datamodelling score", score
    yield "halves of the source", "seconds", seconds
