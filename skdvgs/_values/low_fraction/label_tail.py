"""tail_share: the share of wrong labels from the lowest label values."""

from __future__ import annotations

import numpy as np

from skdvgs._utils.types import Floats
from skdvgs._values.low_fraction.label_levels import LabelLevels


def upper_bound(shares: Floats, counts: Floats) -> Floats:
    """Upper end of Wilson's interval at one standard error, for shares among so many rows.

    The least of many shares is the luckiest; the one of least upper end rests on many rows.
    """
    halfwidth = np.sqrt(shares * (1 - shares) / counts + 1 / (4 * counts**2))
    return (shares + 1 / (2 * counts) + halfwidth) / (1 + 1 / counts)


# Of all rows' own and other values together, a tail holds at least this share of the rows' number
# and, of few rows, this many; and at most a little over half of all.
_LEAST_TAIL = 0.2
_FEWEST_IN_TAIL = 60
_LARGEST_TAIL = 1.2


def tail_share(levels: LabelLevels) -> float:
    """Estimate the share r of wrong labels; 0 where no tail can be told from the rest.

    Values with the true label have a density f, values with a wrong one g. Of J other labels of
    a wrongly labelled row one is the true one, so that

        own values have    (1 - r) f + r g,
        other values have  (1 - s) g + s f,    s = r / J.

    In the lowest tail there is g alone: own to other values are as r to 1 - s. In longer tails
    f adds to the own values. So r follows from the tail of the least share of own values, with
    allowance for chance where a tail holds few.
    """
    own, other = np.cumsum(levels.own), np.cumsum(levels.other)
    n = own[-1]
    held = own + other
    fewest = max(_LEAST_TAIL * n, min(_FEWEST_IN_TAIL, 0.3 * n))
    tails = np.flatnonzero((held >= fewest) & (held <= _LARGEST_TAIL * n))
    if len(tails) == 0:
        return 0.0
    shares = own[tails] / held[tails]
    share = float(shares[np.argmin(upper_bound(shares, held[tails]))])
    return share / (1 - share + share / levels.n_others)
