"""Value training rows by how their gradients agree with a trusted target set (DVGS)."""

from __future__ import annotations

from skdvgs._inputs.target_set import TargetSet
from skdvgs._label_issues import find_label_issues
from skdvgs._reporting.review.apply import apply_review
from skdvgs._selection.cleaned_classifier import CleanedClassifier
from skdvgs._selection.cleaned_regressor import CleanedRegressor
from skdvgs._selection.filter import LowValueFilter
from skdvgs._selection.sampler import LowValueSampler
from skdvgs._valuer import DVGSValuer
from skdvgs._version import __version__

__all__ = [
    "CleanedClassifier",
    "CleanedRegressor",
    "DVGSValuer",
    "LowValueFilter",
    "LowValueSampler",
    "TargetSet",
    "__version__",
    "apply_review",
    "find_label_issues",
]
