"""
Which numbers are wrong?
========================

Numbers to predict go wrong in other ways than labels: a decimal point slips, two lines are mixed
up, a scale reads too high. Values tell which targets do not fit their row, and say where they
cannot tell.

More on numbers to predict: :doc:`/user_guide/regression`.
"""

# %%
# Three kinds of mistakes
# -----------------------
# Cell nuclei: the mean area is predicted from what else was measured of them. A tenth of the 569
# areas is wrong. A third of these lost or gained a decimal place, a third belongs to another row,
# and a third is 20 % too high or too low.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import cross_val_predict, train_test_split

from skdvgs import CleanedRegressor, DVGSValuer
from skdvgs.metrics import noise_detection_auroc

X = load_breast_cancer(as_frame=True).data
area = X["mean area"].to_numpy()
X = X.drop(columns=["mean area", "mean radius", "mean perimeter"])
X, X_test, area, area_test = train_test_split(X, area, test_size=0.25, random_state=0)

KINDS = ("right", "decimal point", "another row", "20 % off")
rng = np.random.default_rng(0)
kind = np.zeros(len(area), dtype=int)
kind[rng.permutation(len(area))[: len(area) // 10]] = np.arange(len(area) // 10) % 3 + 1
y = area.copy()
y[kind == 1] *= rng.choice([0.1, 10], size=(kind == 1).sum())
y[kind == 2] = rng.permutation(area)[kind == 2]
y[kind == 3] *= rng.choice([0.8, 1.2], size=(kind == 3).sum())

# %%
# Values
# ------
# A value is the probability that the target is right, with no trusted rows here. The residual of a
# forest that has not seen the row is the usual way to look for outliers, and the yardstick.

valuer = DVGSValuer(random_state=0).fit(X, y)
forest = RandomForestRegressor(30, random_state=0)
residual = np.abs(y - cross_val_predict(forest, X, y, cv=5))
low = valuer.values_ < 0.5
print(f"{low.sum()} targets are more likely wrong than right, {(kind[low] > 0).sum()} truly are")
print(f"{'AUROC':15}{'value':>8}{'residual':>10}")
for number, name in enumerate(KINDS[1:], start=1):
    rows = (kind == 0) | (kind == number)
    scores = [noise_detection_auroc(v[rows], kind[rows] > 0) for v in (valuer.values_, -residual)]
    print(f"{name:15}{scores[0]:8.3f}{scores[1]:10.3f}")

# %%
# What a model gains
# ------------------
# A :class:`~skdvgs.CleanedRegressor` leaves the low rows out.

quick = DVGSValuer(n_restarts=1, random_state=0)
cleaned = CleanedRegressor(forest, quick).fit(X, y)
for title, model in (
    ("all targets", clone(forest).fit(X, y)),
    ("low ones left out", cleaned),
    ("no wrong ones", clone(forest).fit(X, area)),
):
    error = mean_absolute_error(area_test, model.predict(X_test))
    print(f"mean absolute error, {title:18} {error:6.1f}")

# %%
# Picture
# -------
# On the left, slipped decimal points lie far from the diagonal and all have a value below 0.5. So
# do the areas of other rows that are far off for such cells. Areas that are 20 % off do not: that
# much could be chance. But they come next, as the right picture shows, so looking on after the cut
# pays.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
styles = (("#9A9A9A", "o"), ("#D55E00", "^"), ("#0072B2", "s"), ("#009E73", "D"))
predicted = forest.fit(X[~low], y[~low]).predict(X)
predicted[~low] = cross_val_predict(forest, X[~low], y[~low], cv=5)
for number, (name, (colour, marker)) in enumerate(zip(KINDS, styles, strict=True)):
    rows = kind == number
    left.scatter(predicted[rows], y[rows], s=22, marker=marker, color=colour, label=name)
left.scatter(
    predicted[low], y[low], s=95, facecolors="none", edgecolors="black", label="value below 0.5"
)
left.set(
    xscale="log", yscale="log", xlabel="area predicted from the other columns", ylabel="area given"
)
left.set_xticks([200, 500, 1000, 2000], ["200", "500", "1,000", "2,000"])
left.minorticks_off()
left.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=3, frameon=False)

order = np.argsort(valuer.values_, kind="stable")
seen = np.arange(1, len(y) + 1) / len(y)
for number, (name, (colour, _)) in enumerate(zip(KINDS, styles, strict=True)):
    if number:
        found = np.cumsum(kind[order] == number) / (kind == number).sum()
        right.plot(100 * seen, 100 * found, color=colour, label=name)
right.plot([0, 100], [0, 100], color="#666666", linewidth=0.8, label="random order")
right.set(xlabel="rows looked at, lowest value first, %", ylabel="of this kind seen, %")
right.legend(loc="lower right", frameon=False)
plt.show()
