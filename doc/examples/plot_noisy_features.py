"""
Which rows have noisy features?
===============================

The labels are right here, but the measurements are noisy, in some rows more than in others. Whether
a row is unusual and whether its label is wrong are two questions. The default network answers both.
"""

# %%
# Noise of a level of its own for each row
# ----------------------------------------
# Each of 426 tumours gets Gaussian noise on its 30 measurements, of a standard deviation between 0
# and 3 times that of the measurement. The target set, 143 tumours, stays as it is.

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import scale

from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_features
from skdvgs.plotting import ValueScatterDisplay

X, y = load_breast_cancer(return_X_y=True)
X, X_val, y, y_val = train_test_split(scale(X), y, test_size=0.25, stratify=y, random_state=0)
X_noisy, levels = corrupt_features(X, scale=(0.0, 3.0), random_state=0)

valuer = DVGSValuer(random_state=0).fit(X_noisy, y, X_val=X_val, y_val=y_val)

# %%
# Usual or not, right or wrong
# ----------------------------
# Two questions, two attributes. `typicality_` says how usual the features of a row are: it falls
# as the noise grows. `values_` say how probable it is that the label is right: they fall only where
# the noise has made a row look like the other class. The line joins medians of bins of equally many
# rows, and the band holds the middle half of each.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
noise = "standard deviation of the noise"
ValueScatterDisplay.from_values(valuer.typicality_, levels, x_name=noise, ax=left)
left.set(ylabel="typicality: how usual the features are")
ValueScatterDisplay.from_estimator(valuer, levels, x_name=noise, ax=right)
right.set(ylabel="value: probability that the label is right")
plt.show()
