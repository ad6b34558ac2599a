"""The experiments E1 to E12 of arXiv:2405.08217 again, with rivals beside them.

``python -m benchmarks.paper e1`` runs one, ``python -m benchmarks.paper all`` runs all of them.
"""
