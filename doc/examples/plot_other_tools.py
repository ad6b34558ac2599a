"""
How do values compare with other ways to find wrong labels?
===========================================================

Values are not the only way. Forests that never saw a row's label, the neighbours of a row, or just
its loss also say whether a label fits. Here all of them look for the same wrong labels, with the
same trusted rows, and the time each takes is taken.
"""

# %%
# Wrong labels of three data sets
# -------------------------------
# A fifth of the labels is wrong, most where rows are hard to tell. Of each data set 150 rows with
# checked labels are trusted, and 400 are to be judged.

import time

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import pairwise_distances
from sklearn.model_selection import cross_val_predict, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_labels
from skdvgs.metrics import noise_detection_auroc

SETS = {
    "digits": load_digits(return_X_y=True),
    "breast cancer": load_breast_cancer(return_X_y=True),
    "simulated": make_classification(
        600, 20, n_informative=6, n_classes=3, class_sep=1.2, flip_y=0, random_state=0
    ),
}

# %%
# The other ways
# --------------
# Each takes the same four arrays and returns a number for each row, higher for better ones.


def values_of(X, y, X_val, y_val):
    """Data values by gradient similarity."""
    return DVGSValuer(random_state=0).fit(X, y, X_val=X_val, y_val=y_val).values_


def own_label(chances, labels):
    """Chance of each row's own label; labels are 0, 1, ..."""
    return chances[np.arange(len(labels)), labels]


def out_of_fold(X, y, X_val, y_val):
    """Chance of the own label by a forest that was trained on other folds (confident learning)."""
    X_all, y_all = np.concatenate([X, X_val]), np.concatenate([y, y_val])
    forest = RandomForestClassifier(100, min_samples_leaf=2, random_state=0)
    chances = cross_val_predict(forest, X_all, y_all, cv=5, method="predict_proba")
    return own_label(chances, y_all)[: len(y)]


def out_of_bag(X, y, X_val, y_val):
    """Chance of the own label by the trees that did not see the row (the idea of Data-OOB)."""
    forest = RandomForestClassifier(200, min_samples_leaf=2, oob_score=True, random_state=0)
    forest.fit(np.concatenate([X, X_val]), np.concatenate([y, y_val]))
    return own_label(forest.oob_decision_function_, y)


def knn_shapley(X, y, X_val, y_val, k=10):
    """Shapley values of a nearest-neighbour classifier, exactly (Jia et al. 2019)."""
    scaler = StandardScaler().fit(X)
    order = np.argsort(pairwise_distances(scaler.transform(X_val), scaler.transform(X)), axis=1)
    fits = (y[order] == y_val[:, None]).astype(float)
    ranks = np.arange(1, len(y))
    steps = (fits[:, :-1] - fits[:, 1:]) / k * np.minimum(k, ranks) / ranks
    sorted_values = np.empty_like(fits)
    sorted_values[:, -1] = fits[:, -1] / len(y)
    sorted_values[:, :-1] = sorted_values[:, -1:] + np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
    values = np.zeros(len(y))
    np.add.at(values, order, sorted_values)
    return values


def low_loss(X, y, X_val, y_val):
    """Minus the loss under a logistic regression trained on the trusted rows."""
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return own_label(classifier.fit(X_val, y_val).predict_log_proba(X), y)


WAYS = {
    "skdvgs": values_of,
    "out-of-fold forest": out_of_fold,
    "out-of-bag forest": out_of_bag,
    "KNN-Shapley": knn_shapley,
    "loss": low_loss,
}

# %%
# Side by side
# ------------
# The AUROC is the probability that a wrong row gets a lower number than a right one.

aurocs = {way: [] for way in WAYS}
seconds = {way: [] for way in WAYS}
for X, y in SETS.values():
    X, X_val, y, y_val = train_test_split(X, y, test_size=150, stratify=y, random_state=0)
    X, y = X[:400], y[:400]
    y_noisy, is_wrong = corrupt_labels(y, 0.2, kind="instance_dependent", X=X, random_state=0)
    for way, judge in WAYS.items():
        started = time.perf_counter()
        values = judge(X, y_noisy, X_val, y_val)
        seconds[way].append(time.perf_counter() - started)
        aurocs[way].append(noise_detection_auroc(values, is_wrong))
print(f"{'':20}" + "".join(f"{name:>15}" for name in SETS) + f"{'seconds':>10}")
for way in WAYS:
    scores = "".join(f"{score:15.3f}" for score in aurocs[way])
    print(f"{way:20}{scores}{np.mean(seconds[way]):10.2f}")

# %%
# Picture
# -------
# This is one draw of each data set: ways a hundredth apart could change places in the next. In it
# the out-of-bag forest is ahead of values on two of the three sets, and the out-of-fold forest
# on all. No way is best on every table, and three data sets settle nothing: take the picture as a
# pattern for a comparison on your own rows, where you can plant errors and look for them. Values
# cost more than a forest, and find these errors about as well. In return they come with standard
# errors, say what a row is worth for *your* target set, and work with networks of your own.

figure, (left, right) = plt.subplots(
    1, 2, figsize=(11, 4), width_ratios=[2, 1], sharey=True, layout="constrained"
)
places = np.arange(len(WAYS))
colours = ("#0072B2", "#E69F00", "#009E73")
for column, (name, colour, marker) in enumerate(zip(SETS, colours, "osD", strict=True)):
    scores = [aurocs[way][column] for way in WAYS]
    left.plot(scores, places + 0.12 * (column - 1), marker, color=colour, markersize=8, label=name)
left.set_yticks(places, list(WAYS))
left.invert_yaxis()
left.set_xlabel("AUROC of wrong labels (1 is perfect)")
left.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False)
right.plot([np.mean(seconds[way]) for way in WAYS], places, "o", color="black", markersize=8)
right.set(xlabel="seconds, mean of the data sets", xscale="log")
for ax in (left, right):
    ax.grid(axis="y", color="0.9")
    ax.set_axisbelow(True)
plt.show()
