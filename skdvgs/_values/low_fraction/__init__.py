"""How many rows have low values, from the values themselves and what the target set can tell.

    _low_share.py      chooses the rule by what is known
    _target_rows.py    values of target rows, with their own and with other labels
    _label_model.py    the value of every row under every label
    _label_tail.py     the same, from the lowest values alone: where the model starts from
    _label_levels.py   counts of own and of other labels at each value
    _mixture.py        values in two separate groups
    _bound.py          upper end of an interval for a share

Arrays only. All rules lean to too few rather than too many: a row dropped from clean data is lost
for nothing.
"""

from __future__ import annotations

from skdvgs._values.low_fraction.estimate import estimate_low_fraction

__all__ = ["estimate_low_fraction"]
