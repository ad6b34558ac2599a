"""Scorers: what the other rows say of a row's label or target, by fits that leave its group out."""
