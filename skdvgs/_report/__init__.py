"""A page to read: what was done, pictures, the cut, and the lowest-valued rows."""

from ._page import write_report
from ._summary import Summary

__all__ = ["Summary", "write_report"]
