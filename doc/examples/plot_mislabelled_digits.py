"""
Which digits are mislabelled?
=============================

A fifth of the training labels of scikit-learn's digits are flipped. Values find the flipped rows,
and a :class:`~skdvgs.LowValueFilter` in an ordinary scikit-learn ``Pipeline`` keeps them away from
the classifier.

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

from skdvgs import CleanedClassifier, DVGSValuer, LowValueFilter

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
# A value is the probability that the label of a row is right. Without a target set it is found from
# the source rows alone, dirty labels included. The AUROC is the probability that a flipped row gets
# a lower value than a row that was left alone.


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
# A filter needs no target set. It leaves out the rows that are more likely wrong than right. A
# :class:`~skdvgs.CleanedClassifier` gives them their suggested labels instead.

classifier = LogisticRegression(C=10.0, max_iter=2000)
valuer = DVGSValuer(random_state=0)
pipeline = Pipeline([("clean", LowValueFilter(valuer)), ("clf", classifier)])
relabelling = CleanedClassifier(classifier, valuer, action="relabel")

accuracies = {
    "dirty labels": clone(classifier).fit(X_train, y_dirty).score(X_test, y_test),
    "filtered": pipeline.fit(X_train, y_dirty).score(X_test, y_test),
    "relabelled": relabelling.fit(X_train, y_dirty).score(X_test, y_test),
    "clean labels": clone(classifier).fit(X_train, y_clean).score(X_test, y_test),
}
for title, accuracy in accuracies.items():
    print(f"Test accuracy, {title + ':':14} {accuracy:.3f}")

# %%
# How many rows to leave out is a parameter like any other. ``GridSearchCV`` goes by the accuracy on
# held-out rows, whose labels are just as dirty, so its choice is a rough one.

start = time.perf_counter()
quick = clone(pipeline).set_params(clean__valuer__n_restarts=1)
search = GridSearchCV(quick, {"clean__fraction": [0.0, 0.1, 0.2, "auto"]}, cv=3)
search.fit(X_train, y_dirty)
chosen = search.best_params_["clean__fraction"]
accuracy = search.score(X_test, y_test)
print(f"GridSearchCV chose fraction={chosen}: {accuracy:.3f}, {time.perf_counter() - start:.1f} s")
print(f"Time in all: {time.perf_counter() - started:.1f} s")

# %%
# Picture
# -------
# The lowest-valued rows are the ones to look at first.

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"


def plot_distribution(ax):
    """Values of flipped rows and of all others, and the cut between them."""
    bins = np.linspace(values.min(), values.max(), 40)
    ax.hist(values[~flipped], bins, color=BLUE, alpha=0.75, label="label left alone")
    ax.hist(values[flipped], bins, color=ORANGE, alpha=0.75, label="label flipped")
    ax.axvline(0.5, color=GREY, linestyle="--", label="as likely wrong as right")
    ax.set(title="Values of the source rows", xlabel="value", ylabel="rows")
    ax.locator_params(axis="x", nbins=5)
    ax.legend(loc="upper center", framealpha=1, edgecolor="none")


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
    ax.legend(loc="lower right", framealpha=1, edgecolor="none")


def plot_accuracy(ax):
    """Test accuracy with the labels as they came, cleaned, and as they should have been."""
    for position, (accuracy, colour) in enumerate(
        zip(accuracies.values(), (ORANGE, BLUE, BLUE, GREY), strict=True)
    ):
        ax.plot(accuracy, position, "o", color=colour, markersize=12)
        ax.annotate(f"{accuracy:.3f}", (accuracy, position - 0.25), ha="center")
    ax.set_yticks(range(len(accuracies)), list(accuracies))
    ax.grid(axis="y", color="0.9")
    ax.set_axisbelow(True)
    ax.set(
        title="Logistic regression on the test rows",
        xlabel="accuracy",
        xlim=(min(accuracies.values()) - 0.02, 1.0),
        ylim=(3.5, -0.5),
    )


def plot_lowest(figure, shape=(3, 14)):
    """The lowest-valued digits with the label they were given; wrong ones in orange."""
    lowest = np.argsort(values)[: shape[0] * shape[1]]
    for ax, row in zip(figure.subplots(*shape).flat, lowest, strict=True):
        ax.imshow(X_train[row].reshape(8, 8), cmap="gray_r")
        ax.set(xticks=[], yticks=[])
        colour = ORANGE if flipped[row] else BLUE
        ax.set_title(f"“{y_dirty[row]}”", color=colour, fontsize=12, pad=3)
    figure.suptitle(
        f"The {lowest.size} lowest-valued rows, each with the label it was given: "
        f"{flipped[lowest].sum()} are wrong"
    )


figure = plt.figure(figsize=(13, 7.5), layout="constrained")
curves, digits = figure.subfigures(2, 1, height_ratios=[1.1, 1], hspace=0.04)
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
