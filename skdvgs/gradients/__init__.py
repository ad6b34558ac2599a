"""Exact per-sample gradient terms for torch modules; usable without the rest of skdvgs.

:class:`GradientEngine` takes a module, a per-sample loss, a batch and a target gradient and
returns each row's dot product with the target gradient and squared gradient norm.
:func:`influence_direction` and :func:`adam_direction` make target gradients that take the
curvature of a loss, or an optimiser's scales, into account.
"""

from skdvgs.gradients._conjugate_gradients import Solution, conjugate_gradients
from skdvgs.gradients._curvature import gauss_newton_product
from skdvgs.gradients._engine import GradientEngine
from skdvgs.gradients._losses import batch_of_one_losses
from skdvgs.gradients._modes import evaluation_mode
from skdvgs.gradients._preconditioning import adam_direction, influence_direction
from skdvgs.gradients._terms import GradientTerms
from skdvgs.gradients.rules import LayerRule, register_rule

__all__ = [
    "GradientEngine",
    "GradientTerms",
    "LayerRule",
    "Solution",
    "adam_direction",
    "batch_of_one_losses",
    "conjugate_gradients",
    "evaluation_mode",
    "gauss_newton_product",
    "influence_direction",
    "register_rule",
]
