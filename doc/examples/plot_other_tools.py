"""
How do values compare with other ways to find wrong labels?
===========================================================

Values are not the only way. Forests that never saw a row's label, the neighbours of a row, or just
its loss also say whether a label fits. Here all of them look for the same wrong labels, with the
same trusted rows, over several draws and two kinds of mistakes. There are wins and losses.
"""

# %%
# Wrong labels of three data sets
# -------------------------------
# A fifth of the labels is wrong: evenly spread, or most where rows are hard to tell. Of each data
# set 100 rows with checked labels are trusted, and 300 are to be judged. Each is drawn three times.

import time

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import pairwise_distances
from sklearn.model_selection import cross_val_predict, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_labels
from skdvgs.metrics import noise_detection_auroc

line = np.random.default_rng(0).normal(size=(500, 12))
SETS = {
    "digits": load_digits(return_X_y=True),
    "breast cancer": load_breast_cancer(return_X_y=True),
    # A straight line parts two classes, as a logistic regression has it.
    "straight line": (line[:, :10], (line.sum(axis=1) > 0).astype(int)),
}

# %%
# The other ways
# --------------
# Each takes the same four arrays and returns a number for each row, higher for better ones.


def values_of(X, y, X_val, y_val):
    """Data values by gradient similarity."""
    return DVGSValuer(n_restarts=1, random_state=0).fit(X, y, X_val=X_val, y_val=y_val).values_


def own_label(chances, labels):
    """Chance of each row's own label; labels are 0, 1, ..."""
    return chances[np.arange(len(labels)), labels]


def out_of_fold(X, y, X_val, y_val):
    """Chance of the own label by a forest that was trained on other folds (confident learning)."""
    X_all, y_all = np.concatenate([X, X_val]), np.concatenate([y, y_val])
    forest = RandomForestClassifier(50, min_samples_leaf=2, random_state=0)
    chances = cross_val_predict(forest, X_all, y_all, cv=5, method="predict_proba")
    return own_label(chances, y_all)[: len(y)]


def out_of_bag(X, y, X_val, y_val):
    """Chance of the own label by the trees that did not see the row (the idea of Data-OOB)."""
    forest = RandomForestClassifier(100, min_samples_leaf=2, oob_score=True, random_state=0)
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

KINDS = {"uniform": "errors evenly spread", "instance_dependent": "errors where rows are hard"}
N_DRAWS = 3
aurocs = {(way, kind, name): [] for way in WAYS for kind in KINDS for name in SETS}
seconds = {way: [] for way in WAYS}
for name, (X_all, y_all) in SETS.items():
    for seed in range(N_DRAWS):
        X, X_val, y, y_val = train_test_split(
            X_all, y_all, test_size=100, stratify=y_all, random_state=seed
        )
        X, y = X[:300], y[:300]
        for kind in KINDS:
            needed = X if kind == "instance_dependent" else None
            y_noisy, is_wrong = corrupt_labels(y, 0.2, kind=kind, X=needed, random_state=seed)
            for way, judge in WAYS.items():
                started = time.perf_counter()
                values = judge(X, y_noisy, X_val, y_val)
                seconds[way].append(time.perf_counter() - started)
                aurocs[way, kind, name].append(noise_detection_auroc(values, is_wrong))
for kind, title in KINDS.items():
    print(f"{title:28}" + "".join(f"{name:>15}" for name in SETS) + f"{'ahead':>9}{'seconds':>9}")
    best = {
        (name, seed): max((aurocs[way, kind, name][seed], way) for way in WAYS)[1]
        for name in SETS
        for seed in range(N_DRAWS)
    }
    for way in WAYS:
        means = "".join(f"{np.mean(aurocs[way, kind, name]):15.3f}" for name in SETS)
        ahead = f"{list(best.values()).count(way)} of {len(best)}"
        print(f"{way:28}{means}{ahead:>9}{np.mean(seconds[way]):9.2f}")

# %%
# Picture
# -------
# Each small point is a draw, and each large one their mean. Values are ahead in most draws. On the
# straight line with errors evenly spread the plain loss of a logistic regression is as good or
# better: it is the right model there, and needs a hundredth of the time. Forests cost a quarter to
# a half of what values do, and on the digits they come within a hundredth. Three data sets settle
# nothing. Take this as a pattern for a comparison on your own rows, where you can plant errors and
# look for them; ``python -m benchmarks.quality`` and :doc:`/peers` compare more.

figure, axes = plt.subplots(1, 2, figsize=(11, 4.4), sharex=True, sharey=True, layout="constrained")
places = np.arange(len(WAYS))
colours = ("#0072B2", "#E69F00", "#009E73")
for ax, (kind, title) in zip(axes, KINDS.items(), strict=True):
    for column, (name, colour, marker) in enumerate(zip(SETS, colours, "osD", strict=True)):
        for place, way in zip(places, WAYS, strict=True):
            drawn, height = aurocs[way, kind, name], place + 0.22 * (column - 1)
            ax.plot(drawn, np.full(N_DRAWS, height), marker, color=colour, markersize=4, alpha=0.4)
            label = name if place == 0 else None
            ax.plot(np.mean(drawn), height, marker, color=colour, markersize=8, label=label)
    ax.set(title=title, xlabel="AUROC of wrong labels (1 is perfect)")
    ax.set_yticks(places, list(WAYS))
    ax.grid(axis="y", color="0.9")
    ax.set_axisbelow(True)
axes[0].invert_yaxis()
axes[0].legend(loc="lower left", frameon=False)
plt.show()
