"""A page to read: what was done, pictures, the cut, and the lowest-valued rows."""

from __future__ import annotations

from skdvgs._reporting.report.page import write_report
from skdvgs._reporting.report.summary import Summary

__all__ = ["Summary", "write_report"]
