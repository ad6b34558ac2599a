"""The report page and the summary of a fit."""
