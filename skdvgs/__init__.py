"""Value training rows by how their gradients agree with a trusted target set (DVGS)."""

from ._filter import LowValueFilter, LowValueSampler
from ._target import TargetSet
from ._valuer import DVGSValuer
from ._version import __version__

__all__ = ["DVGSValuer", "LowValueFilter", "LowValueSampler", "TargetSet", "__version__"]
