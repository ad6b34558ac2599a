"""Do we reach the paper's level? AUROC of 20 % flipped labels on Adult and BLOG.

The paper's network and settings through the public API: 1,000 source rows, 400 target rows,
class-balanced target loss, 3 restarts. Run with ``python -m benchmarks.paper_level``.
"""

import sys
import time

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.data import TABLES, flip, split
from benchmarks.paper_net import paper_net
from skdvgs import DVGSValuer

NEEDED = {"adult": 0.88, "blog": 0.73}


def one_run(X, y, seed):
    X, y, X_val, y_val = split(X, y, seed)
    noisy, flipped = flip(y, 0.2, seed)
    start = time.perf_counter()
    valuer = DVGSValuer(
        paper_net(X.shape[1]), n_restarts=3, class_weight="balanced", random_state=seed
    ).fit(X, noisy, X_val=X_val, y_val=y_val)
    return roc_auc_score(~flipped, valuer.values_), time.perf_counter() - start


def main(n_seeds=5):
    for name, load in TABLES.items():
        X, y = load()
        scores, seconds = zip(*(one_run(X, y, seed) for seed in range(n_seeds)), strict=True)
        print(
            f"{name:6s} AUROC {np.mean(scores):.3f} (needed {NEEDED[name]}), "
            f"standard deviation {np.std(scores):.3f} over {n_seeds} seeds "
            f"[{min(scores):.3f}, {max(scores):.3f}], {np.mean(seconds):.1f} s a fit"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
