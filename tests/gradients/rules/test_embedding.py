"""Tokens that repeat within a row, padding, bags."""

import pytest
import torch
from torch import nn

from skdvgs.exceptions import UnsupportedModuleError
from skdvgs.gradients import GradientEngine

from ..cases import Case, Lambda, mixed_loss, tokens
from ..checks import check_rule

CASES = {
    "category": Case(lambda: nn.Embedding(7, 3), tokens(7)),
    "tokens": Case(lambda: nn.Embedding(5, 3), tokens(5, 8)),
    "two dimensions of tokens": Case(lambda: nn.Embedding(5, 3), tokens(5, 4, 2)),
    "many tokens": Case(lambda: nn.Embedding(11, 3), tokens(11, 80)),
    "padding": Case(lambda: nn.Embedding(5, 3, padding_idx=2), tokens(5, 8)),
    "many tokens and padding": Case(lambda: nn.Embedding(5, 3, padding_idx=-1), tokens(5, 80)),
    "sparse": Case(lambda: nn.Embedding(5, 3, sparse=True), tokens(5, 8)),
    "called for two columns": Case(
        lambda: Lambda(lambda self, x: self.e(x[:, :3]) * self.e(x[:, 3:]), e=nn.Embedding(5, 3)),
        tokens(5, 6),
    ),
    "sequence first": Case(
        lambda: Lambda(lambda self, x: self.e(x.t()).transpose(0, 1), e=nn.Embedding(5, 3)),
        tokens(5, 8),
    ),
    "by frequency": Case(
        lambda: nn.Embedding(5, 3, scale_grad_by_freq=True), tokens(5, 8), general=("weight",)
    ),
    "bag mean": Case(lambda: nn.EmbeddingBag(5, 3), tokens(5, 8)),
    "bag sum": Case(lambda: nn.EmbeddingBag(5, 3, mode="sum"), tokens(5, 8)),
    "bag with padding": Case(lambda: nn.EmbeddingBag(4, 3, padding_idx=1), tokens(4, 8)),
    "bag of padding": Case(lambda: nn.EmbeddingBag(2, 3, padding_idx=1), tokens(2, 1)),
    "bag maximum": Case(
        lambda: nn.EmbeddingBag(5, 3, mode="max"), tokens(5, 8), general=("weight",)
    ),
    "bag with weights": Case(
        lambda: Lambda(
            lambda self, ids, weights: self.bag(ids, per_sample_weights=weights),
            bag=nn.EmbeddingBag(5, 3, mode="sum"),
        ),
        lambda n: {"ids": torch.randint(5, (n, 6)), "weights": torch.rand(n, 6)},
        general=("bag.weight",),
    ),
    "bag with offsets": Case(
        lambda: Lambda(
            lambda self, x: self.bag(
                x.flatten(), torch.arange(len(x), device=x.device) * x.shape[1]
            ),
            bag=nn.EmbeddingBag(5, 3),
        ),
        tokens(5, 6),
        general=("bag.weight",),
    ),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_embedding(case, dtype):
    check_rule(case, 6, dtype)


def test_embeddings_that_change_their_weights_are_refused():
    with pytest.raises(UnsupportedModuleError, match=r"shortens its weights .* Use max_norm=None"):
        GradientEngine(nn.Embedding(5, 3, max_norm=1.0), mixed_loss)
