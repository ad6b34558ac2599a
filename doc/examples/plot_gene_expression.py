"""
Which expression profiles are of poor quality?
==============================================

A profile of gene expression has no label that could be wrong, but it can be noisy. Without labels
a profile is worth much if others reconstruct it well: half of its genes from the other half, and
all of it from the profiles nearest to it.

More on rows without labels: :doc:`/user_guide/without_labels`.
"""

# %%
# Profiles
# --------
# Cells switch genes on and off in programs, so that a few numbers explain most of a profile. The
# simulated ones below mix eight programs of 300 genes, and each has measurement noise of a
# level of its own, between a tenth of the signal and twice as much. The target set is 100 profiles
# of good quality.
#
# Real ones are used where the variable ``SKDVGS_DATA`` names a folder with
# ``l1000_modzs_n272.npz``: LINCS L1000 signatures of 978 genes each, with the correlation between
# the replicates of each signature as the measure of quality. The target set is then a
# third of the signatures with a high correlation. With so few, and with quality measured roughly,
# expect a weaker relation than in the simulation. What tells good profiles differs too: simulated
# noise makes profiles hard to predict, while real ones of poor quality have a weak signal. The
# target set shows which it is.

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import spearmanr

from skdvgs import DVGSValuer
from skdvgs.plotting import ValueDistributionDisplay, ValueScatterDisplay


def simulate(n_profiles=600, n_genes=300, n_programs=8, seed=0):
    """Profiles of mixed programs, and the level of noise of each."""
    rng = np.random.default_rng(seed)
    programs = rng.normal(size=(n_programs, n_genes)) * (rng.random((n_programs, n_genes)) < 0.3)
    activity = rng.gamma(1.0, size=(n_profiles, n_programs))
    signal = activity @ programs
    level = rng.uniform(0.1, 2.0, size=n_profiles)
    noise = level[:, None] * signal.std() * rng.normal(size=signal.shape)
    return (signal + noise) / signal.std(), level


def load_profiles():
    """Source profiles, target profiles, quality of the source profiles, and what that is."""
    path = Path(os.environ.get("SKDVGS_DATA", "")) / "l1000_modzs_n272.npz"
    if not path.is_file():
        profiles, level = simulate()
        good = np.flatnonzero(level < 0.7)[:100]
        rest = np.setdiff1d(np.arange(len(level)), good)
        return profiles[rest], profiles[good], level[rest], "level of noise"
    with np.load(path) as file:
        profiles, quality = file["X"], file["sample_distil_cc_q75"].astype(float)
    profiles, quality = profiles[quality > -1], quality[quality > -1]  # -666 is a missing one
    good = np.flatnonzero(quality > np.median(quality))[::3]
    rest = np.setdiff1d(np.arange(len(quality)), good)
    return profiles[rest], profiles[good], quality[rest], "correlation between replicates"


X, X_val, quality, quality_name = load_profiles()
print(f"{len(X)} profiles of {X.shape[1]} genes, {len(X_val)} to measure them against")

# %%
# Values
# ------
# No `y` is passed. Genes may be on any scale. A value is the probability that a profile is as those
# of the target set.

valuer = DVGSValuer(random_state=0).fit(X, X_val=X_val)
correlation = spearmanr(valuer.values_, quality).statistic
print(f"Spearman correlation of value and {quality_name}: {correlation:.2f}")

# %%
# Picture
# -------
# The noisier a profile is, the less it is worth. A value says so without a replicate of the
# profile, and before any analysis downstream. Simulated target profiles have a level of noise below
# 0.7, and there the values of the others fall to 0: a profile that is noisier is unlike them.

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
ValueScatterDisplay.from_estimator(valuer, quality, x_name=quality_name, ax=left)
ValueDistributionDisplay.from_estimator(valuer, ax=right)
plt.show()
