"""Keep low-value rows from a learner: as a transformer, or as a sampler that removes them."""

from skdvgs._filter._filter import LowValueFilter
from skdvgs._filter._sampler import LowValueSampler

__all__ = ["LowValueFilter", "LowValueSampler"]
