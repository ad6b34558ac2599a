"""
Are rows valued lower the noisier they are?
===========================================

The labels are right here, but the measurements are noisy, in some rows more than in others. A
value also tells of that: the more noise a row has, the less it agrees with the target set.
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
from skdvgs.plotting import ValueDistributionDisplay, ValueScatterDisplay

X, y = load_breast_cancer(return_X_y=True)
X, X_val, y, y_val = train_test_split(scale(X), y, test_size=0.25, stratify=y, random_state=0)
X_noisy, levels = corrupt_features(X, scale=(0.0, 3.0), random_state=0)

valuer = DVGSValuer(random_state=0).fit(X_noisy, y, X_val=X_val, y_val=y_val)

# %%
# Values against the noise
# ------------------------
# The line joins medians of bins of equally many rows, and the band holds the middle half of each.
# On the right, rows with noise above 1.5 count as noisy.
#
# Values of very noisy rows end near 0: they agree with nothing, while a row with a *wrong label*
# pulls the other way and falls below. How well noise shows depends on the data.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
ValueScatterDisplay.from_estimator(
    valuer, levels, x_name="standard deviation of the noise", ax=left
)
ValueDistributionDisplay.from_estimator(valuer, is_noisy=levels > 1.5, kind="density", ax=right)
plt.show()
