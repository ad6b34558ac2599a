"""The development sets: tables, images, cells and words of a simulator, as X and y.

Those kept in files need the folder of :mod:`benchmarks.data`; the others come with scikit-learn.
"""

import functools

import numpy as np
from sklearn import datasets
from sklearn.decomposition import PCA

from benchmarks.data import TABLES, stored

_MOST_ROWS = 8_000


def _mnist():
    arrays = stored("mnist5k")
    return arrays["X"].reshape(len(arrays["X"]), -1), arrays["y"]


def _cifar():
    arrays = stored("cifar10_train_0_3999")
    return arrays["X"].astype(np.float32), arrays["y"]


def _cifar_small():
    X, y = _cifar()
    return X.reshape(-1, 8, 4, 8, 4, 3).mean(axis=(2, 4)), y


def _principal(load, n_components):
    X, y = load()
    X = X.reshape(len(X), -1).astype(np.float32)
    return PCA(n_components, svd_solver="covariance_eigh").fit_transform(X), y


def _cells():
    arrays = stored("pbmc68k_reduced")
    return arrays["X_lognorm"], arrays["y"]


def _pmlb(name):
    arrays = stored(f"pmlb_{name}")
    return arrays["X"], arrays["y" if "y" in arrays else "target"]


def _comments():
    arrays = stored("blog")
    return arrays["X_train"], np.log1p(arrays["y_train"].astype(float))


def _made(**settings):
    settings = {"n_samples": 3000, "n_clusters_per_class": 1, **settings}
    return datasets.make_classification(**settings)


def _embedded(name):
    return getattr(datasets, f"load_{name}")(return_X_y=True)


CLASSES = {
    "adult": TABLES["adult"],
    "blog": TABLES["blog"],
    "mnist": _mnist,
    "mnist_pca": lambda: _principal(_mnist, 50),
    "cifar_pca": lambda: _principal(_cifar, 64),
    "cifar_small": _cifar_small,
    "cells": _cells,
    "phoneme": lambda: _pmlb("phoneme"),
    "spambase": lambda: _pmlb("spambase"),
    "digits": lambda: _embedded("digits"),
    "breast_cancer": lambda: _embedded("breast_cancer"),
    "wine": lambda: _embedded("wine"),
    "iris": lambda: _embedded("iris"),
    "made_clusters": lambda: _made(
        n_features=20,
        n_informative=5,
        n_redundant=5,
        n_clusters_per_class=3,
        class_sep=0.9,
        random_state=1,
    ),
    "made_5_classes": lambda: _made(
        n_features=60,
        n_informative=10,
        n_redundant=10,
        n_classes=5,
        class_sep=1.2,
        random_state=2,
    ),
    "made_unequal": lambda: _made(
        n_features=30,
        n_informative=8,
        n_clusters_per_class=2,
        weights=[0.85],
        random_state=3,
    ),
    "made_wide": lambda: _made(
        n_features=400,
        n_informative=20,
        n_redundant=20,
        n_classes=3,
        class_sep=1.5,
        random_state=4,
    ),
}
NUMBERS = {
    "wind": lambda: _pmlb("wind"),
    "fried": lambda: _pmlb("fried"),
    "comments": _comments,
    "diabetes": lambda: _embedded("diabetes"),
    "made_linear": lambda: datasets.make_regression(
        3000, 40, n_informative=10, noise=20.0, random_state=1
    ),
    "made_friedman": lambda: datasets.make_friedman2(3000, noise=50.0, random_state=1),
}
SETS = CLASSES | NUMBERS


@functools.lru_cache(maxsize=2)
def load(name):
    """Features as float32 of shape (n_samples, n_features), and labels 0, 1, ... or targets."""
    X, y = SETS[name]()
    rows = np.random.default_rng(0).permutation(len(X))[:_MOST_ROWS]
    X, y = np.asarray(X)[rows].reshape(len(rows), -1).astype(np.float32), np.asarray(y)[rows]
    if name in CLASSES:
        return X, np.unique(y, return_inverse=True)[1]
    return X, y.astype(float)
