"""
How many rows should a pipeline leave out?
==========================================

A :class:`~skdvgs.LowValueFilter` is a step like any other, so ``GridSearchCV`` tunes the share of
rows it leaves out together with the settings of the classifier. In each split the filter sees the
training rows alone, and no row to be predicted is ever left out.

More on filters in a ``Pipeline``: :doc:`/user_guide/pipeline`.
"""

# %%
# Data and pipeline
# -----------------
# Cell nuclei, benign or malignant: 30 measurements each, and a quarter of the training labels is
# wrong. The network wants numbers of similar size, so the filter stands after the scaler, and right
# before the classifier. ``memory`` names a folder where fitted steps are kept, so that rows are not
# valued anew for each setting of the classifier.

from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs.datasets import corrupt_labels

X, y = load_breast_cancer(return_X_y=True)
X, X_test, y_true, y_test = train_test_split(X, y, test_size=0.4, stratify=y, random_state=0)
y, is_wrong = corrupt_labels(y_true, 0.25, random_state=0)

valuer = DVGSValuer(cv=3, n_restarts=1, random_state=0)
pipeline = Pipeline(
    [
        ("scale", StandardScaler()),
        ("clean", LowValueFilter(valuer)),
        ("classify", KNeighborsClassifier()),
    ],
    memory=mkdtemp(),
)

# %%
# Search
# ------
# ``fraction="auto"`` estimates the share by itself, and 0 leaves nothing out. The labels that the
# search scores with are as dirty as those it trains with. All candidates suffer alike, so the score
# is too low, but it still tells which candidate is best.

fractions = [0.0, 0.2, 0.4, "auto"]
neighbours = [1, 5, 25]
search = GridSearchCV(
    pipeline, {"clean__fraction": fractions, "classify__n_neighbors": neighbours}, cv=3
)
search.fit(X, y)
print(f"Best: {search.best_params_}, accuracy in the search {search.best_score_:.3f}")
print(f"Test accuracy with checked labels: {search.score(X_test, y_test):.3f}")
found = ~search.best_estimator_["clean"].support_
print(f"Rows left out: {found.sum()}, of which {is_wrong[found].mean():.0%} have a wrong label")

# %%
# Picture
# -------
# Left is what the search saw, right what it could not see: the same candidates, trained on all
# training rows, on test rows with checked labels. One neighbour repeats every wrong label that is
# left in; once they are filtered out, it hardly matters how many neighbours are asked. The best
# candidate of a search among noisy scores need not be the best one in truth, but it is near it.

results = search.cv_results_
seen = results["mean_test_score"].reshape(len(neighbours), len(fractions))
truth = np.array(
    [
        pipeline.set_params(**parameters).fit(X, y).score(X_test, y_test)
        for parameters in results["params"]
    ]
).reshape(seen.shape)

figure, axes = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
places = np.arange(len(fractions))
styles = (("#D55E00", "^", ":"), ("#0072B2", "o", "-"), ("#009E73", "s", "--"))
for ax, accuracy in zip(axes, (seen, truth), strict=True):
    for k, line, (colour, marker, dashes) in zip(neighbours, accuracy, styles, strict=True):
        name = f"{k} neighbour{'s' if k > 1 else ''}"
        # The estimated share has no place on the axis of the others.
        ax.plot(places[:-1], line[:-1], color=colour, marker=marker, linestyle=dashes, label=name)
        ax.plot(places[-1], line[-1], color=colour, marker=marker)
    ax.set_xticks(places, fractions)
    ax.set_xlabel("clean__fraction, the share of training rows left out")
axes[0].set_ylabel("accuracy in the search, dirty labels")
axes[1].set_ylabel("test accuracy, checked labels")
axes[1].legend(loc="lower right", frameon=False)
plt.show()
