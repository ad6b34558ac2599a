"""Time and memory of a fit and of the gradient engine, one script for each question."""
