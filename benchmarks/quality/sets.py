"""The sets: tables, images, cells and words of a simulator, as X and y.

Those kept in files need the folder of :mod:`benchmarks.data`; the others come with scikit-learn.
"""

import functools

import numpy as np
from sklearn import datasets
from sklearn.decomposition import PCA

from benchmarks.data import TABLES, stored

_MOST_ROWS = 25_000


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


def _file(name):
    def load():
        arrays = stored(name)
        return arrays["X"], arrays["y" if "y" in arrays else "target"]

    return load


def _comments():
    arrays = stored("blog")
    return arrays["X_train"], np.log1p(arrays["y_train"].astype(float))


def _made(**settings):
    settings = {"n_samples": 3000, "n_clusters_per_class": 1, **settings}
    return lambda: datasets.make_classification(**settings)


def _embedded(name):
    return lambda: getattr(datasets, f"load_{name}")(return_X_y=True)


CLASSES = {
    "adult": TABLES["adult"],
    "blog": TABLES["blog"],
    "mnist": _mnist,
    "mnist_pca": lambda: _principal(_mnist, 50),
    "cifar_pca": lambda: _principal(_cifar, 64),
    "cifar_small": _cifar_small,
    "cells": _cells,
    "phoneme": _file("pmlb_phoneme"),
    "spambase": _file("pmlb_spambase"),
    "digits": _embedded("digits"),
    "breast_cancer": _embedded("breast_cancer"),
    "wine": _embedded("wine"),
    "iris": _embedded("iris"),
    "made_clusters": _made(
        n_features=20,
        n_informative=5,
        n_redundant=5,
        n_clusters_per_class=3,
        class_sep=0.9,
        random_state=1,
    ),
    "made_5_classes": _made(
        n_features=60,
        n_informative=10,
        n_redundant=10,
        n_classes=5,
        class_sep=1.2,
        random_state=2,
    ),
    "made_unequal": _made(
        n_features=30, n_informative=8, n_clusters_per_class=2, weights=[0.85], random_state=3
    ),
    "made_wide": _made(
        n_features=400,
        n_informative=20,
        n_redundant=20,
        n_classes=3,
        class_sep=1.5,
        random_state=4,
    ),
    "letter": _file("keel_letter"),
    "movement_libras": _file("keel_movement_libras"),
    "vowel": _file("keel_vowel"),
    "german": _file("keel_german"),
    "vehicle": _file("keel_vehicle"),
    "car": _file("keel_car"),
    "page_blocks": _file("keel_page_blocks"),
    "yeast": _file("uci_yeast"),
}
NUMBERS = {
    "wind": _file("pmlb_wind"),
    "fried": _file("pmlb_fried"),
    "pol": _file("pmlb_pol"),
    "airfoil": _file("uci_airfoil"),
    "winewhite": _file("uci_winewhite"),
    "puma32h": _file("keel_puma32h"),
    "comments": _comments,
    "diabetes": _embedded("diabetes"),
    "made_linear": lambda: datasets.make_regression(
        3000, 40, n_informative=10, noise=20.0, random_state=1
    ),
    "made_friedman1": lambda: datasets.make_friedman1(3000, noise=1.5, random_state=1),
    "made_friedman2": lambda: datasets.make_friedman2(3000, noise=50.0, random_state=1),
}
SETS = CLASSES | NUMBERS


@functools.lru_cache(maxsize=2)
def load(name):
    """Features as float32 of shape (n_samples, n_features), and labels 0, 1, ... or targets.

    Raises
    ------
    FileNotFoundError
        If the set is kept in a file that is not there.
    """
    X, y = SETS[name]()
    rows = np.random.default_rng(0).permutation(len(X))[:_MOST_ROWS]
    X, y = np.asarray(X)[rows].reshape(len(rows), -1).astype(np.float32), np.asarray(y)[rows]
    if name in CLASSES:
        return X, np.unique(y, return_inverse=True)[1]
    return X, y.astype(float)
