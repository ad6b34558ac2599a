"""Found: what was measured, as tables with a line for each set and a column for each method."""

import numpy as np

from .ours import NAME


def is_part(method):
    """Whether a method is a scorer inside the valuer."""
    return method.startswith("part: ")


class Found:
    """Records, read.

    Parameters
    ----------
    frame : DataFrame
        Columns as in :class:`Record`.
    """

    def __init__(self, frame):
        self.frame = frame

    def table(self, regime, measure, variant=None):
        """Means over seeds, and over variants that begin with `variant` if it is given."""
        frame = self.frame
        frame = frame[(frame.regime == regime) & (frame.measure == measure)]
        if variant is not None:
            frame = frame[frame.variant.str.startswith(variant)]
        return frame.pivot_table("value", "set", "method", sort=False)

    def variants(self, regime, measure):
        """Variants of a regime that something was measured for, in their order."""
        frame = self.frame
        frame = frame[(frame.regime == regime) & (frame.measure == measure)]
        return list(dict.fromkeys(frame.variant))

    def ours(self, regime, measure, variant=None):
        """The valuer's numbers, one a set; empty if there are none."""
        table = self.table(regime, measure, variant)
        return table[NAME].dropna() if NAME in table else table.mean(axis=1)[:0]

    def n_sets(self, regime):
        """How many sets were measured."""
        return self.frame[self.frame.regime == regime].set.nunique()


class Lead:
    """How far the valuer is ahead of others in a table.

    Attributes
    ----------
    mean : float
        Ahead of the method that it is least ahead of, in the mean over the sets that this
        method was measured on; NaN without others.
    best : str
        That method.
    by_set : Series
        On each set ahead of the best method there.
    """

    def __init__(self, table, chosen=lambda method: not is_part(method)):
        others = table[[c for c in table if not c.startswith(NAME) and chosen(c)]]
        self.mean, self.best, self.by_set = np.nan, "", others.max(axis=1)[:0]
        if NAME in table and others.shape[1]:
            leads = others.rsub(table[NAME], axis=0)
            self.best = str(leads.mean().idxmin())
            self.mean = float(leads.mean().min())
            self.by_set = leads.min(axis=1).dropna()

    @property
    def worst(self):
        """The least lead on a set, and the set."""
        return float(self.by_set.min()), str(self.by_set.idxmin())
