"""
What happens when rows are removed by value?
============================================

If values are good, a classifier does not miss the rows of lowest value, and misses those of
highest value more than rows taken at random. A removal curve puts this to the test, without
knowing which rows are wrong.
"""

# %%
# Values of rows with flipped labels
# ----------------------------------
# A third of the labels of 800 handwritten digits is wrong; 200 digits with checked labels are the
# target set, and the rest tests the classifier.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_labels
from skdvgs.plotting import RemovalCurveDisplay, TrajectoryDisplay

X, y = load_digits(return_X_y=True)
X = X / 16.0
X, X_rest, y, y_rest = train_test_split(X, y, train_size=800, stratify=y, random_state=0)
X_val, X_test, y_val, y_test = train_test_split(
    X_rest, y_rest, train_size=200, stratify=y_rest, random_state=0
)
y_noisy, _ = corrupt_labels(y, 1 / 3, random_state=0)
valuer = DVGSValuer(max_epochs=40, n_restarts=3, random_state=0)
valuer.fit(X, y_noisy, X_val=X_val, y_val=y_val)

# %%
# The network on the way
# ----------------------
# Values are means along the training of a small network on the target set. Where the target loss
# has fallen to almost nothing, the network knows the target set by heart, and there is little
# left to compare rows with.

TrajectoryDisplay.from_estimator(valuer)

# %%
# Trained again and again
# -----------------------
# The classifier is trained anew for every share of rows removed, in three orders.

display = RemovalCurveDisplay.from_estimator(
    LogisticRegression(max_iter=500),
    X,
    y_noisy,
    X_test,
    y_test,
    valuer,
    fractions=[0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    n_repeats=3,
    random_state=0,
)
for order, curve in display.curves.items():
    before, after = curve.scores.mean(axis=1)[[0, 3]]
    print(f"{order:8} accuracy {before:.3f} with all rows, {after:.3f} without 30 % of them")
plt.show()

# sphinx_gallery_thumbnail_number = 2  # noqa: ERA001
