"""Keep low-value rows from a learner: a transformer, a sampler, and estimators around others."""

from __future__ import annotations

from skdvgs._selection.cleaned_classifier import CleanedClassifier
from skdvgs._selection.cleaned_regressor import CleanedRegressor
from skdvgs._selection.filter import LowValueFilter
from skdvgs._selection.sampler import LowValueSampler

__all__ = ["CleanedClassifier", "CleanedRegressor", "LowValueFilter", "LowValueSampler"]
