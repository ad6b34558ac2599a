"""How many rows have low values, from the values themselves.

    _low_share.py   chooses the rule by what is known
    _mirror.py      values whose sign a wrong label turns
    _mixture.py     values in two separate groups
    _bound.py       upper end of an interval for a share

Arrays only. All rules lean to too few rather than too many: a row dropped from clean data is lost
for nothing.
"""

from ._low_share import low_share

__all__ = ["low_share"]
