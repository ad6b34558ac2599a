"""
How are values computed in a training loop of one's own?
========================================================

:mod:`skdvgs.gradients` needs neither scikit-learn nor skorch. Where the training loop is already
there, one more object and one more line at each step are enough to value rows: the engine compares
each row's own gradient with the gradient that the optimiser is about to use.
"""

# %%
# Data as tensors
# ---------------
# 1,000 handwritten digits, a fifth of them with a wrong label, and 250 checked ones to learn from.

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn.functional import cross_entropy

from skdvgs.datasets import corrupt_labels
from skdvgs.gradients import GradientEngine
from skdvgs.metrics import noise_detection_auroc

X, y = load_digits(return_X_y=True)
X, X_val, y, y_val = train_test_split(
    X / 16, y, train_size=1000, test_size=250, stratify=y, random_state=0
)
y_noisy, is_wrong = corrupt_labels(y, 0.2, random_state=0)
source = torch.tensor(X, dtype=torch.float32), torch.tensor(y_noisy)
target = torch.tensor(X_val, dtype=torch.float32), torch.tensor(y_val)

# %%
# The loop
# --------
# The engine takes the network and a loss that returns *one number for each row*. After
# ``backward()`` the gradient of the target batch lies in ``grad``: `terms` returns each source
# row's dot product with it, and the squared length of each row's gradient. That is all a cosine
# needs. No gradient of a single row is ever formed where a layer has a rule, so a step costs about
# as much as training on the source rows would; and the network, its mode and its gradients are
# left as they were.

torch.manual_seed(0)
network = nn.Sequential(nn.Linear(64, 100), nn.ReLU(), nn.Dropout(0.2), nn.Linear(100, 10))
optimiser = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)


def loss_of_each(output, labels):
    """One loss a row."""
    return cross_entropy(output, labels, reduction="none")


engine = GradientEngine(network, loss_of_each)
cosines, lengths = [], []
for _epoch in range(20):
    for rows in torch.randperm(len(target[0])).split(50):
        optimiser.zero_grad()
        loss_of_each(network(target[0][rows]), target[1][rows]).mean().backward()

        g = {name: weights.grad for name, weights in network.named_parameters()}
        dot, squared_norm = engine.terms(*source, g)
        length = torch.sqrt(sum(part.square().sum() for part in g.values()))
        cosines.append((dot / (squared_norm.sqrt() * length).clamp_min(1e-12)).numpy())
        lengths.append(length.item())

        optimiser.step()

for name, path in engine.report.items():
    print(f"{name:10} {path}")

# %%
# From cosines to values
# ----------------------
# A value is the mean over all steps. The paper weights all of them equally; weights by the length
# of the target gradient let steps count little where the network has learnt the target set by heart
# and its gradient is mostly noise.

cosines, lengths = np.array(cosines), np.array(lengths)
plain = cosines.mean(axis=0)
weighted = np.average(cosines, axis=0, weights=lengths)
for title, values in (("equal weights", plain), ("by target gradient", weighted)):
    print(f"AUROC, {title:18} {noise_detection_auroc(values, is_wrong):.3f}")

# %%
# Picture
# -------
# Each step's cosine is noisy, as its target batch holds only 50 rows. Their mean so far, which
# ends as the value, is not: it tells wrong labels from the others after some ten steps. Later
# steps add little, and the target gradient gets short.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
steps = np.arange(1, len(cosines) + 1)
so_far = np.cumsum(lengths[:, None] * cosines, axis=0) / np.cumsum(lengths)[:, None]
for name, rows, colour, dashes in (
    ("label left alone", ~is_wrong, "#0072B2", "-"),
    ("wrong label", is_wrong, "#D55E00", "--"),
):
    low, middle, high = np.quantile(so_far[:, rows], [0.25, 0.5, 0.75], axis=1)
    left.plot(steps, middle, color=colour, linestyle=dashes, label=f"{name}, median")
    left.fill_between(steps, low, high, color=colour, alpha=0.2, linewidth=0)
left.axhline(0, color="0.6", linewidth=0.8)
left.set(xlabel="step", ylabel="value so far (band: middle half of the rows)")
left.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
right.plot(steps, lengths, color="black")
right.set(xlabel="step", ylabel="length of the target gradient", yscale="log")
plt.show()
