"""
Are rows valued lower the noisier they are?
===========================================

The labels are right here, but the measurements are noisy, in some rows more than in others. A
value also tells of that: the more noise a row has, the less it agrees with the target set.
"""

# %%
# Noise of a level of its own for each row
# ----------------------------------------
# Each of 1,000 handwritten digits gets Gaussian noise of a standard deviation between 0 and 1.5
# times the range of its pixels. The target set, 250 digits, stays as it is.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_features
from skdvgs.plotting import LowestImagesDisplay, ValueDistributionDisplay, ValueScatterDisplay

X, y = load_digits(return_X_y=True)
X, X_val, y, y_val = train_test_split(
    X / 16.0, y, train_size=1000, test_size=250, stratify=y, random_state=0
)
X_noisy, levels = corrupt_features(X, scale=(0.0, 1.5), random_state=0)

valuer = DVGSValuer(max_epochs=30, n_restarts=2, random_state=0)
valuer.fit(X_noisy, y, X_val=X_val, y_val=y_val)

# %%
# Values against the noise
# ------------------------
# The line joins medians of bins of equally many rows, and the band holds the middle half of each.
# On the right, rows with noise above 0.75 count as noisy.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
ValueScatterDisplay.from_estimator(
    valuer, levels, x_name="standard deviation of the noise", ax=left
)
ValueDistributionDisplay.from_estimator(valuer, is_noisy=levels > 0.75, kind="density", ax=right)

# %%
# The rows of lowest value
# ------------------------
# Hardly any of these digits can be read.

LowestImagesDisplay.from_estimator(
    valuer, X_noisy, y=y, is_noisy=levels > 0.75, n_images=16, cmap="gray_r"
)
plt.show()
