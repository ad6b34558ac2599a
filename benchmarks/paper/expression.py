"""LINCS L1000: expression of 978 genes, with noise added or with the quality that was measured."""

from functools import lru_cache

import numpy as np
from sklearn.datasets import load_digits

from benchmarks.data import FOLDER

from .case import Case, draw, with_noise

LEVEL_5, LEVEL_3 = "l1000_modzs_n272.npz", "l1000_LJP005_A375_level3.npz"
MISSING_QUALITY = -666


def draw_expression(file, sizes, seed):
    """A clean draw: two thirds of the profiles are source rows and a third target rows."""
    X, _, _ = _load(file, sizes.quick)
    if file == LEVEL_3:  # log intensities: centre and scale each gene by the plate
        X = (X - X.mean(axis=0)) / X.std(axis=0)
    X = X[: sizes.profiles]
    n_target = len(X) // 3
    return draw(_name(file, sizes), X, None, seed, len(X) - n_target, n_target)


def draw_quality(sizes, seed):
    """40 target and 30 test rows are of those that LINCS calls gold; all others are source rows.

    Truth is ``distil_cc_q75``, how well the replicates of a profile agree; Spearman's rank
    correlation with the value is good when positive.
    """
    X, quality, gold = (part[: sizes.profiles] for part in _load(LEVEL_5, sizes.quick))
    rng = np.random.default_rng(seed)
    trusted = rng.permutation(np.flatnonzero(gold))
    trusted = trusted[: min(70, len(trusted) // 2)]
    target, test = np.split(trusted, [4 * len(trusted) // 7])
    source = np.setdiff1d(np.flatnonzero(quality > MISSING_QUALITY), trusted)
    return Case(
        _name(LEVEL_5, sizes),
        X[source],
        X[source],
        X[target],
        None,
        X[test],
        X[test],
        truth=quality[source],
        measure="Spearman with quality",
    )


def _name(file, sizes):
    if not (FOLDER / file).exists() and sizes.quick:
        return "digits (stand-in)"
    return "L1000 level 5" if file == LEVEL_5 else "L1000 level 3"


@lru_cache
def _load(file, quick):
    """Expression, quality and whether LINCS calls a profile gold; the last two for level 5."""
    path = FOLDER / file
    if path.exists():
        with np.load(path, allow_pickle=False) as arrays:
            if file == LEVEL_3:
                return arrays["X"], None, None
            quality = arrays["sample_distil_cc_q75"].astype(float)
            return arrays["X"], quality, arrays["sample_is_gold"] == "1"
    if not quick:
        raise FileNotFoundError(
            f"{path} is missing. It holds LINCS L1000 profiles, which OpenML does not have. Put "
            "it there, or name another folder in the environment variable SKDVGS_DATA."
        )
    clean = load_digits().data[:200].astype(np.float32) / 16
    noisy = with_noise(Case("", clean, None, clean, None), seed=0, scale=(0, 1))
    return noisy.X, -noisy.truth, noisy.truth < 0.5
