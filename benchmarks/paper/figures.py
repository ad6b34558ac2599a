"""The paper's plots from the results in a folder."""

import matplotlib.pyplot as plt
import numpy as np

from skdvgs.plotting import NoiseDetectionDisplay, ValueScatterDisplay

from .grid import GRID, PAPER, RANDOM_POINT
from .methods import DEFAULTS, RANDOM
from .methods import PAPER as PAPER_METHOD

OURS = (PAPER_METHOD, DEFAULTS)
STYLES = {
    PAPER_METHOD: ("#0072B2", "-", "o"),
    DEFAULTS: ("#D55E00", "-", "s"),
    "DVRL": ("#009E73", "--", "^"),
    "Data Shapley": ("#CC79A7", "--", "v"),
    "leave-one-out": ("#E69F00", "--", "D"),
    "leave-one-out, accuracy": ("#E69F00", ":", "D"),
    "KNN-Shapley": ("#56B4E9", "--", "P"),
    "forest, out of bag": ("#8C564B", "-.", "X"),
    "forest, out of fold": ("#8C564B", ":", "*"),
    "distance to neighbours": ("#009E73", "--", "^"),
    "cosine with neighbours": ("#CC79A7", "--", "v"),
    "reconstruction by PCA": ("#E69F00", "--", "D"),
    "replicate agreement itself": ("#000000", "-.", "P"),
    RANDOM: ("#666666", ":", "."),
}


def draw_all(folder, target, results, titles):
    """One PNG for each experiment whose results are there."""
    for name, rows in results.items():
        if name == "e11":
            figure = draw_scaling(rows)
        elif name == "e12":
            figure = draw_grid(rows)
        else:
            with np.load(folder / f"{name}.npz", allow_pickle=False) as arrays:
                figure = draw_experiment(rows, dict(arrays))
        figure.suptitle(f"{name.upper()}: {titles[name]}", fontsize="medium")
        figure.savefig(target / f"{name}.png", dpi=90)
        plt.close(figure)


def draw_experiment(rows, arrays):
    """Values against the truth for ours, and curves after filtering for all."""
    truth = arrays.pop("truth")
    filtered = [m for m in rows["measure"].unique() if m.endswith("removed")]
    n_first = 1 if truth.dtype == bool else 2
    n_panels = n_first + len(filtered)
    figure, axes = plt.subplots(1, n_panels, figsize=(4.3 * n_panels, 4.4), layout="constrained")
    if truth.dtype == bool:
        _draw_detection(axes[0], arrays, truth)
    else:
        name = "standard deviation of the noise"
        if (rows["measure"] == "Spearman with quality").any():
            name = "agreement of replicates"
        for ax, method in zip(axes, OURS, strict=False):
            values = arrays[method]
            display = ValueScatterDisplay.from_values(
                values, truth[: len(values)], x_name=name, ax=ax
            )
            ax.get_legend().remove()  # wider than the panel
            ax.set_title(f"{method}\n{display.line_.get_label()}", fontsize="small")
    for ax, measure in zip(axes[n_first:], filtered, strict=True):
        _draw_curves(ax, rows[rows["measure"] == measure], measure)
    if filtered:
        figure.legend(
            *axes[-1].get_legend_handles_labels(),
            loc="outside lower center",
            ncols=5,
            frameon=False,
            fontsize="small",
        )
    return figure


def _style(method):
    color, linestyle, marker = STYLES.get(method, STYLES[PAPER_METHOD])
    return {"color": color, "linestyle": linestyle, "marker": marker, "label": method}


def _draw_detection(ax, arrays, truth):
    shown = [m for m in STYLES if m in arrays and m != "leave-one-out, accuracy"]
    for method in shown:
        display = NoiseDetectionDisplay.from_values(arrays[method], truth, name=method, ax=ax)
        color, linestyle, _ = STYLES[method]
        display.line_.set(color=color, linestyle=linestyle)
    ax.get_legend().remove()  # it would hide curves; the one below the panels tells them apart


def _draw_curves(ax, rows, measure):
    for method, own in rows.groupby("method", sort=False):
        means = own.groupby("at")["result"].mean()
        ax.plot(means.index, means, markersize=4, linewidth=1.2, **_style(method))
    score, _, order = measure.partition(", ")
    ax.set(
        xlabel=f"share of rows removed, {order.split()[0]} values first",
        ylabel=f"{score} on test rows",
    )


def draw_scaling(rows):
    """Seconds and AUROC by number of source rows."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
    colors = plt.get_cmap("Blues")(np.linspace(0.9, 0.45, 3))
    every = [m for m in rows["method"].unique() if m.startswith("DVGS, every")]
    styles = dict(zip(every, colors, strict=True))
    for ax, measure in zip(axes, ("seconds", "AUROC"), strict=True):
        for method, own in rows[rows["measure"] == measure].groupby("method", sort=False):
            means = own.groupby("at")["result"].mean()
            style = _style(method) | ({"color": styles[method]} if method in styles else {})
            ax.plot(means.index, means, markersize=4, **style)
        ax.set(xscale="log", xlabel="source rows", ylabel=measure)
    axes[0].set_yscale("log")
    axes[0].legend(frameon=False, fontsize="small")
    return figure


def draw_grid(rows):
    """AUROC with one hyper-parameter changed, and over random points of the grid."""
    rows = rows[rows["measure"] == "AUROC"]
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(10, 6), layout="constrained", width_ratios=(3, 2)
    )
    names, ticks = [], []
    place = 0.0
    for name, choices in GRID.items():
        for choice in choices:
            numbers = rows.loc[rows["method"] == f"{name} = {choice}", "result"]
            if len(numbers):
                own = str(choice) == str(PAPER[name])
                color = STYLES[PAPER_METHOD][0] if own else "#666666"
                left.errorbar(
                    numbers.mean(), place, xerr=2 * numbers.std(), fmt="o", color=color, capsize=2
                )
                names.append(f"{name} = {choice}" + " (paper)" * own)
                ticks.append(place)
                place -= 1
        place -= 0.6
    left.set_yticks(ticks, names, fontsize="small")
    left.set(xlabel="AUROC, mean ± two standard deviations", title="one changed at a time")
    left.grid(axis="x", color="0.9")
    random_points = rows.loc[rows["method"] == RANDOM_POINT, "result"]
    right.hist(random_points, bins=20, color=STYLES[PAPER_METHOD][0])
    median = random_points.median()
    right.axvline(median, color="black", linestyle="--", label=f"median {median:.3f}")
    right.set(
        xlabel="AUROC", ylabel="points", title=f"{len(random_points)} random points of the grid"
    )
    right.legend(frameon=False, fontsize="small")
    for ax in (left, right):
        ax.title.set_fontsize("small")
    return figure
