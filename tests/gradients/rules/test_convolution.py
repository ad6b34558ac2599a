"""Convolutions of every shape that torch allows, drawn at random."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from skdvgs.gradients.rules import _convolution

from ..cases import Case, features
from ..checks import check_rule

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)

few = settings(max_examples=25, deadline=None, derandomize=True)


@st.composite
def geometry(draw, dims):
    """Options that convolutions of both kinds share."""
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    each = lambda low, high: tuple(draw(st.integers(low, high)) for _ in range(dims))  # noqa: E731
    return {
        "in_channels": groups * draw(st.integers(1, 3)),
        "out_channels": groups * draw(st.integers(1, 3)),
        "kernel_size": each(1, 3),
        "stride": each(1, 3),
        "dilation": each(1, 2),
        "padding": each(0, 2),
        "groups": groups,
        "bias": draw(st.booleans()),
    }


@st.composite
def convolutions(draw):
    """A convolution and the size of its input."""
    dims = draw(st.sampled_from([1, 2, 2, 3]))
    options = draw(geometry(dims))
    modes = ["zeros", "zeros", "replicate", "circular"] + ["reflect"] * (dims < 3)
    options["padding_mode"] = draw(st.sampled_from(modes))
    if draw(st.booleans()):
        options["padding"] = draw(st.sampled_from(["same", "valid"]))
        if options["padding"] == "same":
            options["stride"] = 1
    return CONVOLUTIONS[dims - 1], options, tuple(draw(st.integers(5, 7)) for _ in range(dims))


@st.composite
def transposed_convolutions(draw):
    """A transposed convolution and the size of its input."""
    dims = draw(st.sampled_from([1, 2, 2, 3]))
    options = draw(geometry(dims))
    options["padding"] = tuple(draw(st.integers(0, 1)) for _ in range(dims))
    options["output_padding"] = tuple(draw(st.integers(0, s - 1)) for s in options["stride"])
    return TRANSPOSED[dims - 1], options, tuple(draw(st.integers(3, 5)) for _ in range(dims))


def drawn_case(layer, options, size):
    """A network of that layer alone."""
    return Case(lambda: layer(**options), features(options["in_channels"], *size))


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@few
@given(drawn=convolutions(), n=st.integers(1, 5))
def test_convolution(drawn, n):
    check_rule(drawn_case(*drawn), n, torch.float64)


@few
@given(drawn=transposed_convolutions(), n=st.integers(1, 5))
def test_transposed_convolution(drawn, n):
    check_rule(drawn_case(*drawn), n, torch.float64)


CASES = {
    "depthwise": Case(lambda: nn.Conv2d(4, 8, 3, groups=4), features(4, 6, 6)),
    "pointwise": Case(lambda: nn.Conv2d(4, 8, 1), features(4, 6, 6)),
    "few positions": Case(lambda: nn.Conv2d(16, 16, 3, padding=1), features(16, 2, 2)),
    "few positions, transposed": Case(lambda: nn.ConvTranspose2d(16, 8, 3), features(16, 2, 1)),
    "few positions in one dimension": Case(
        lambda: nn.Conv1d(16, 16, 3, stride=2, dilation=2, padding=2), features(16, 5)
    ),
    "few positions in one dimension, transposed": Case(
        lambda: nn.ConvTranspose1d(16, 16, 3, stride=2), features(16, 3)
    ),
    "channels last": Case(
        lambda: nn.Conv2d(4, 8, 3).to(memory_format=torch.channels_last),
        lambda n: torch.randn(n, 4, 6, 6).to(memory_format=torch.channels_last),
    ),
    "output padding beyond the stride": Case(
        lambda: nn.ConvTranspose1d(2, 3, 3, dilation=2, output_padding=1),
        features(2, 4),
        general=("weight", "bias"),
    ),
    "autoencoder": Case(
        lambda: nn.Sequential(
            nn.Conv2d(1, 4, 4, 2, 1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(64, 3),
            nn.Linear(3, 64),
            nn.Unflatten(1, (4, 4, 4)),
            nn.ConvTranspose2d(4, 1, 4, 2, 1),
        ),
        features(1, 8, 8),
    ),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_networks(case, dtype):
    check_rule(case, 4, dtype)


def test_rows_are_served_a_chunk_at_a_time(monkeypatch):
    monkeypatch.setattr(_convolution, "_CHUNK_ELEMENTS", 1000)
    for name in ("depthwise", "few positions"):
        check_rule(CASES[name], 7, torch.float64)


@pytest.mark.parametrize("groups", [1, 2])
def test_rows_of_few_channels_and_many_positions(monkeypatch, groups):
    monkeypatch.setattr(_convolution, "_LARGE_ROW", 0)
    case = Case(lambda: nn.Conv2d(2, 4, 3, stride=2, groups=groups), features(2, 9, 9))
    check_rule(case, 5, torch.float64)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@few
@given(drawn=st.one_of(convolutions(), transposed_convolutions()), n=st.integers(1, 5))
def test_in_the_form_that_a_gpu_takes(drawn, n):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_convolution, "on_cpu", lambda tensor: False)
        check_rule(drawn_case(*drawn), n, torch.float64)
