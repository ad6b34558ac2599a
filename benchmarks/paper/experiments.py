"""E1 to E10: what is drawn, how it is valued, and which model is trained on filtered rows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeClassifier

from . import expression, images, methods, networks, tables
from .case import with_flipped_labels, with_noise


class Reconstruction(RegressorMixin, BaseEstimator):
    """Principal components as a regressor of rows on themselves, so that it has a score."""

    def fit(self, X, y=None):
        self.components_ = PCA(min(20, *X.shape), random_state=0).fit(X)
        return self

    def predict(self, X):
        return self.components_.inverse_transform(self.components_.transform(X))


@dataclass(frozen=True)
class Experiment:
    """One of E1 to E10.

    Attributes
    ----------
    draws : tuple of callables
        Each takes a seed and returns a Case.
    methods : dict of str to callable
        Each takes a Case and a seed and returns values.
    filter_model : estimator or None
        Trained on what filtering leaves.
    score_name : str
        What its score is.
    repeats : dict of str to int
        Of methods that take so long that they have fewer repeats than the others.
    """

    draws: tuple[Callable, ...]
    methods: dict[str, Callable]
    filter_model: Any = None
    score_name: str = "accuracy"
    repeats: dict[str, int] = field(default_factory=dict)


FEATURE_MODEL = RidgeClassifier(alpha=100.0)


def _flipped(draw, seed):
    return with_flipped_labels(draw(seed), seed)


def _noisy(draw, scale, seed):
    return with_noise(draw(seed), seed, scale)


def _table(name, sizes):
    return lambda seed: tables.draw_table(name, sizes, seed)


def _features(sizes, folder):
    return lambda seed: images.draw_features(sizes, folder, seed)


def _slow(n_repeats):
    return dict.fromkeys(methods.SLOW, n_repeats)


def flipped_table(name, sizes, folder):
    """E1, E2: a fifth of the labels is wrong."""
    draw = partial(_flipped, _table(name, sizes))
    values = methods.for_tables(sizes, 3) | methods.leave_one_out_by_accuracy()
    return Experiment((draw,), values, methods.TABLE_MODEL, repeats=_slow(sizes.slow_repeats))


def noisy_table(name, sizes, folder):
    """E4, E5: noise with standard deviations from U(0, 3)."""
    draw = partial(_noisy, _table(name, sizes), (0, 3))
    values = methods.for_tables(sizes, 10)
    return Experiment((draw,), values, methods.TABLE_MODEL, repeats=_slow(sizes.slow_repeats))


def flipped_features(sizes, folder):
    """E3: a fifth of the labels is wrong."""
    draw = partial(_flipped, _features(sizes, folder))
    return _of_features(draw, sizes)


def noisy_features(sizes, folder):
    """E6: noise with standard deviations from U(0, 3)."""
    draw = partial(_noisy, _features(sizes, folder), (0, 3))
    return _of_features(draw, sizes)


def _of_features(draw, sizes):
    few = dict.fromkeys((*methods.SLOW, "forest, out of fold"), sizes.slow_feature_repeats)
    return Experiment((draw,), methods.for_features(sizes), FEATURE_MODEL, repeats=few)


def noisy_images(sizes, folder):
    """E7: noise with standard deviations from U(0, 5), no labels."""
    draw = partial(_noisy, partial(images.draw_images, sizes), (0, 5))
    values = methods.for_autoencoders(
        networks.ImageAutoencoder, compute_every=2, epochs=sizes.autoencoder_epochs
    )
    values[methods.DEFAULTS] = methods.defaults_on_few(sizes.default_images)
    return Experiment((draw,), values, repeats=dict.fromkeys(values, sizes.autoencoder_repeats))


def noisy_expression(sizes, folder):
    """E8: noise with standard deviations from U(0, 5), no labels, on two kinds of profiles."""
    draws = tuple(
        partial(_noisy, partial(expression.draw_expression, file, sizes), (0, 5))
        for file in (expression.LEVEL_5, expression.LEVEL_3)
    )
    return Experiment(draws, _expression_methods(sizes))


def real_quality(sizes, folder, filtered=False):
    """E9: do values agree with how well replicates agree? E10: do they filter as well as that?"""
    draw = partial(expression.draw_quality, sizes)
    values = _expression_methods(sizes)
    if not filtered:
        return Experiment((draw,), values)
    values["replicate agreement itself"] = lambda case, seed: case.truth
    return Experiment((draw,), values, Reconstruction(), "R² of reconstruction")


def _expression_methods(sizes):
    return methods.for_autoencoders(
        networks.ExpressionAutoencoder, with_size=True, epochs=sizes.epochs
    )


EXPERIMENTS = {
    "e1": ("Adult, 20 % wrong labels", partial(flipped_table, "adult")),
    "e2": ("BLOG, 20 % wrong labels", partial(flipped_table, "blog")),
    "e3": ("CIFAR-10 features, 20 % wrong labels", flipped_features),
    "e4": ("Adult, noise U(0, 3)", partial(noisy_table, "adult")),
    "e5": ("BLOG, noise U(0, 3)", partial(noisy_table, "blog")),
    "e6": ("CIFAR-10 features, noise U(0, 3)", noisy_features),
    "e7": ("CIFAR-10 images, no labels, noise U(0, 5)", noisy_images),
    "e8": ("L1000, no labels, noise U(0, 5)", noisy_expression),
    "e9": ("L1000, no labels, real quality", real_quality),
    "e10": ("L1000, no labels, filtered", partial(real_quality, filtered=True)),
}
