"""Ways to value the rows of a case: ours twice, and the rivals."""

from dataclasses import replace

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from benchmarks import rivals
from skdvgs import DVGSValuer

from . import networks

PAPER, DEFAULTS, RANDOM = "DVGS, paper's settings", "DVGS, our defaults", "random"
TABLE_MODEL = LogisticRegression(max_iter=200)
SLOW = ("Data Shapley", "leave-one-out", "leave-one-out, accuracy", "DVRL")


def fit_values(valuer, case):
    """Values of the source rows; without labels where the case has none to learn."""
    labels = {} if case.y_val is None else {"y": case.y, "y_val": case.y_val}
    return valuer.fit(case.X, X_val=case.X_val, **labels).values_


def defaults(case, seed):
    """DVGSValuer as it comes, on flat rows."""
    X, X_val = (rows.reshape(len(rows), -1) for rows in (case.X, case.X_val))
    return fit_values(DVGSValuer(random_state=seed), replace(case, X=X, X_val=X_val))


def defaults_on_few(n_rows):
    """DVGSValuer as it comes, on the first source rows only: others do not change their values."""

    def value(case, seed):
        return defaults(replace(case, X=case.X[:n_rows]), seed)

    return value


def random(case, seed):
    """No idea."""
    return np.random.default_rng(seed).random(len(case.X))


def paper_classifier(sizes, n_restarts, class_weight=None):
    """DVGS with the paper's network for classes."""

    def value(case, seed):
        n_outputs = len(np.unique(np.concatenate([case.y, case.y_val])))
        net = networks.classifier(case.X.shape[1], n_outputs=n_outputs, epochs=sizes.epochs)
        restarts = min(n_restarts, sizes.restarts)
        valuer = DVGSValuer(net, n_restarts=restarts, class_weight=class_weight, random_state=seed)
        return fit_values(valuer, case)

    return value


def with_utility(valuer, cheap_model, n_components=None, accuracy=False, **settings):
    """A rival that trains the cheap model on thousands of sets, on principal components if said."""

    def value(case, seed):
        X, X_val = case.X, case.X_val
        if n_components is not None:
            components = PCA(n_components, random_state=seed).fit(np.concatenate([X, X_val]))
            X, X_val = components.transform(X), components.transform(X_val)
        utility = rivals.Utility(cheap_model, X, case.y, X_val, case.y_val, accuracy=accuracy)
        seeds = {"seed": seed} if valuer is rivals.data_shapley else {}
        return valuer(utility, **settings, **seeds)

    return value


def with_sets(valuer, **settings):
    """A rival that takes source and target rows and a seed."""
    return lambda case, seed: valuer(case.X, case.y, case.X_val, case.y_val, seed=seed, **settings)


def with_own_label(chances, **settings):
    """A rival that believes a label as far as a forest with leaves of two rows does."""

    def value(case, seed):
        found = chances(case.X, case.y, case.X_val, case.y_val, leaf=2, seed=seed, **settings)
        return rivals.own_label(found, case.y)

    return value


def classifier_rivals(sizes, *cheap_model):
    """The rivals that need labels, the slow ones first."""
    return {
        "Data Shapley": with_utility(
            rivals.data_shapley, *cheap_model, n_permutations=sizes.permutations
        ),
        "leave-one-out": with_utility(rivals.leave_one_out, *cheap_model),
        "DVRL": with_sets(rivals.dvrl, n_draws=sizes.draws),
        "KNN-Shapley": lambda case, seed: rivals.knn_shapley(
            case.X, case.y, case.X_val, case.y_val
        ),
        "forest, out of bag": with_own_label(rivals.forest_out_of_bag, n_trees=sizes.trees),
        "forest, out of fold": with_own_label(rivals.forest_out_of_fold, n_trees=sizes.trees),
        RANDOM: random,
    }


def for_tables(sizes, n_restarts):
    """All methods of E1, E2, E4 and E5. The cheap model is logistic regression."""
    return {
        PAPER: paper_classifier(sizes, n_restarts, "balanced"),
        DEFAULTS: defaults,
        **classifier_rivals(sizes, TABLE_MODEL),
    }


def leave_one_out_by_accuracy():
    """As the papers do it, for the record: accuracy hardly moves with a single row."""
    return {
        "leave-one-out, accuracy": with_utility(rivals.leave_one_out, TABLE_MODEL, accuracy=True)
    }


def for_features(sizes):
    """All methods of E3 and E6. Thousands of trainings need a model of milliseconds."""
    return {
        PAPER: paper_classifier(sizes, 1),
        DEFAULTS: defaults,
        **classifier_rivals(sizes, GaussianNB(var_smoothing=0.1), min(32, sizes.image_rows[1])),
    }


def for_autoencoders(module, *, with_size=False, compute_every=1, **settings):
    """All methods of E7 to E10: valued without labels."""

    def paper(case, seed):
        size = {"n_features": case.X.shape[1]} if with_size else {}
        net = networks.autoencoder(module, **settings, **size)
        return fit_values(DVGSValuer(net, compute_every=compute_every, random_state=seed), case)

    return {
        PAPER: paper,
        DEFAULTS: defaults,
        "distance to neighbours": lambda case, seed: rivals.neighbour_distance(case.X, case.X_val),
        "cosine with neighbours": lambda case, seed: rivals.neighbour_cosine(case.X, case.X_val),
        "reconstruction by PCA": lambda case, seed: rivals.reconstruction_error(
            case.X, case.X_val, seed=seed
        ),
        RANDOM: random,
    }
