"""Whole networks drawn at random: layers of every family, one upon the other."""

from itertools import pairwise

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from .cases import Case, Lambda, features, tokens
from .checks import check

dtypes = st.sampled_from([torch.float32, torch.float64])
few = settings(max_examples=25, deadline=None, derandomize=True)

ACTIVATIONS = (nn.ReLU, nn.Mish, nn.Tanh, nn.PReLU, lambda: nn.ReLU(inplace=True))


@st.composite
def affine_norms(draw, width):
    """A norm layer over the last dimension, with or without parameters."""
    affine, bias = draw(st.booleans()), draw(st.booleans())
    return draw(
        st.sampled_from(
            [
                lambda: nn.LayerNorm(width, elementwise_affine=affine, bias=bias),
                lambda: nn.RMSNorm(width, elementwise_affine=affine),
                nn.Identity,
            ]
        )
    )


@st.composite
def table_networks(draw):
    """Linear layers on rows with up to two dimensions of positions."""
    positions = tuple(draw(st.integers(1, 4)) for _ in range(draw(st.integers(0, 2))))
    widths = [draw(st.integers(1, 6)) for _ in range(draw(st.integers(2, 4)))]
    makers = []
    for fan_in, fan_out in pairwise(widths):
        bias = draw(st.booleans())
        makers.append(lambda i=fan_in, o=fan_out, b=bias: nn.Linear(i, o, bias=b))
        makers += [draw(affine_norms(fan_out)), draw(st.sampled_from(ACTIVATIONS)), nn.Dropout]
    return Case(
        lambda: nn.Sequential(*(make() for make in makers)), features(*positions, widths[0])
    )


@st.composite
def image_networks(draw):
    """Convolutions with norm layers over channels, then a linear layer."""
    channels, size = draw(st.sampled_from([2, 4])), draw(st.integers(4, 6))
    norm = draw(
        st.sampled_from(
            [
                lambda: nn.BatchNorm2d(channels),
                lambda: nn.GroupNorm(2, channels),
                lambda: nn.InstanceNorm2d(channels, affine=True),
                lambda: nn.PReLU(channels),
            ]
        )
    )
    stride, groups = draw(st.integers(1, 2)), draw(st.sampled_from([1, 2]))
    back = draw(st.booleans())

    def module():
        layers = [nn.Conv2d(2, channels, 3, stride=stride, padding=1, groups=groups), norm()]
        if back:
            layers.append(nn.ConvTranspose2d(channels, channels, 2, stride=stride, groups=groups))
        trunk = nn.Sequential(*layers, nn.Mish(), nn.Flatten())
        width = trunk(torch.zeros(2, 2, size, size)).shape[1]
        return nn.Sequential(trunk, nn.Linear(width, 3))

    return Case(module, features(2, size, size))


@st.composite
def text_networks(draw):
    """An embedding, then attention, recurrence or a bag of tokens."""
    width, length = 4, draw(st.integers(1, 5))
    padding = draw(st.sampled_from([None, 0]))
    body = draw(
        st.sampled_from(
            [
                lambda: nn.TransformerEncoderLayer(width, 2, 6, batch_first=True),
                lambda: nn.LSTM(width, width, batch_first=True),
                lambda: nn.GRU(width, 2, bidirectional=True, batch_first=True),
                nn.Identity,
            ]
        )
    )

    def forward(network, x):
        hidden = network.body(network.embedding(x))
        hidden = hidden[0] if isinstance(hidden, tuple) else hidden
        return network.last(hidden.mean(1))

    return Case(
        lambda: Lambda(
            forward,
            embedding=nn.Embedding(7, width, padding_idx=padding),
            body=body(),
            last=nn.Linear(width, 2),
        ),
        tokens(7, length),
    )


@few
@given(case=table_networks(), n=st.integers(1, 6), dtype=dtypes)
def test_tables(case, n, dtype):
    check(case, n, dtype)


@few
@given(case=image_networks(), n=st.integers(1, 4), dtype=dtypes)
def test_images(case, n, dtype):
    check(case, n, dtype)


@settings(few, max_examples=15)
@given(case=text_networks(), n=st.integers(1, 4), dtype=dtypes)
def test_texts(case, n, dtype):
    check(case, n, dtype)
