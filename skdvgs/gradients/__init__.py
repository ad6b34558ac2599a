"""Exact per-sample gradient terms for torch modules; usable without the rest of skdvgs.

:class:`GradientEngine` takes a module, a per-sample loss, a batch and a target gradient and
returns each row's dot product with the target gradient and squared gradient norm.
"""

from skdvgs.gradients._engine import GradientEngine, evaluation_mode
from skdvgs.gradients._losses import batch_of_one_losses
from skdvgs.gradients._terms import GradientTerms
from skdvgs.gradients.rules import LayerRule, register_rule

__all__ = [
    "GradientEngine",
    "GradientTerms",
    "LayerRule",
    "batch_of_one_losses",
    "evaluation_mode",
    "register_rule",
]
