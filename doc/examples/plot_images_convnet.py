"""
How are images valued with a convolutional network?
===================================================

The default network is made for tables: it knows nothing of which pixels are neighbours. For images
bring a network that does. Any skorch net will do; its optimiser, loss and batch size are kept.

More on networks of one's own: :doc:`/user_guide/own_networks`.
"""

# %%
# Images with wrong labels
# ------------------------
# 800 handwritten digits of 8 × 8 pixels, in the shape that convolutions want: (rows, channels,
# height, width). A fifth of the labels is wrong, mostly where a digit resembles another one. The
# target set is 250 digits with checked labels.

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from skorch import NeuralNetClassifier
from torch import nn

from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_labels
from skdvgs.metrics import noise_detection_auroc
from skdvgs.plotting import LowestImagesDisplay, NoiseDetectionDisplay, TrajectoryDisplay

digits = load_digits()
images = (digits.images / 16).astype(np.float32)[:, None]
X, X_val, y_true, y_val = train_test_split(
    images, digits.target, train_size=800, test_size=250, stratify=digits.target, random_state=0
)
y, is_wrong = corrupt_labels(y_true, 0.2, kind="instance_dependent", X=X, random_state=0)

# %%
# The network
# -----------
# Pass the *class* of the module, here inside a skorch net, and not an instance of it: each restart
# builds a new one. The module returns logits, so the loss must be the cross-entropy (skorch's own
# default expects probabilities). There is no need to remove dropout or batch normalisation:
# while rows are valued, the network is in evaluation mode.


class ConvNet(nn.Sequential):
    """Two convolutions, then one linear layer."""

    def __init__(self, n_classes=10):
        super().__init__(
            nn.Conv2d(1, 16, kernel_size=3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(128, n_classes),
        )


net = NeuralNetClassifier(
    ConvNet,
    criterion=nn.CrossEntropyLoss,
    optimizer=torch.optim.Adam,
    lr=1e-2,
    max_epochs=25,
    batch_size=250,
)

# %%
# All 250 target images are one batch, so that each target gradient is as steady as can be: with
# batches of 50 a cosine is mostly noise, and many more steps are needed.
# ``weighting="gradient_norm"`` lets steps count little where the network knows the target set by
# heart. Two things are left out to save time: ``n_restarts=2`` would give each value a standard
# error, and ``suggest_labels=True`` would value each image under every other label too, in one pass
# over the images for each.

valuer = DVGSValuer(net, weighting="gradient_norm", random_state=0)
valuer.fit(X, y, X_val=X_val, y_val=y_val)
print(f"AUROC {noise_detection_auroc(valuer.values_, is_wrong):.3f}")
for name, path in valuer.engine_report_.items():
    print(f"{name:10} {path}")

# %%
# As ``engine_report_`` says, each layer has a rule that finds the similarities without forming the
# gradient of every image.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
NoiseDetectionDisplay.from_estimator(valuer, is_wrong, name="convolutional network", ax=left)
TrajectoryDisplay.from_estimator(valuer, ax=right)

# %%
# The images to look at first
# ---------------------------
# Over each digit stand the label it was given and the one it had. Frames mark wrong labels.

LowestImagesDisplay.from_estimator(
    valuer, X, y=y, suggested=y_true, is_noisy=is_wrong, cmap="gray_r"
)
plt.show()
