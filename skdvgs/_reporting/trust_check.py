"""set_trust_check: whether the values of a fit tell right rows from wrong ones at all."""

from __future__ import annotations

import warnings
from typing import Any

from skdvgs._utils.types import Floats
from skdvgs.exceptions import PoorRankingWarning

# 0.5 is chance, 1 tells every right row from every copy with another label.
LEAST_AUC = 0.7


def set_trust_check(
    valuer: Any, label_noise: Floats | None, self_test_auc: float | None, warns: bool
) -> None:
    """Set `label_noise_` and `self_test_auc_` where they are known.

    Warns
    -----
    PoorRankingWarning
        If the AUC is below 0.7, unless a warning has said already that nothing can be learnt.
    """
    if label_noise is not None:
        valuer.label_noise_ = label_noise
    if self_test_auc is None:
        return
    valuer.self_test_auc_ = self_test_auc
    if warns and self_test_auc < LEAST_AUC:
        is_number = valuer.task_ == "regression"
        what = "target" if is_number else "label"
        so = "so that only gross errors stand out" if is_number else "or the rows are too few"
        warnings.warn(
            f"The ranking is near chance: right rows have a higher value than copies of them with "
            f"another {what} in only {self_test_auc:.0%} of cases, and 50% is chance. The features "
            f"say little of y, {so}. Give other features or more rows before you drop any.",
            PoorRankingWarning,
            stacklevel=2,
        )


def is_near_chance(valuer: Any) -> bool:
    """Whether the self-test of a fitted valuer failed; False where there was none."""
    auc = getattr(valuer, "self_test_auc_", None)
    return auc is not None and float(auc) < LEAST_AUC
