"""FitSummary: what there is to say of a fit, in words and numbers."""

from __future__ import annotations

import inspect
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skdvgs._reporting.fit_rows import Reportable, valuer_of
from skdvgs._reporting.frames import drops_rows, has_continuous_labels
from skdvgs._reporting.report.health import Health
from skdvgs._reporting.trust_check import is_near_chance
from skdvgs._values.cut import lowest_kept

_LIBRARIES = ("skdvgs", "numpy", "scipy", "scikit-learn", "torch", "skorch")
_MOST_PAIRS = 15  # of given and suggested label
_LONGEST_SETTING = 300  # characters

# Headers, and lines of entries.
Lines: TypeAlias = tuple[list[str], list[list[object]]]


class FitSummary:
    """Facts of a fitted valuer, filter or sampler.

    Valuers of others may lack anything but `values_`; what they lack is left out.

    Parameters
    ----------
    estimator : fitted valuer, filter or sampler
        The estimator to describe.
    columns : dict of str to array of shape (n_samples,)
        What :func:`skdvgs._reporting.frames.value_columns` returns for it.
    drops : bool, default=None
        Whether low rows are dropped. None goes by the estimator.

    Attributes
    ----------
    valuer : fitted valuer
        The valuer inside a filter or sampler, else the estimator itself.
    values : array of shape (n_samples,)
        Higher is better.
    low : bool array of shape (n_samples,)
        True for rows that a filter or sampler drops, or that a valuer suggests to drop: none
        where its ranking is near chance.
    drops : bool
        Whether these rows are dropped.
    label, suggested : array of shape (n_samples,) or None
        Given and suggested label of each row.
    continuous : bool
        Whether the labels of fit are quantities.
    near_chance : bool
        Whether the values hardly tell right rows from wrong ones, so that no cut means anything.
    health : Health
        What the fit says of each class, of copies and of outliers.
    """

    def __init__(
        self,
        estimator: Reportable,
        columns: dict[str, NDArray[Any]],
        drops: bool | None = None,
    ) -> None:
        self.estimator = estimator
        # Valuers of others may lack any attribute, so all are looked up with a default.
        self.valuer: Any = valuer_of(estimator)
        self.values = columns["value"]
        self.drops = drops_rows(estimator) if drops is None else drops
        self.low = columns["dropped" if "dropped" in columns else "is_low"]
        self.label = columns.get("label")
        self.suggested = columns.get("suggested_label")
        self.continuous = has_continuous_labels(estimator)
        self.near_chance = is_near_chance(self.valuer)
        if self.near_chance and not self.drops:
            self.low = np.zeros_like(self.low)
        self.health = Health(estimator, self.values, self.low)

    @property
    def verdict(self) -> str:
        """What low rows are called."""
        return "dropped" if self.drops else "low"

    @property
    def threshold(self) -> float:
        """The cut: the valuer's own where it parts kept and low rows, else the lowest kept value.

        No low row has a higher value.
        """
        lowest = lowest_kept(self.values, ~self.low)
        own = getattr(self.valuer, "low_threshold_", None)
        if own is not None and self.values[self.low].max(initial=-np.inf) < own <= lowest:
            return float(own)
        return lowest

    def tag(self, row: int) -> str:
        """Say on which side of the cut a row is; nothing if a valuer does not find it low."""
        if self.drops:
            return "dropped" if self.low[row] else "kept"
        return "below" if self.low[row] else ""

    def what_was_done(self) -> str:
        """Say in one sentence what was valued against which target set."""
        n_features = getattr(self.estimator, "n_features_in_", None)
        features = "" if n_features is None else f" with {n_features:,} features"
        return f"{len(self.values):,} rows{features} were valued {self._task()}{self._target()}."

    def cut(self) -> str:
        """Say in one sentence how many rows are low, and below which value.

        No cut is claimed where the ranking is near chance; a filter's cut is told all the same.
        """
        if self.near_chance:
            return f"{self._near_chance()} {self._cut() if self.drops else ''}".strip()
        return self._cut()

    def _near_chance(self) -> str:
        auc = f"{float(self.valuer.self_test_auc_):.0%}"
        what = "target" if self.continuous else "label"
        return (
            f"The ranking is near chance: right rows rank above copies of them with another {what} "
            f"in only {auc} of cases, and 50% is chance. No cut can be claimed."
        )

    def _cut(self) -> str:
        n_low, n = int(self.low.sum()), len(self.values)
        if n_low == 0:
            none = "The cut drops no row" if self.drops else "No row is low"
            return f"{none}: by their values, none is clearly apart from the others."
        rows = f"{n_low:,} row{'' if n_low == 1 else 's'} of {n:,} ({n_low / n:.1%})"
        below = f"{self.threshold:.3g}".replace("-", "−")
        if self.drops:
            return f"The cut drops {rows}, below a value of {below}."
        return f"{rows} {'is' if n_low == 1 else 'are'} low: below the suggested cut at {below}."

    def meaning(self) -> str:
        """Say in one sentence what a value means."""
        if hasattr(self.valuer, "low_threshold_"):
            if self._task_kind == "reconstruction":
                given = self.estimator._given.n_target is not None
                what = "as the trusted rows" if given else "no gross outlier"
                return f"A value is the estimated probability that a row is {what}."
            what = "target" if self.continuous else "label"
            return f"A value is the estimated probability that the {what} of a row is right."
        return "Higher values are better, and only their order within this fit carries meaning."

    def numbers(self) -> dict[str, str]:
        """Return short facts by name."""
        low, middle, high = np.quantile(self.values, [0, 0.5, 1])
        found = {"Values": f"{low:.3g} to {high:.3g}, median {middle:.3g}".replace("-", "−")}
        losses = getattr(self.valuer, "target_loss_", None)
        if losses is not None:
            found["Trajectories"] = f"{len(losses):,}"
            found["Checkpoints"] = f"{self.valuer.n_checkpoints_:,}"
            ends = [line[np.isfinite(line)] for line in losses]
            first, last = (float(np.mean([line[at] for line in ends])) for at in (0, -1))
            found["Target loss"] = f"{first:.3g} at first, {last:.3g} at last"
        auc = getattr(self.valuer, "self_test_auc_", None)
        if auc is not None:
            warned = " (near chance)" if self.near_chance else ""
            found["Right rows rank above wrong copies"] = f"{auc:.1%} of cases{warned}"
        if hasattr(self.valuer, "converged_"):
            found["Ranking settled"] = self._converged()
        return found

    def classes(self) -> Lines | None:
        """Return a line for each class, or None if there are no classes."""
        if self.label is None or self.continuous:
            return None
        labels, of_row = np.unique(self.label.astype(str), return_inverse=True)
        lines: list[list[object]] = []
        more = self.health.headers()
        for number, label in enumerate(labels):
            rows = of_row == number
            n_low = int(self.low[rows].sum())
            percent = float(f"{100 * n_low / rows.sum():.1f}")
            median = float(f"{np.median(self.values[rows]):.3g}")
            line = [label, int(rows.sum()), n_low, percent, median]
            lines.append([*line, *(self.health.of_label(rows) if more else [])])
        headers = ["label", "rows", self.verdict, f"{self.verdict}, %", "median value"]
        return [*headers, *more], lines

    def changes(self) -> Lines | None:
        """Return the most frequent pairs of given and suggested label of low rows, or None."""
        if self.label is None or self.suggested is None:
            return None
        given, suggested = self.label.astype(str), self.suggested.astype(str)
        differ = self.low & (given != suggested)
        pairs, counts = np.unique(
            np.stack([given[differ], suggested[differ]]), axis=1, return_counts=True
        )
        most_first = np.argsort(-counts, kind="stable")[:_MOST_PAIRS]
        lines: list[list[object]] = [[*pairs[:, at].tolist(), int(counts[at])] for at in most_first]
        headers = ["given label", "suggested label", f"{self.verdict} rows"]
        return (headers, lines) if lines else None

    def settings(self) -> list[tuple[str, list[list[str]]]]:
        """Return the name, value and default of each parameter, for each estimator by name."""
        tables = [(type(self.estimator).__name__, _settings_of(self.estimator))]
        if self.valuer is not self.estimator:
            tables.append((type(self.valuer).__name__, _settings_of(self.valuer)))
        return tables

    def engine(self) -> dict[str, str]:
        """Return how the gradient of each parameter of the network is computed."""
        report: dict[str, str] = getattr(self.valuer, "engine_report_", {})
        return report

    def versions(self) -> dict[str, str]:
        """Return the versions of Python and of the libraries that compute values."""
        found = {"Python": platform.python_version()}
        for name in _LIBRARIES:
            try:
                found[name] = version(name)
            except PackageNotFoundError:  # run from a source tree that is not installed
                continue
        return found

    def _converged(self) -> str:
        """Say whether the ranking of the rows has converged, and if not, why."""
        if self.valuer.converged_:
            return "yes"
        tol = self.valuer.tol
        if tol is None:
            return "not tested (tol is None)"
        if tol == "auto" and self.valuer.net is not None:
            return "not tested (tol='auto' is None for this network)"
        return "no: more max_epochs or n_restarts may change it"

    @property
    def _task_kind(self) -> str:
        return str(getattr(self.valuer, "task_", None))

    def _task(self) -> str:
        """Say what the rows were valued for."""
        task = self._task_kind
        if task == "classification":
            return f"for classification into {len(self.valuer.classes_)} classes"
        names = {
            "regression": "for regression",
            "multilabel": "for several labels a row",
            "reconstruction": "by how they are reconstructed",
        }
        return names.get(task, f"by {type(self.valuer).__name__}")

    def _target(self) -> str:
        """Say what the target set was."""
        n_target = self.estimator._given.n_target
        if n_target is not None:
            return f", against a target set of {n_target:,} trusted rows"
        if hasattr(self.valuer, "low_threshold_"):
            return ", without a target set: each row was compared with all others"
        cv = getattr(self.valuer, "cv", None)
        if cv is None:
            return ""
        each = f"each of {cv} folds" if isinstance(cv, int) else "each fold"
        return f", without a target set: {each} in turn was the target of all other rows"


def _settings_of(estimator: Any) -> list[list[str]]:
    """Return name, value and default of each parameter, as text."""
    defaults = inspect.signature(type(estimator).__init__).parameters
    lines = []
    for name, value in estimator.get_params(deep=False).items():
        text = repr(value)
        if len(text) > _LONGEST_SETTING:
            text = text[:_LONGEST_SETTING] + " …"
        default = defaults[name].default if name in defaults else inspect.Parameter.empty
        lines.append([name, text, "" if default is inspect.Parameter.empty else repr(default)])
    return lines
