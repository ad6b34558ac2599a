"""
Which digits are mislabelled?
=============================

A fifth of the training labels of scikit-learn's digits are flipped. Data values find the flipped
rows, and a :class:`~skdvgs.LowValueFilter` in an ordinary scikit-learn ``Pipeline`` keeps them
away from the classifier.

Run as a script, an argument names the file that the picture is written to::

    python plot_mislabelled_digits.py mislabelled_digits.png
"""

# %%
# Data
# ----
# A quarter of the rows tests the classifiers and keeps its labels. 250 rows are the target set:
# somebody has checked their labels. The rest is the source set, where every fifth label is wrong.

import sys
import time

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline

from skdvgs import DVGSValuer, LowValueFilter

started = time.perf_counter()
X, y = load_digits(return_X_y=True)
X = X / 16.0
X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)
X_train, X_val, y_clean, y_val = train_test_split(
    X_rest, y_rest, test_size=250, stratify=y_rest, random_state=0
)

rng = np.random.default_rng(0)
flipped = np.zeros(y_clean.size, dtype=bool)
flipped[rng.choice(y_clean.size, size=y_clean.size // 5, replace=False)] = True
y_dirty = np.where(flipped, (y_clean + rng.integers(1, 10, size=y_clean.size)) % 10, y_clean)
print(f"{y_dirty.size} source rows, {flipped.sum()} of them with a flipped label")

# %%
# Values
# ------
# A value is in [-1, 1], and higher is better: how well a row's gradient agrees with the gradient
# of the target set while a network learns the target set. Without a target set each fold of the
# source serves as the target of the other rows, dirty labels included. The AUROC is the
# probability that a flipped row gets a lower value than a row that was left alone.


def time_values(title, **target):
    """Value the source rows; print how well the flipped ones are found and the time it took."""
    start = time.perf_counter()
    values = DVGSValuer(random_state=0).fit(X_train, y_dirty, **target).values_
    auroc = roc_auc_score(flipped, -values)
    print(f"{title:28} AUROC {auroc:.3f}, {time.perf_counter() - start:5.1f} s")
    return values, auroc


values, auroc = time_values("With a target of 250 rows:", X_val=X_val, y_val=y_val)
values_alone, auroc_alone = time_values("Without a target set:")

# %%
# In a Pipeline
# -------------
# The filter needs no target set, and how many rows to leave out is a parameter like any other:
# ``GridSearchCV`` chooses it by the accuracy on held-out rows, whose labels are just as dirty.

classifier = LogisticRegression(C=10.0, max_iter=2000)
pipeline = Pipeline(
    [("clean", LowValueFilter(DVGSValuer(random_state=0))), ("clf", clone(classifier))]
)
start = time.perf_counter()
search = GridSearchCV(pipeline, {"clean__fraction": [0.0, 0.1, 0.2, 0.3]}, cv=3)
search.fit(X_train, y_dirty)
chosen = search.best_params_["clean__fraction"]
print(f"GridSearchCV chose fraction={chosen} in {time.perf_counter() - start:.1f} s")

accuracies = {
    "dirty labels": clone(classifier).fit(X_train, y_dirty).score(X_test, y_test),
    "filtered": search.score(X_test, y_test),
    "clean labels": clone(classifier).fit(X_train, y_clean).score(X_test, y_test),
}
for title, accuracy in accuracies.items():
    print(f"Test accuracy, {title + ':':14} {accuracy:.3f}")
print(f"Time in all: {time.perf_counter() - started:.1f} s")

# %%
# Picture
# -------
# The lowest-valued rows are the ones to look at first. All but a few carry a wrong label.

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"


def plot_distribution(ax):
    """Values of flipped rows and of all others, and where a cut at the known rate would lie."""
    bins = np.linspace(values.min(), values.max(), 40)
    ax.hist(values[~flipped], bins, color=BLUE, alpha=0.75, label="label left alone")
    ax.hist(values[flipped], bins, color=ORANGE, alpha=0.75, label="label flipped")
    ax.axvline(np.quantile(values, 0.2), color=GREY, linestyle="--", label="lowest fifth")
    ax.set(title="Values of the source rows", xlabel="data value", ylabel="rows")
    ax.legend(frameon=False)


def plot_detection(ax):
    """Share of the flipped rows found when the rows are inspected from the lowest value up."""
    inspected = np.arange(1, values.size + 1) / values.size
    perfect = np.minimum(inspected / flipped.mean(), 1.0)
    ax.plot(inspected, perfect, color=GREY, linestyle=":", label="perfect")
    for curve, colour, style, title in (
        (values, BLUE, "-", f"target of 250 rows (AUROC {auroc:.3f})"),
        (values_alone, ORANGE, "--", f"no target set (AUROC {auroc_alone:.3f})"),
    ):
        found = np.cumsum(flipped[np.argsort(curve)]) / flipped.sum()
        ax.plot(inspected, found, color=colour, linestyle=style, label=title)
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, label="random order")
    ax.set(
        title="Flipped labels found",
        xlabel="share of rows inspected, lowest value first",
        ylabel="share of flipped rows found",
    )
    ax.legend(frameon=False, loc="lower right")


def plot_accuracy(ax):
    """Test accuracy with the labels as they came, filtered, and as they should have been."""
    bars = ax.barh(list(accuracies), list(accuracies.values()), color=[ORANGE, BLUE, GREY])
    ax.bar_label(bars, fmt="{:.3f}", padding=3)
    ax.invert_yaxis()
    ax.set(
        title="Logistic regression on the test rows",
        xlabel="accuracy",
        xlim=(0.95 * min(accuracies.values()), 1.0),
    )


def plot_lowest(figure):
    """The lowest-valued digits with the label they were given; wrong ones in orange."""
    lowest = np.argsort(values)[:40]
    axes = figure.subplots(4, 10)
    for ax, row in zip(axes.flat, lowest, strict=True):
        ax.imshow(X_train[row].reshape(8, 8), cmap="gray_r")
        ax.set(xticks=[], yticks=[])
        wrong = flipped[row]
        ax.set_title(
            f"“{y_dirty[row]}”" + ("" if wrong else " ✓"),
            color=ORANGE if wrong else BLUE,
            fontsize=9,
            pad=2,
        )
    figure.suptitle("The 40 lowest-valued rows and the label each was given (✓: it is right)")


figure = plt.figure(figsize=(12, 8), layout="constrained")
curves, digits = figure.subfigures(2, 1, height_ratios=[1, 1.05])
axes = curves.subplots(1, 3)
plot_distribution(axes[0])
plot_detection(axes[1])
plot_accuracy(axes[2])
plot_lowest(digits)

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1], dpi=150)
    print(f"Picture: {sys.argv[1]}")
else:
    plt.show()
