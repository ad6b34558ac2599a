"""
Which kinds of label noise are found?
=====================================

Labels are rarely wrong at random: people mistake a class for one that looks like it, and do so
where a row is hard to tell. :func:`~skdvgs.datasets.corrupt_labels` makes such mistakes on
purpose, :func:`~skdvgs.metrics.noise_detection_auroc` says how well values find them, and the
displays of :mod:`skdvgs.plotting` show it.
"""

# %%
# Three ways to be wrong
# ----------------------
# A fifth of the labels of 1,000 handwritten digits is changed: to any other digit, to the next
# digit (all wrong zeros become ones), or, for digits that a simple classifier is in doubt of, to
# the digit that it takes them for. The target set is 250 digits with checked labels.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_labels
from skdvgs.metrics import noise_detection_auroc, noise_detection_f1
from skdvgs.plotting import LowestImagesDisplay, NoiseDetectionDisplay, ValueDistributionDisplay

X, y = load_digits(return_X_y=True)
X = X / 16.0
X, X_val, y, y_val = train_test_split(
    X, y, train_size=1000, test_size=250, stratify=y, random_state=0
)

found = {}
for kind in ("uniform", "class_conditional", "instance_dependent"):
    features = X if kind == "instance_dependent" else None
    y_noisy, is_noisy = corrupt_labels(y, 0.2, kind=kind, X=features, random_state=0)
    valuer = DVGSValuer(max_epochs=40, random_state=0)
    valuer.fit(X, y_noisy, X_val=X_val, y_val=y_val)
    found[kind] = valuer, y_noisy, is_noisy
    print(
        f"{kind:18} AUROC {noise_detection_auroc(valuer.values_, is_noisy):.3f}, "
        f"F1 at the known rate {noise_detection_f1(valuer.values_, is_noisy):.3f}"
    )

# %%
# How soon they are found
# -----------------------
# Inspect the rows from the lowest value up: how many of the wrong labels have been seen after
# so many rows? Mistakes that depend on the row are the hardest to find, and the most common.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
for kind, (valuer, _, is_noisy) in found.items():
    NoiseDetectionDisplay.from_estimator(valuer, is_noisy, name=kind.replace("_", " "), ax=left)
valuer, y_noisy, is_noisy = found["instance_dependent"]
ValueDistributionDisplay.from_estimator(valuer, is_noisy=is_noisy, ax=right)
right.set_title("instance dependent", loc="right", fontsize="medium")

# %%
# The first ones to look at
# -------------------------
# Over each digit stand the label it was given and the one it had; frames mark the wrong ones.

LowestImagesDisplay.from_estimator(
    valuer, X, y=y_noisy, suggested=y, is_noisy=is_noisy, cmap="gray_r"
)
plt.show()
