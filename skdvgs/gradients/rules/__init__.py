"""Exact rules, one file per family of layers; importing this package registers them."""

import skdvgs.gradients.rules._attention
import skdvgs.gradients.rules._convolution
import skdvgs.gradients.rules._embedding
import skdvgs.gradients.rules._normalization
import skdvgs.gradients.rules._recurrent  # noqa: F401
from skdvgs.gradients.rules._base import LayerRule, find_rule, register_rule
from skdvgs.gradients.rules._embedding import lookup_terms
from skdvgs.gradients.rules._linear import LinearRule
from skdvgs.gradients.rules._products import LinearProducts, find_products

__all__ = [
    "LayerRule",
    "LinearProducts",
    "LinearRule",
    "find_products",
    "find_rule",
    "lookup_terms",
    "register_rule",
]
