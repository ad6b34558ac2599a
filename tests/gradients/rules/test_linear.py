"""Linear layers with any dimensions between rows and features."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from skdvgs.gradients.rules import _linear

from ..cases import Case, features
from ..checks import check_rule


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    positions=st.lists(st.integers(1, 4), max_size=3),
    inputs=st.integers(1, 6),
    outputs=st.integers(1, 6),
    bias=st.booleans(),
    n=st.integers(1, 5),
    dtype=st.sampled_from([torch.float32, torch.float64]),
)
def test_linear(positions, inputs, outputs, bias, n, dtype):
    case = Case(lambda: nn.Linear(inputs, outputs, bias=bias), features(*positions, inputs))
    check_rule(case, n, dtype)


def test_gram_form_and_formed_gradient_agree(monkeypatch):
    a, delta = torch.randn(4, 6, 5).double(), torch.randn(4, 6, 3).double()
    weight = torch.randn(3, 5).double()
    found = []
    for gram in (True, False):
        monkeypatch.setattr(_linear, "gram_is_cheaper", lambda *sizes, gram=gram, **options: gram)
        found.append(_linear.positions_terms(a, delta, weight))
    torch.testing.assert_close(found[0], found[1])


def test_few_positions_take_the_gram_form():
    assert _linear.gram_is_cheaper(4, 512, 512)
    assert not _linear.gram_is_cheaper(512, 16, 16)
