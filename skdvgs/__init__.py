"""Value training rows by how their gradients agree with a trusted target set (DVGS)."""

from ._target import TargetSet
from ._valuer import DVGSValuer
from ._version import __version__

__all__ = ["DVGSValuer", "TargetSet", "__version__"]
