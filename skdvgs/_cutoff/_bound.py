"""Upper end of an interval for a share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def upper_bound(shares: Floats, counts: Floats) -> Floats:
    """Upper end of Wilson's interval at one standard error, for shares among so many rows.

    The least of many shares is the luckiest; the one of least upper end rests on many rows.
    """
    halfwidth = np.sqrt(shares * (1 - shares) / counts + 1 / (4 * counts**2))
    return (shares + 1 / (2 * counts) + halfwidth) / (1 + 1 / counts)
