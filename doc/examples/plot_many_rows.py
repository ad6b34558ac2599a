"""
What can be done with more rows than fit?
=========================================

Values of a hundred thousand rows need no fit to all of them. A valuer that was fitted to a few
thousand values the others, block by block, from a file that is never read as a whole.
"""

# %%
# A file of rows
# --------------
# 20,000 rows of 20 features lie in a file of float32 numbers, as they might be on any disk. One
# label in ten is wrong. The file is mapped, not read: ``numpy.load(..., mmap_mode="r")``, an HDF5
# or a Zarr array would do as well.

import time
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification

from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_labels
from skdvgs.metrics import noise_detection_auroc

X, y_true = make_classification(
    20_000, 20, n_informative=8, n_classes=3, class_sep=1.5, flip_y=0, random_state=0
)
y, is_wrong = corrupt_labels(y_true, 0.1, random_state=0)
path = Path(mkdtemp()) / "rows.npy"
np.save(path, X.astype(np.float32))
del X
rows = np.load(path, mmap_mode="r")
print(f"{type(rows).__name__} of {len(rows):,} rows, {path.stat().st_size / 2**20:.1f} MiB")


def chunks(start, size=2_500):
    """Rows and labels from a place on, one block after the other."""
    for first in range(start, len(rows), size):
        yield rows[first : first + size], y[first : first + size]


# %%
# Fit to some, value all
# ----------------------
# The rows are in no order here, so the first ones stand for all. Draw them at random if yours are
# sorted. ``score_chunks`` takes any iterable: a file, a query, a stream.

sizes = (250, 500, 1000, 2000)
auroc, seconds = {"fitted": [], "only scored": []}, {"fit": [], "score": []}
for size in sizes:
    started = time.perf_counter()
    valuer = DVGSValuer(n_restarts=1, random_state=0).fit(rows[:size], y[:size])
    seconds["fit"].append(time.perf_counter() - started)
    started = time.perf_counter()
    others = np.concatenate(list(valuer.score_chunks(chunks(size))))
    seconds["score"].append(time.perf_counter() - started)
    auroc["fitted"].append(noise_detection_auroc(valuer.values_, is_wrong[:size]))
    auroc["only scored"].append(noise_detection_auroc(others, is_wrong[size:]))
    print(
        f"fitted to {size:5,}: AUROC {auroc['fitted'][-1]:.3f}, of the other {len(others):,} "
        f"{auroc['only scored'][-1]:.3f}; {1e6 * seconds['score'][-1] / len(others):.0f} µs a row"
    )

# %%
# Picture
# -------
# On the left, rows that the valuer has never seen are judged about as well as those it was fitted
# to, and more fitted rows help both. On the right is what it costs. A row that is only scored takes
# a tenth of the time of one that is fitted, or less. (The first fit of a process also loads what it
# needs.) So fit to as many rows as you have patience for, up to 50,000, of which the default
# network takes no more anyway, and score the rest; see :doc:`/user_guide/scale`.

BLUE, ORANGE = "#0072B2", "#D55E00"
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
places = np.arange(len(sizes))
for (name, scores), colour, marker in zip(auroc.items(), (ORANGE, BLUE), "so", strict=True):
    left.plot(places, scores, color=colour, marker=marker, label=f"rows that were {name}")
left.set_xticks(places, [f"{size:,}" for size in sizes])
left.set(xlabel="rows that the valuer was fitted to", ylabel="AUROC of wrong labels")
left.legend(loc="lower right", frameon=False)
right.bar(places, seconds["fit"], color=ORANGE, label="fit")
right.bar(places, seconds["score"], bottom=seconds["fit"], color=BLUE, label="score all others")
right.set_xticks(places, [f"{size:,}" for size in sizes])
right.set(xlabel="rows that the valuer was fitted to", ylabel="seconds")
right.legend(loc="upper left", frameon=False)
plt.show()
