"""Attention: packed projections by the linear rule, everything else by the general path."""

import pytest
import torch
from torch import nn

from ..cases import Case, Lambda, features, frozen
from ..checks import check_rule


def self_attention(layer, **options):
    """A network that attends over the positions of each row."""

    def forward(self, x):
        x = x if layer.batch_first else x.transpose(0, 1)
        output = self.attention(x, x, x, **options)[0]
        return output if layer.batch_first else output.transpose(0, 1)

    return Lambda(forward, attention=layer)


def _crossed(self, x):
    return self.attention(x[:, :2], x[:, 2:], x[:, 2:])[0]


def later_positions(x):
    """Which positions each position must not see."""
    return torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1)


IN_PROJECTION = ("attention.in_proj_weight", "attention.in_proj_bias")
CASES = {
    "batch first": Case(
        lambda: self_attention(nn.MultiheadAttention(4, 2, batch_first=True)), features(5, 4)
    ),
    "sequence first": Case(lambda: self_attention(nn.MultiheadAttention(4, 2)), features(5, 4)),
    "as many positions as probed rows": Case(
        lambda: self_attention(nn.MultiheadAttention(4, 2)), features(3, 4)
    ),
    "no bias": Case(
        lambda: self_attention(nn.MultiheadAttention(4, 2, bias=False)), features(5, 4)
    ),
    "without weights": Case(
        lambda: self_attention(nn.MultiheadAttention(4, 2, batch_first=True), need_weights=False),
        features(5, 4),
    ),
    "dropout": Case(lambda: self_attention(nn.MultiheadAttention(4, 2, 0.5)), features(5, 4)),
    "mask": Case(
        lambda: Lambda(
            lambda self, x: self.attention(x, x, x, attn_mask=later_positions(x))[0],
            attention=nn.MultiheadAttention(4, 2, batch_first=True),
        ),
        features(5, 4),
    ),
    "input projection frozen": Case(
        lambda: frozen(self_attention(nn.MultiheadAttention(4, 2)), *IN_PROJECTION),
        features(5, 4),
    ),
    "output projection frozen": Case(
        lambda: frozen(
            self_attention(nn.MultiheadAttention(4, 2)),
            "attention.out_proj.weight",
            "attention.out_proj.bias",
        ),
        features(5, 4),
    ),
    "cross attention": Case(
        lambda: Lambda(_crossed, attention=nn.MultiheadAttention(4, 2, batch_first=True)),
        features(5, 4),
        general=IN_PROJECTION,
    ),
    "extra key and value": Case(
        lambda: self_attention(nn.MultiheadAttention(4, 2, add_bias_kv=True)),
        features(5, 4),
        general=(
            *IN_PROJECTION,
            "attention.bias_k",
            "attention.bias_v",
            "attention.out_proj.weight",
            "attention.out_proj.bias",
        ),
    ),
    "encoder layer": Case(
        lambda: nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), features(5, 4)
    ),
    "encoder layer, sequence first": Case(
        lambda: Lambda(
            lambda self, x: self.layer(x.transpose(0, 1)).transpose(0, 1),
            layer=nn.TransformerEncoderLayer(4, 2, 8, norm_first=True),
        ),
        features(5, 4),
    ),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_attention(case, dtype):
    check_rule(case, 6, dtype)
