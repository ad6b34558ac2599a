"""
Which rows help somewhere else?
===============================

A value is never a row's worth as such, but its worth *for a target set*. Here the same source rows
are valued twice, for two places that a classifier may be sent to, and the two rankings differ: rows
that are right but from elsewhere rank low for one place and high for the other. Rows with a wrong
label rank lower than their neighbours for both.

More on target sets: :doc:`/user_guide/target_sets`.
"""

# %%
# One source, two places
# ----------------------
# The first scanner takes its pages upright, the second one on their side. Half of the 1,000 source
# rows are from each, in no order, and a tenth of all labels is wrong. From each scanner there are
# 150 checked digits for a target set, and others for a test.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from torch import nn

from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_labels

PLACES = ("upright", "sideways")
COLOURS = {"upright": "#0072B2", "sideways": "#E69F00", "wrong label": "black"}


def scan(images, place):
    """Pixels of the images as the scanner of a place sees them, one row each."""
    turned = np.rot90(images, axes=(1, 2)) if place == "sideways" else images
    return turned.reshape(len(images), -1)


digits = load_digits()
images, rest, y, y_rest = train_test_split(
    digits.images / 16, digits.target, train_size=1000, stratify=digits.target, random_state=0
)
checked, tests, y_checked, y_tests = train_test_split(
    rest, y_rest, train_size=300, stratify=y_rest, random_state=0
)
rng = np.random.default_rng(0)
is_sideways = rng.random(len(images)) < 0.5
X = np.where(is_sideways[:, None], scan(images, "sideways"), scan(images, "upright"))
y_given, is_wrong = corrupt_labels(y, 0.1, random_state=0)

# %%
# Valued for each place
# ---------------------
# Only `X_val` and `y_val` change. The network is a small one of our own, because it learns from the
# target set alone. (The default network describes each row by what forests and kernels fitted to
# *all* rows say of it, so that it knows both scanners whichever is the target. That finds wrong
# labels better and tells places apart less.)


class Small(nn.Sequential):
    """One hidden layer."""

    def __init__(self, n_features, n_outputs):
        super().__init__(nn.Linear(n_features, 64), nn.Tanh(), nn.Linear(64, n_outputs))


values = {}
for place, half in zip(PLACES, (slice(0, 150), slice(150, 300)), strict=True):
    valuer = DVGSValuer(
        Small, max_epochs=30, lr=0.1, n_restarts=2, weighting="gradient_norm", random_state=0
    )
    valuer.fit(X, y_given, X_val=scan(checked[half], place), y_val=y_checked[half])
    values[place] = valuer.values_

# %%
# Trained on the rows of highest value
# ------------------------------------
# If values for a place mean what they say, a classifier trained on the better half of the rows is
# good *there*, and need not be good at the other place. Rows taken at random are the yardstick.

orders = {f"best half for {place}": np.argsort(-values[place])[:500] for place in PLACES}
orders["random half"] = rng.permutation(len(X))[:500]
orders["all rows"] = np.arange(len(X))
accuracy = {}
for title, rows in orders.items():
    classifier = LogisticRegression(C=0.3, max_iter=1000).fit(X[rows], y_given[rows])
    accuracy[title] = [classifier.score(scan(tests, place), y_tests) for place in PLACES]
    shown = ", ".join(f"{a:.3f} {p}" for a, p in zip(accuracy[title], PLACES, strict=True))
    print(f"{title:23} accuracy {shown}")

# %%
# Picture
# -------
# On the left each point is a source row. Rows of each scanner lie towards their own axis, digits
# that look alike either way lie between, and wrong labels lie to the lower left of the rest. On
# the right, half of the rows are better than all of them, if they are the right half; for the other
# place the same half is much worse than one taken at random.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
groups = {
    "upright": ~is_sideways & ~is_wrong,
    "sideways": is_sideways & ~is_wrong,
    "wrong label": is_wrong,
}
for (name, rows), marker in zip(groups.items(), "os^", strict=True):
    left.scatter(
        values["upright"][rows],
        values["sideways"][rows],
        s=18,
        marker=marker,
        color=COLOURS[name],
        alpha=0.55,
        linewidths=0,
        label=name,
    )
left.axhline(0, color="0.8", linewidth=0.8, zorder=0)
left.axvline(0, color="0.8", linewidth=0.8, zorder=0)
left.set(xlabel="value for upright pages", ylabel="value for pages on their side", aspect="equal")
left.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False)

for place, marker, height in zip(PLACES, "os", (-0.08, 0.08), strict=True):
    scores = [pair[PLACES.index(place)] for pair in accuracy.values()]
    right.plot(
        scores,
        np.arange(len(scores)) + height,
        marker,
        color=COLOURS[place],
        markersize=9,
        label=f"tested on {place} pages",
    )
right.set_yticks(range(len(accuracy)), list(accuracy))
right.invert_yaxis()
right.grid(axis="y", color="0.9")
right.set(xlabel="test accuracy of a logistic regression")
right.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
plt.show()
