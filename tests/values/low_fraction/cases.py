"""Label values whose composition is known."""

import numpy as np


def flip(rng, labels, rate, n_labels):
    """Give a share `rate` of the rows one of the other labels."""
    n_flipped = round(rate * len(labels))
    rows = rng.permutation(len(labels))[:n_flipped]
    given = labels.copy()
    given[rows] = (labels[rows] + rng.integers(1, n_labels, size=n_flipped)) % n_labels
    return given


def label_values(rng, labels, n_labels, separation):
    """The value of each row under each label, higher by `separation` under the true one."""
    of_label = separation * np.eye(n_labels)[labels] + rng.normal(size=(len(labels), n_labels))
    # Values of a row depend on each other as those of a softmax do; two labels are a mirror.
    return np.tanh((of_label - of_label.mean(axis=1, keepdims=True)) / 3)


def classes(seed, rate, n_labels, *, n=1000, separation=4.0, shares=None):
    """Label values, given labels and the true labels."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(n_labels, size=n, p=shares)
    values = label_values(rng, labels, n_labels, separation)
    return values, flip(rng, labels, rate, n_labels), labels


def own(values, labels):
    return values[np.arange(len(labels)), labels]
