"""The engine on a GPU: the same terms as a float64 loop over single rows on the CPU."""

import copy

import pytest
import torch
from torch.utils._pytree import tree_map

from skdvgs.gradients import GradientEngine

from .bare_cases import CASES as BARE
from .cases import NETWORKS
from .checks import build
from .reference import random_gradient, truth, worst_error
from .rules.test_attention import CASES as ATTENTION
from .rules.test_convolution import CASES as CONVOLUTION
from .rules.test_embedding import CASES as EMBEDDING
from .rules.test_normalization import CASES as NORMALIZATION
from .rules.test_recurrent import CASES as RECURRENT

CASES = NETWORKS | ATTENTION | CONVOLUTION | EMBEDDING | NORMALIZATION | RECURRENT | BARE

# The kernels of weight norm round float64 more on a GPU.
BOUND = {torch.float32: 1e-4, torch.float64: 1e-7}

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")


def on_cuda(batch):
    return tree_map(lambda part: part.cuda() if isinstance(part, torch.Tensor) else part, batch)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_terms_are_exact(case, dtype):
    module, x, y = build(case, 7, dtype)
    target = random_gradient(module)
    expected = truth(module, case.loss, copy.deepcopy(x), y, 7, target)
    engine = GradientEngine(module.cuda(), case.loss)
    terms = engine.terms(on_cuda(x), on_cuda(y), on_cuda(target))
    assert terms.dot.is_cuda
    assert terms.dot.dtype == terms.squared_norm.dtype == dtype
    assert worst_error(type(terms)(*(part.cpu() for part in terms)), expected) < BOUND[dtype]


@pytest.mark.parametrize("name", ["mlp", "tied weights"])
def test_several_targets_are_exact(name):
    module, x, y = build(NETWORKS[name], 7, torch.float64)
    loss = NETWORKS[name].loss
    targets = [random_gradient(module), {k: -2 * g for k, g in random_gradient(module).items()}]
    expected = [truth(module, loss, x, y, 7, target).dot for target in targets]
    engine = GradientEngine(module.cuda(), loss)
    found = engine.terms(on_cuda(x), on_cuda(y), on_cuda(targets)).dot.cpu()
    torch.testing.assert_close(found, torch.stack(expected, dim=1), rtol=1e-9, atol=1e-9)
