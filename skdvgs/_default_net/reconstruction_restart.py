"""ReconstructionRestart: the default network for rows without labels, fitted once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from skdvgs._default_net.judge import Judgement
from skdvgs._default_net.reconstruction_judge import ReconstructionJudge
from skdvgs._default_net.restart import LabelledRows
from skdvgs._default_net.scorers.half_columns import HalfColumns
from skdvgs._default_net.scorers.nearest_rows import NearestRows
from skdvgs._default_net.scorers.shared_fits import SharedFits
from skdvgs._utils.types import Floats, Floats32, Labels

# Errors below are rounding; a copy of a row has none.
_LEAST_ERROR = 1e-12
_MOST_CORRELATION = 1.0 - 1e-6


class ReconstructionRestart:
    """Rows without labels: how well others reconstruct them.

    Parameters
    ----------
    settings : mapping
        Settings of the skorch net.

    Attributes
    ----------
    evidence_ : array of shape (n_samples, 4), float32
        Of each fitted row, made without its group: minus the log error by half of the columns and
        by the nearest rows, then Fisher's transformation of the correlations with the nearest rows
        and by half of the columns.
    judges_ : list of ReconstructionJudge
        One judge.
    tree_errors_ : array of shape (n_samples,)
        NaN: there are no trees. Restarts differ by folds and by halves of the columns.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def fit(
        self, rows: LabelledRows, seed: int, shared: SharedFits, n_jobs: int | None = None
    ) -> ReconstructionRestart:
        """Fit scorers and judge."""
        self._scalings = shared.scalings
        X = self._scalings.quantiles(rows.X)
        self._columns = HalfColumns(seed).fit(X, rows.fold)
        self._nearest = NearestRows(seed).fit(X, rows.group)
        self.evidence_ = _evidence(self._columns.left_out_, self._nearest.left_out_)
        n_features = X.shape[1]
        self.judges_ = [
            ReconstructionJudge.train(self.evidence_, n_features, rows.is_target, self._settings)
        ]
        self.tree_errors_: Floats = np.full(len(X), np.nan)
        return self

    def evidence(self, X: Floats32) -> Floats32:
        """Evidence of new rows."""
        scaled = self._scalings.quantiles(X)
        return _evidence(self._columns.scores(scaled), self._nearest.scores(scaled))

    def judge(self, evidence: Floats32, y: Labels, is_target: bool = False) -> Judgement:
        """Judge rows by their evidence; there is no `y`, and target rows are judged alike."""
        return self.judges_[0](evidence)


def _evidence(by_columns: Floats, by_nearest: Floats) -> Floats32:
    """Scores that are high for good rows, from error and correlation by each scorer."""
    errors = np.stack([by_columns[:, 0], by_nearest[:, 0]], axis=1)
    correlations = np.stack([by_nearest[:, 1], by_columns[:, 1]], axis=1)
    # Fisher's transformation: correlations near 1 are as far apart as others.
    stretched = np.arctanh(np.clip(correlations, -_MOST_CORRELATION, _MOST_CORRELATION))
    scores = np.concatenate([-np.log(np.maximum(errors, _LEAST_ERROR)), stretched], axis=1)
    return scores.astype(np.float32)
