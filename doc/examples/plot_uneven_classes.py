"""
Who loses a rare class?
=======================

A rare class and a wrong label look alike: both are labelled otherwise than the rows around them.
Leave out a fixed share of the rows that fit worst, and the rare class goes first. What matters is
to ask first whether anything is wrong at all.

More on rare classes: :doc:`/user_guide/uneven_classes`.
"""

# %%
# One digit in sixteen
# --------------------
# 600 handwritten digits, of which 36 are eights: the rare class. In half of the draws all labels
# are right, in the other half one in twenty is flipped. Three ways to choose what to leave out:
#
# * the twentieth whose label a forest that has not seen the row finds least probable;
# * the twentieth of lowest value;
# * ``fraction="auto"``: rows that are more likely wrong than right, at most half of a class.

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.model_selection import cross_val_predict

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs.exceptions import ClassFractionWarning

N_DRAWS = 3
images, digit = load_digits(return_X_y=True)
images, is_eight = images / 16, (digit == 8).astype(int)


def draw(share_wrong, seed):
    """Training rows with 6 % of the rare class, which labels are wrong, and test rows."""
    rng = np.random.default_rng(seed)
    rare, common = (rng.permutation(np.flatnonzero(is_eight == k)) for k in (1, 0))
    rows = np.concatenate([rare[:36], common[:564]])
    is_wrong = rng.random(len(rows)) < share_wrong
    rest = np.concatenate([rare[36:], common[564:]])
    return rows, is_wrong, rest


def kept_by(X, y):
    """Which rows each way keeps, by name."""
    forest = RandomForestClassifier(50, min_samples_leaf=2, random_state=0)
    fits = cross_val_predict(forest, X, y, cv=5, method="predict_proba")[np.arange(len(y)), y]
    valuer = DVGSValuer(n_restarts=1, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ClassFractionWarning)  # it says that the limit was met
        clean = LowValueFilter(valuer).fit(X, y)
    twentieth = len(y) // 20
    lowest = np.argsort(np.argsort(clean.values_, kind="stable"), kind="stable") < twentieth
    least_probable = np.argsort(np.argsort(fits, kind="stable"), kind="stable") < twentieth
    return {
        "keep all": np.ones(len(y), dtype=bool),
        "5 % least probable": ~least_probable,
        "5 % of lowest value": ~lowest,
        'fraction="auto"': clean.support_,
    }


# %%
# What is lost, and what is learnt
# --------------------------------
# Counted are the right rows of the rare class that are lost, and, of the eights of the test rows,
# the share that a logistic regression finds which was trained on what is kept.

lost, recall = {}, {}
for share in (0.0, 0.05):
    for seed in range(N_DRAWS):
        rows, is_wrong, rest = draw(share, seed)
        y = np.where(is_wrong, 1 - is_eight[rows], is_eight[rows])
        right_and_rare = ~is_wrong & (y == 1)
        for way, kept in kept_by(images[rows], y).items():
            classifier = LogisticRegression(max_iter=500).fit(images[rows][kept], y[kept])
            found = recall_score(is_eight[rest], classifier.predict(images[rest]))
            lost.setdefault((way, share), []).append((~kept)[right_and_rare].mean())
            recall.setdefault((way, share), []).append(found)
ways = list(dict.fromkeys(way for way, _ in lost))
for way in ways:
    shown = [f"{np.mean(lost[way, s]):6.0%}{np.mean(recall[way, s]):8.2f}" for s in (0.0, 0.05)]
    print(f"{way:22} lost, recall: {shown[0]} all labels right, {shown[1]} one in twenty wrong")

# %%
# Picture
# -------
# Each point is one draw, and each bar their mean. Where all labels are right, the twentieth that
# the forest finds least probable is most of the rare class, and a model trained on the rest does
# not know an eight. The twentieth of lowest value takes some, because it has to take something;
# ``"auto"`` takes nothing. Where labels are wrong, all three find the wrong ones first.

BLUE, ORANGE = "#0072B2", "#D55E00"
figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), sharey=True, layout="constrained")
places = np.arange(len(ways))
for ax, numbers, title in (
    (axes[0], lost, "right rows of the rare class that are lost"),
    (axes[1], recall, "rare class found in the test rows (recall)"),
):
    for share, colour, shift in ((0.0, BLUE, -0.18), (0.05, ORANGE, 0.18)):
        name = "all labels right" if share == 0 else "one label in twenty wrong"
        means = [np.mean(numbers[way, share]) for way in ways]
        ax.barh(places + shift, means, height=0.32, color=colour, alpha=0.35, label=name)
        for place, way in zip(places, ways, strict=True):
            ax.plot(
                numbers[way, share],
                np.full(N_DRAWS, place + shift),
                "o",
                color=colour,
                markersize=5,
            )
    ax.set(title=title, xlim=(-0.02, 1))
    ax.xaxis.set_major_formatter("{x:.0%}")
axes[0].set_yticks(places, ways)
axes[0].invert_yaxis()
axes[0].legend(loc="lower right", frameon=False)
plt.show()
