"""Keep low-value rows from a learner: as a transformer, or as a sampler that removes them."""

from __future__ import annotations

from skdvgs._selection.filter import LowValueFilter
from skdvgs._selection.sampler import LowValueSampler

__all__ = ["LowValueFilter", "LowValueSampler"]
