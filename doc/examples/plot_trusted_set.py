"""
How many rows must be trusted, and which?
=========================================

None, as long as errors are a minority of every class. Where a class is mistaken for another one
nearly half of the time, only rows that somebody has checked can tell which label is the right one.
They need not be there at the start: what is reviewed today is trusted tomorrow.

Which rows to trust: :doc:`/user_guide/target_sets`.
"""

# %%
# Errors with a pattern
# ---------------------
# 350 handwritten digits, 40 % of them with the label of the next digit: zeros are called ones, ones
# twos, and so on. Somebody who looks at a row knows its true label, but has not the time to look at
# all of them.

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_labels
from skdvgs.exceptions import RareClassWarning, UnseenLabelWarning
from skdvgs.metrics import noise_detection_auroc

images, digit = load_digits(return_X_y=True)
images = images / 16
# A few trusted rows need not hold every digit.
warnings.simplefilter("ignore", UnseenLabelWarning)
warnings.simplefilter("ignore", RareClassWarning)


def draw(seed):
    """Rows with their true and given labels, and rows from which trusted ones are taken."""
    order = np.random.default_rng(seed).permutation(len(digit))
    rows, others = order[:350], order[350:]
    given, is_wrong = corrupt_labels(digit[rows], 0.4, kind="class_conditional", random_state=seed)
    return images[rows], digit[rows], given, is_wrong, images[others], digit[others]


# %%
# How many
# --------
# Trusted rows drawn at random, for two draws of the data. Already a hundred make the cut at 0.5
# find most of what is wrong.

sizes = (0, 30, 100, 300)
aurocs, found = np.empty((2, len(sizes))), np.empty((2, len(sizes)))
for seed in range(2):
    X, y_true, y, is_wrong, X_others, y_others = draw(seed)
    for place, size in enumerate(sizes):
        trusted = {"X_val": X_others[:size], "y_val": y_others[:size]} if size else {}
        valuer = DVGSValuer(n_restarts=1, random_state=0).fit(X, y, **trusted)
        aurocs[seed, place] = noise_detection_auroc(valuer.values_, is_wrong)
        found[seed, place] = np.mean(valuer.values_[is_wrong] < 0.5)
for size, auroc, share in zip(sizes, aurocs.mean(axis=0), found.mean(axis=0), strict=True):
    print(f"{size:4} trusted rows: AUROC {auroc:.3f}, {share:.0%} of the wrong labels below 0.5")

# %%
# Growing it by review
# --------------------
# Now without any at the start. In each of three rounds 25 rows are looked at and join the trusted
# set with their true label: those of lowest value, those in most doubt, or some at random. What
# counts is how many labels of the table are right in the end, if rows that nobody looked at get the
# label that is suggested for them.

X, y_true, y, _, _, _ = draw(0)


def review(choose, n_rounds=3, n_looked_at=25):
    """Share of right labels after each round."""
    is_reviewed = np.zeros(len(y), dtype=bool)
    right = []
    for _ in range(n_rounds + 1):
        rest = np.flatnonzero(~is_reviewed)
        trusted = {"X_val": X[is_reviewed], "y_val": y_true[is_reviewed]} if right else {}
        valuer = DVGSValuer(n_restarts=1, random_state=0).fit(X[rest], y[rest], **trusted)
        labels = y_true.copy()  # reviewed rows
        labels[rest] = valuer.suggested_labels_
        right.append(np.mean(labels == y_true))
        is_reviewed[rest[choose(valuer.values_)[:n_looked_at]]] = True
    return right


rng = np.random.default_rng(0)
right = {
    "the lowest values": review(np.argsort),
    "values near 0.5": review(lambda values: np.argsort(np.abs(values - 0.5))),
    "rows at random": review(lambda values: rng.permutation(len(values))),
}
for way, shares in right.items():
    print(f"review of {way:18} " + "  ".join(f"{share:.3f}" for share in shares))

# %%
# Picture
# -------
# On the left both numbers rise with the trusted rows, and they are nearer to 1 in both draws. On
# the right the rows of lowest value make a poor trusted set: nearly all of them were wrong, and
# they tell little of the rest. They are the ones to look at if 25 errors are to be corrected today.
# To help the values tell the others, look at rows in doubt, or at rows drawn at random.

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
figure, (left, right_ax) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
for numbers, colour, marker, name in (
    (aurocs, BLUE, "o", "AUROC of wrong labels"),
    (found, ORANGE, "s", "share of wrong labels below 0.5"),
):
    places = np.arange(len(sizes))
    left.plot(places, numbers.mean(axis=0), color=colour, label=name)
    for one_draw in numbers:
        left.plot(places, one_draw, marker, color=colour, markersize=6)
left.set_xticks(places, sizes)
left.set(xlabel="trusted rows, drawn at random", ylim=(0.4, 1.02))
left.legend(loc="lower right", frameon=False)

reviewed = 25 * np.arange(4)
for (way, shares), colour, marker in zip(
    right.items(), (ORANGE, BLUE, "#009E73"), "sod", strict=True
):
    right_ax.plot(reviewed, shares, color=colour, marker=marker, label=f"review of {way}")
right_ax.axhline(np.mean(y == y_true), color=GREY, linestyle=":", label="labels as they came")
right_ax.set(xlabel="rows looked at", ylabel="right labels in the end", ylim=(0.45, 1.02))
right_ax.legend(loc="lower right", frameon=False)
plt.show()
