"""No labels: each row is of a quality of its own, or has noise of a level of its own."""

import numpy as np
from scipy.stats import spearmanr
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import NearestNeighbors

from benchmarks.data import stored
from benchmarks.quality.ours import NAME
from skdvgs import DVGSValuer

SIGNATURES = "signatures, quality"

# Noise of each set goes up to so many standard deviations of a column.
_NOISE = {
    "digits": (lambda: load_digits().data, 3.0),
    "breast_cancer": (lambda: load_breast_cancer().data, 3.0),
    "profiles": (lambda: stored("l1000_LJP005_A375_level3")["X"], 5.0),
    "profiles, little": (lambda: stored("l1000_LJP005_A375_level3")["X"], 1.0),
    "signatures": (lambda: stored("l1000_modzs_n272")["X"], 5.0),
    "cells": (lambda: stored("pbmc68k_reduced")["X_lognorm"], 3.0),
    "wind": (lambda: stored("pmlb_wind")["X"], 3.0),
    "spambase": (lambda: stored("pmlb_spambase")["X"], 3.0),
    "phoneme": (lambda: stored("pmlb_phoneme")["X"], 3.0),
    "letter": (lambda: stored("keel_letter")["X"], 3.0),
}

SETS = (SIGNATURES, *(f"{name}, noise" for name in _NOISE))

_MOST_ROWS, _NEIGHBOURS, _COMPONENTS = 1200, 10, 20


def draw(name, seed):
    """Source rows, target rows, and how bad each source row is.

    Signatures are of the quality that their replicates have: the upper quartile of the correlations
    between them. Their target set is 40 signatures that LINCS calls gold. Target rows of the other
    sets are a third of the rows, without noise.
    """
    rng = np.random.default_rng(seed)
    if name == SIGNATURES:
        arrays = stored("l1000_modzs_n272")
        quality = arrays["sample_distil_cc_q75"].astype(float)
        gold = rng.permutation(np.flatnonzero(arrays["sample_is_gold"] == "1"))[:40]
        source = np.setdiff1d(np.flatnonzero(quality > -1), gold)  # -666 is a missing one
        X = arrays["X"].astype(float)
        return X[source], X[gold], -quality[source]
    load, most = _NOISE[name.removesuffix(", noise")]
    X = load().astype(float)
    spread = X.std(axis=0)
    X = (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    X = X[rng.permutation(len(X))[:_MOST_ROWS]]
    target, source = np.split(X, [len(X) // 3])
    level = rng.uniform(0.0, most, len(source))
    return source + level[:, None] * rng.normal(size=source.shape), target, level


def measure(name, seed, quick):
    """Spearman's correlation of a low value with how bad a row is."""
    X, X_val, bad = draw(name, seed)
    for variant, target in (("target set", X_val), ("no target set", None)):
        values = {NAME: DVGSValuer(random_state=seed).fit(X, X_val=target).values_}
        values |= one_liners(X, X if target is None else target, target is None, seed)
        for method, found in values.items():
            yield variant, method, "Spearman", -spearmanr(found, bad).statistic


def one_liners(X, reference, is_own, seed):
    """Values of rows by what people would use, from rows that show what is usual.

    Parameters
    ----------
    X, reference : arrays of shape (n_samples, n_features)
        Rows to value, and rows to compare them with.
    is_own : bool
        Whether they are the same rows: then none is its own neighbour.
    seed : int
        Of the forest.
    """
    rows = reference if is_own else np.concatenate([X, reference])
    centre, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    X, reference = ((rows - centre) / spread for rows in (X, reference))
    n_components = min(_COMPONENTS, len(reference) - 1, X.shape[1] // 2)
    components = PCA(n_components, random_state=0).fit(reference)
    again = components.inverse_transform(components.transform(X))
    forest = IsolationForest(random_state=seed).fit(reference)
    return {
        "correlation, 10 nearest": 1.0 - _to_nearest(X, reference, is_own, "correlation"),
        "distance, 10 nearest": -_to_nearest(X, reference, is_own, "euclidean"),
        "PCA error": -((X - again) ** 2).mean(axis=1),
        "IsolationForest": forest.score_samples(X),
    }


def _to_nearest(X, reference, is_own, metric):
    nearest = NearestNeighbors(n_neighbors=_NEIGHBOURS, metric=metric).fit(reference)
    return nearest.kneighbors(None if is_own else X)[0].mean(axis=1)
