"""The network that values rows where the user gives none."""
