"""Leave-one-out: what the whole set loses without a row."""

import numpy as np


def leave_one_out(utility):
    """Utility of all rows minus utility of all but this one: one training a row."""
    rows = np.arange(len(utility))
    whole = utility(rows)
    return np.array([whole - utility(np.delete(rows, row)) for row in rows])
