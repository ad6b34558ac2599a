"""What there is to say of a fit, in words and numbers."""

from __future__ import annotations

import inspect
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._reporting.fit_rows import valuer_of
from skdvgs._reporting.frames import is_continuous
from skdvgs._values.cut import lowest_kept

_LIBRARIES = ("skdvgs", "numpy", "scipy", "scikit-learn", "torch", "skorch")


_MOST_PAIRS = 15


_LONGEST_SETTING = 300


class FitSummary:
    """Reads a fitted valuer, filter or sampler; any may lack what DVGSValuer has.

    Parameters
    ----------
    estimator : fitted estimator
        With `values_`.
    columns : dict of str to array
        See :func:`skdvgs._reporting.frames.value_columns`.
    """

    def __init__(self, estimator: Any, columns: dict[str, NDArray[Any]]) -> None:
        self.estimator = estimator
        self.valuer = valuer_of(estimator)
        self.values = columns["value"]
        self.dropped = columns["dropped"]
        self.label = columns.get("label")
        self.suggested = columns.get("suggested_label")
        self.continuous = is_continuous(estimator)

    @property
    def threshold(self) -> float:
        """The cut: the lowest value that stays and that no dropped row exceeds."""
        return lowest_kept(self.values, ~self.dropped)

    def what_was_done(self) -> str:
        """One sentence on the data and the target set."""
        n_features = getattr(self.estimator, "n_features_in_", None)
        features = "" if n_features is None else f" with {n_features:,} features"
        return f"{len(self.values):,} rows{features} were valued {self._task()}{self._target()}."

    def cut(self) -> str:
        """One sentence on the rows that go."""
        n_dropped, n = int(self.dropped.sum()), len(self.values)
        whose = "The cut" if hasattr(self.estimator, "support_") else "The suggested cut"
        if n_dropped == 0:
            return f"{whose} drops no row: by their values, none is clearly apart from the others."
        rows = "1 row" if n_dropped == 1 else f"{n_dropped:,} rows"
        share = f"{n_dropped / n:.1%}"
        below = f"{self.threshold:.3g}".replace("-", "−")
        return f"{whose} drops {rows} of {n:,} ({share}), below a value of {below}."

    def numbers(self) -> dict[str, str]:
        """Short facts by name."""
        low, middle, high = np.quantile(self.values, [0, 0.5, 1])
        found = {"Values": f"{low:.3g} to {high:.3g}, median {middle:.3g}".replace("-", "−")}
        losses = getattr(self.valuer, "target_loss_", None)
        if losses is not None:
            found["Trajectories"] = f"{len(losses):,}"
            found["Checkpoints"] = f"{self.valuer.n_checkpoints_:,}"
            ends = [line[np.isfinite(line)] for line in losses]
            first, last = (float(np.mean([line[at] for line in ends])) for at in (0, -1))
            found["Target loss"] = f"{first:.3g} at first, {last:.3g} at last"
        if hasattr(self.valuer, "converged_"):
            found["Ranking settled"] = self._settled()
        return found

    def classes(self) -> tuple[list[str], list[list[Any]]] | None:
        """A table with a line for each class, where there are classes."""
        if self.label is None or self.continuous:
            return None
        labels, of_row = np.unique(self.label.astype(str), return_inverse=True)
        lines = []
        for number, label in enumerate(labels):
            rows = of_row == number
            n_dropped = int(self.dropped[rows].sum())
            percent = float(f"{100 * n_dropped / rows.sum():.1f}")
            median = float(f"{np.median(self.values[rows]):.3g}")
            lines.append([label, int(rows.sum()), n_dropped, percent, median])
        return ["label", "rows", "dropped", "dropped, %", "median value"], lines

    def changes(self) -> tuple[list[str], list[list[Any]]] | None:
        """A table of the labels that dropped rows have and of those they are suggested."""
        if self.label is None or self.suggested is None:
            return None
        given, suggested = self.label.astype(str), self.suggested.astype(str)
        differ = self.dropped & (given != suggested)
        pairs, counts = np.unique(
            np.stack([given[differ], suggested[differ]]), axis=1, return_counts=True
        )
        most_first = np.argsort(-counts, kind="stable")[:_MOST_PAIRS]
        lines = [[*pairs[:, at].tolist(), int(counts[at])] for at in most_first]
        return (["given label", "suggested label", "dropped rows"], lines) if lines else None

    def settings(self) -> list[tuple[str, list[list[str]]]]:
        """Parameters with their defaults, for each estimator by name."""
        tables = [(type(self.estimator).__name__, _settings_of(self.estimator))]
        if self.valuer is not self.estimator:
            tables.append((type(self.valuer).__name__, _settings_of(self.valuer)))
        return tables

    def engine(self) -> dict[str, str]:
        """The engine's path for each parameter of the network."""
        return getattr(self.valuer, "engine_report_", {})

    def versions(self) -> dict[str, str]:
        """Versions of what computed the values."""
        found = {"Python": platform.python_version()}
        for name in _LIBRARIES:
            try:
                found[name] = version(name)
            except PackageNotFoundError:  # run from a source tree that is not installed
                continue
        return found

    def _settled(self) -> str:
        if self.valuer.converged_:
            return "yes"
        tol = self.valuer.tol
        if tol is None:
            return "not tested (tol is None)"
        if tol == "auto" and (self.valuer.net is not None or self.valuer.task_ == "reconstruction"):
            return "not tested (tol='auto' is None for this network)"
        return "no: more max_epochs or n_restarts may change it"

    def _task(self) -> str:
        task = getattr(self.valuer, "task_", None)
        if task == "classification":
            return f"for classification into {len(self.valuer.classes_)} classes"
        names = {
            "regression": "for regression",
            "multilabel": "for several labels a row",
            "reconstruction": "by how an autoencoder reconstructs them",
        }
        return names.get(str(task), f"by {type(self.valuer).__name__}")

    def _target(self) -> str:
        n_target = self.estimator._given.n_target
        if n_target is not None:
            return f", against a target set of {n_target:,} trusted rows"
        cv = getattr(self.valuer, "cv", None)
        if cv is None:
            return ""
        each = f"each of {cv} folds" if isinstance(cv, int) else "each fold"
        return f", without a target set: {each} in turn was the target of all other rows"


def _settings_of(estimator: Any) -> list[list[str]]:
    defaults = inspect.signature(type(estimator).__init__).parameters
    lines = []
    for name, value in estimator.get_params(deep=False).items():
        text = repr(value)
        if len(text) > _LONGEST_SETTING:
            text = text[:_LONGEST_SETTING] + " …"
        default = defaults[name].default if name in defaults else inspect.Parameter.empty
        lines.append([name, text, "" if default is inspect.Parameter.empty else repr(default)])
    return lines
