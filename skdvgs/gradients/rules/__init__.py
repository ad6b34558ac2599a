"""Exact rules, one file per family of layers; importing this package registers them."""

import skdvgs.gradients.rules._linear
import skdvgs.gradients.rules._normalization  # noqa: F401
from skdvgs.gradients.rules._base import LayerRule, find_rule, register_rule

__all__ = ["LayerRule", "find_rule", "register_rule"]
