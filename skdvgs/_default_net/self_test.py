"""self_test_auc: how well a judge tells right rows from copies of them with another label.

A copy keeps the features of its row and is given a label or a target that the row does not have.
The evidence of a row never depends on its label, so a copy has the evidence of its row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from skdvgs._default_net.class_judge import ClassJudge
from skdvgs._default_net.judge import Evidence
from skdvgs._default_net.number_judge import NumberJudge
from skdvgs._default_net.restart import LabelledRestart, MultilabelRestart, two_classes
from skdvgs._utils.types import Floats, Labels

# Fewer rows say too little, more do not say it better.
_LEAST_ROWS, _MOST_ROWS = 20, 2000
# A copy of a number is given each of so many quantiles of all targets.
_QUANTILES = 10


def self_test_auc(
    restarts: Sequence[LabelledRestart],
    evidence: Sequence[Evidence],
    y: Labels,
    wrong_share: float,
) -> float | None:
    """Chance that a right row has a higher value than a copy of a row with another label.

    Parameters
    ----------
    restarts : sequence of restarts
        Fitted.
    evidence : sequence of arrays of shape (n_samples, ...)
        Of the same rows, by each restart, made without the labels of these rows.
    y : array of shape (n_samples,) or (n_samples, n_outputs)
        Class numbers, 0/1 labels or targets.
    wrong_share : float
        Share of rows whose label is wrong itself, in [0, 1). They cannot be told from copies, so
        that what is found is ``(1 - share) * auc + share / 2``. The AUC is returned.

    Returns
    -------
    float or None
        In [0, 1]; 0.5 is chance. None if there are fewer than 20 rows, or labels do not differ.
    """
    y = y[:_MOST_ROWS]
    if len(y) < _LEAST_ROWS or wrong_share > 0.9:
        return None
    if y.ndim == 1:
        columns = [y]
        pairs = zip(restarts, evidence, strict=True)
        parts = [[(restart.judges_[0], e[:_MOST_ROWS]) for restart, e in pairs]]
    else:
        columns = list(y.T)
        parts = [
            [
                (restart.judges_[k], _of_output(restart, e[:_MOST_ROWS], k))
                for restart, e in zip(restarts, evidence, strict=True)
            ]
            for k in range(len(columns))
        ]
    found = [_auc(judged, column) for judged, column in zip(parts, columns, strict=True)]
    known = [auc for auc in found if auc is not None]
    if not known:
        return None
    corrected = (float(np.mean(known)) - 0.5 * wrong_share) / (1.0 - wrong_share)
    return float(np.clip(corrected, 0.0, 1.0))


def right_under_each_label(judge: ClassJudge, evidence: Evidence) -> Floats:
    """Probability that each label would be right if it were given, (n_samples, n_classes)."""
    scores = torch.as_tensor(np.asarray(evidence), dtype=torch.float64)
    found = [m.right_under_each_label(m.clean(scores)).numpy() for m in judge.modules()]
    mean: Floats = np.mean(found, axis=0)
    return mean


def _of_output(restart: LabelledRestart, evidence: Evidence, output: int) -> Evidence:
    if isinstance(restart, MultilabelRestart):
        return two_classes(evidence[:, :, output])
    return evidence[:, output]


def _auc(judged: list[tuple[ClassJudge | NumberJudge, Evidence]], y: Labels) -> float | None:
    """The AUC of one output; None if all rows have the same label."""
    if len(np.unique(y)) < 2:
        return None
    of_classes = [(judge, e) for judge, e in judged if isinstance(judge, ClassJudge)]
    if not of_classes:
        return _auc_of_numbers(judged, y)
    labels = y.astype(np.intp)
    right = np.mean([right_under_each_label(judge, e) for judge, e in of_classes], axis=0)
    is_given = np.arange(right.shape[1]) == labels[:, None]
    weight = np.where(is_given, 1.0, 1.0 / (right.shape[1] - 1))
    return float(roc_auc_score(is_given.ravel(), right.ravel(), sample_weight=weight.ravel()))


def _auc_of_numbers(judged: list[tuple[ClassJudge | NumberJudge, Evidence]], y: Labels) -> float:
    others = np.quantile(y, (np.arange(_QUANTILES) + 0.5) / _QUANTILES)
    given = [y, *(np.full(len(y), other) for other in others)]
    right = [np.mean([judge(e, targets).right for judge, e in judged], axis=0) for targets in given]
    is_given = np.repeat([True, *([False] * _QUANTILES)], len(y))
    return float(roc_auc_score(is_given, np.concatenate(right)))
