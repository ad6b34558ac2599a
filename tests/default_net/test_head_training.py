"""Step sizes against the curvature of torch's losses."""

import numpy as np
import pytest
import torch

from skdvgs._default_net.head_training import HEAD_STEPS, head_learning_rate

LOSSES = {
    "classification": lambda out, y: torch.nn.functional.cross_entropy(out, y.argmax(1)),
    "multilabel": lambda out, y: torch.nn.functional.binary_cross_entropy_with_logits(out, y),
    "regression": lambda out, y: torch.nn.functional.mse_loss(out, y),
}


@pytest.mark.parametrize("n_outputs", [2, 5])
@pytest.mark.parametrize("kind", LOSSES)
def test_training_converges_at_this_step_size(kind, n_outputs):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(60, 8)).astype(np.float32)
    y = torch.eye(n_outputs)[torch.as_tensor(rng.integers(n_outputs, size=60))]
    rate = head_learning_rate(kind, features, n_outputs)
    weight = torch.zeros(8, n_outputs, requires_grad=True)
    losses = []
    for _ in range(HEAD_STEPS[kind]):
        loss = LOSSES[kind](torch.as_tensor(features) @ weight, y)
        (gradient,) = torch.autograd.grad(loss, weight)
        weight = (weight - rate * gradient).detach().requires_grad_()
        losses.append(loss.item())
    assert np.all(np.diff(losses) < 1e-6)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_squared_error_is_stepped_at_its_largest_curvature(n_outputs):
    features = np.random.default_rng(0).normal(size=(40, 5)).astype(np.float32)
    x, y = torch.as_tensor(features), torch.zeros(40, n_outputs)
    hessian = torch.autograd.functional.hessian(
        lambda w: LOSSES["regression"](x @ w.view(5, n_outputs), y), torch.zeros(5 * n_outputs)
    )
    curvature = torch.linalg.eigvalsh(hessian)[-1]
    rate = head_learning_rate("regression", features, n_outputs)
    assert rate * float(curvature) == pytest.approx(1.0, rel=1e-4)
