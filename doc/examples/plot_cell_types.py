"""
Which cells have a wrong type?
==============================

An AnnData goes in, with its cell types as labels and its donors as groups. Out come the cells
whose type does not fit their expression, the type that does, and a report.

More on cells, donors and profiles: :doc:`/user_guide/gene_expression`.
"""

# %%
# Cells
# -----
# Simulated counts of 300 genes in 800 cells of four donors. Each type has genes of its own, each
# donor shifts all of them a little, and one type is rare. Two kinds of T cells are much alike, and
# an annotator has confused them: 15 % of these cells have the name of the other kind. Of the other
# cells 3 % have any wrong name.

from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA

from skdvgs import DVGSValuer
from skdvgs.plotting import LabelNoiseDisplay

TYPES = ("CD4 T cell", "CD8 T cell", "B cell", "monocyte", "dendritic cell")
SHARES = (0.32, 0.28, 0.2, 0.16, 0.04)


def simulate(n_cells=800, n_genes=300, seed=0):
    """Log-normalised expression, true types, and donors."""
    rng = np.random.default_rng(seed)
    level = rng.normal(0, 1, size=n_genes)
    programs = level + rng.normal(0, 0.7, size=(5, n_genes)) * (rng.random((5, n_genes)) < 0.2)
    programs[1] = programs[0] + rng.normal(0, 1.2, size=n_genes) * (rng.random(n_genes) < 0.06)
    donor = rng.integers(4, size=n_cells)
    kind = rng.choice(5, size=n_cells, p=SHARES)
    shift = rng.normal(0, 0.15, size=(4, n_genes))
    depth = rng.gamma(8, 1 / 8, size=(n_cells, 1))
    counts = rng.poisson(depth * np.exp(programs[kind] + shift[donor]))
    return np.log1p(counts / counts.sum(axis=1, keepdims=True) * 1e3), kind, donor


expression, true_kind, donor = simulate()
rng = np.random.default_rng(1)
given_kind = true_kind.copy()
t_cell = true_kind < 2
swapped = t_cell & (rng.random(800) < 0.15)
given_kind[swapped] = 1 - true_kind[swapped]
anything = ~t_cell & (rng.random(800) < 0.03)
given_kind[anything] = (true_kind[anything] + rng.integers(1, 5, size=anything.sum())) % 5
is_wrong = given_kind != true_kind
cell_type = np.array(TYPES)[given_kind]

# %%
# AnnData in, report out
# ----------------------
# With anndata installed the cells are one object, and ``"cell_type"`` names a column of it. Without
# it the same is passed as arrays. Cells of a donor never inform each other's values: what counts is
# what other donors' cells of the type look like.

try:
    import anndata
except ImportError:
    cells, labels = expression, cell_type
else:
    cells = anndata.AnnData(expression)
    cells.obs_names = [f"cell{number}" for number in range(800)]
    cells.var_names = [f"gene{number}" for number in range(300)]
    cells.obs["cell_type"], cells.obs["donor"] = cell_type, donor
    labels = "cell_type"

valuer = DVGSValuer(n_restarts=1, random_state=0).fit(cells, labels, groups=donor)
report = Path(mkdtemp()) / "report.html"
valuer.report(report, cells)
low = valuer.values_ < 0.5
print(f"{report.name}: {report.stat().st_size / 1e6:.1f} MB")
print(f"{low.sum()} of 800 cells look wrong: {is_wrong[low].sum()} of {is_wrong.sum()} truly are")
repaired = (valuer.suggested_labels_ == np.array(TYPES)[true_kind])[low & is_wrong]
print(f"The suggested type is the true one for {repaired.mean():.0%} of these")
print(valuer.explain([int(np.argmin(valuer.values_))], n=1))

# %%
# Picture
# -------
# On the left the cells by two principal components, in the colour of the type that they were given;
# rings mark those that look wrong. The rare dendritic cells are no suspects, although they are few.
# On the right is what was learnt about the annotator: the two kinds of T cells are confused, and
# hardly anything else. The picture is in the report too.

COLOURS = ("#0072B2", "#56B4E9", "#D55E00", "#009E73", "#CC79A7")
figure, (left, right) = plt.subplots(1, 2, figsize=(11.5, 4.8), layout="constrained")
at = PCA(2, random_state=0).fit_transform(expression)
for number, (name, colour) in enumerate(zip(TYPES, COLOURS, strict=True)):
    left.scatter(*at[given_kind == number].T, s=14, color=colour, label=name, linewidths=0)
left.scatter(*at[low].T, s=60, facecolors="none", edgecolors="black", label="value below 0.5")
left.set(xlabel="first principal component", ylabel="second principal component")
left.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=3, frameon=False)
LabelNoiseDisplay.from_estimator(valuer, ax=right)
plt.show()
