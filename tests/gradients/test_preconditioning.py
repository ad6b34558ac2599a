"""Gauss-Newton products, conjugate gradients and Adam's scales, beside dense float64 matrices."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients import (
    GradientEngine,
    adam_direction,
    conjugate_gradients,
    gauss_newton_product,
    influence_direction,
)

from .cases import Case, Lambda, class_loss, features, labels, tokens
from .checks import build
from .reference import random_gradient

N = 7


def squared(output, y):
    """Squared error of each row, over all its outputs."""
    return (output.flatten(1) - y[:, None]).square().sum(1) / 2


def _attends(self, x):
    q = self.q(x)
    return self.out(functional.scaled_dot_product_attention(q, q, x).mean(1))


CASES = {
    "logistic": Case(lambda: nn.Linear(4, 3), features(4), labels(3), class_loss),
    "mlp": Case(
        lambda: nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Dropout(), nn.Linear(5, 3)),
        features(4),
        labels(3),
        class_loss,
    ),
    "squared errors": Case(
        lambda: nn.Sequential(nn.Linear(4, 3), nn.Mish(), nn.Linear(3, 2)),
        features(4),
        loss=squared,
    ),
    "attention": Case(
        lambda: Lambda(_attends, q=nn.Linear(4, 4), out=nn.Linear(4, 3)),
        features(3, 4),
        labels(3),
        class_loss,
    ),
    "tokens": Case(
        lambda: Lambda(
            lambda self, x: self.out(self.e(x).mean(1)), e=nn.Embedding(5, 3), out=nn.Linear(3, 3)
        ),
        tokens(5, 4),
        labels(3),
        class_loss,
    ),
    "dict output": Case(
        lambda: Lambda(lambda self, x: {"logits": self.a(x), "fixed": x}, a=nn.Linear(4, 3)),
        features(4),
        labels(3),
        lambda output, y: class_loss(output["logits"], y),
    ),
    "linear in the output": Case(
        lambda: nn.Linear(4, 3), features(4), loss=lambda output, y: output.sum(1) * y
    ),
}


def dense(module, loss, x, y):
    """The matrix, from each row's Jacobian and Hessian, and the names' order."""
    module.eval()
    parameters = list(module.parameters())
    total = 0.0
    for i in range(len(y)):
        output = module(x[i : i + 1])
        rest = {}
        if isinstance(output, dict):
            output, rest = output["logits"], output
        jacobian = torch.stack(
            [
                torch.cat(
                    [
                        g.flatten()
                        for g in torch.autograd.grad(
                            one, parameters, retain_graph=True, materialize_grads=True
                        )
                    ]
                )
                for one in output.flatten()
            ]
        )

        def of_output(flat, i=i, shape=output.shape, rest=rest):
            value = flat.view(shape)
            return loss({**rest, "logits": value} if rest else value, y[i : i + 1]).sum()

        hessian = torch.autograd.functional.hessian(of_output, output.detach().flatten())
        total = total + jacobian.t() @ hessian @ jacobian
    return total / len(y)


def flat(vector):
    """All parts in one."""
    return torch.cat([part.flatten() for part in vector.values()])


def in_batches(x, y, size):
    """Batches of a size that does not divide the rows."""
    return list(zip(x.split(size), y.split(size), strict=True))


@pytest.mark.parametrize("size", [3, N])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_products_are_those_of_the_dense_matrix(case, size):
    module, x, y = build(case, N, torch.float64)
    vector = random_gradient(module)
    module.train()
    found = gauss_newton_product(module, case.loss, in_batches(x, y, size), vector)
    assert module.training
    assert list(found) == list(vector)
    expected = dense(module, case.loss, x, y) @ flat(vector)
    torch.testing.assert_close(flat(found), expected, rtol=1e-10, atol=1e-12)
    assert not any(part.requires_grad for part in found.values())
    assert all(p.grad is None for p in module.parameters())


def test_products_of_some_parameters():
    module, x, y = build(CASES["mlp"], N, torch.float64)
    vector = random_gradient(module)
    last = {name: vector[name] for name in ("3.weight", "3.bias")}
    found = gauss_newton_product(module, class_loss, [(x, y)], last)
    corner = len(flat(last))
    expected = dense(module, class_loss, x, y)[-corner:, -corner:] @ flat(last)
    torch.testing.assert_close(flat(found), expected)


@pytest.mark.parametrize("name", ["logistic", "mlp", "squared errors", "linear in the output"])
@pytest.mark.parametrize("damping", [0.01, 1.0])
def test_influence_directions_solve_the_dense_system(name, damping):
    case = CASES[name]
    module, x, y = build(case, N, torch.float64)
    target = random_gradient(module)
    batches = in_batches(x, y, 3)
    found = influence_direction(module, case.loss, batches, target, damping=damping, tol=1e-12)
    matrix = dense(module, case.loss, x, y)
    expected = torch.linalg.solve(matrix + damping * torch.eye(len(matrix)).double(), flat(target))
    torch.testing.assert_close(flat(found.vector), expected, rtol=1e-8, atol=1e-10)
    assert found.relative_residual < 1e-11
    assert found.n_iterations <= len(matrix)


def test_the_engine_gives_the_effect_of_leaving_a_row_out():
    """Ridge regression: the change of the target loss when a row is left out, exactly solved."""
    torch.manual_seed(0)
    x, y = torch.randn(400, 3).double(), torch.randn(400).double()
    x_target, y_target = torch.randn(50, 3).double(), torch.randn(50).double()
    damping = 0.3

    def fit(rows):
        a, b = x[rows], y[rows]
        return torch.linalg.solve(a.t() @ a / 400 + damping * torch.eye(3), a.t() @ b / 400)

    def target_loss(weight):
        return (x_target @ weight - y_target).square().mean() / 2

    everything = torch.arange(400)
    net = nn.Linear(3, 1, bias=False).double()
    net.weight.data = fit(everything)[None]
    squared(net(x_target), y_target).mean().backward()
    direction = influence_direction(
        net, squared, [(x, y)], {"weight": net.weight.grad}, damping=damping, tol=1e-12
    )
    effect = GradientEngine(net, squared).terms(x[:20], y[:20], direction.vector).dot / 400
    exact = torch.stack(
        [target_loss(fit(everything[everything != i])) for i in range(20)]
    ) - target_loss(net.weight[0].detach())
    assert torch.corrcoef(torch.stack([effect, exact]))[0, 1] > 0.999
    torch.testing.assert_close(effect, exact, rtol=0.1, atol=1e-5)


def test_conjugate_gradients_stop_early_and_say_so():
    matrix = torch.diag(torch.arange(1.0, 30.0)).double()
    found = conjugate_gradients(
        lambda v: {"w": matrix @ v["w"]},
        {"w": torch.ones(29).double()},
        damping=1e-3,
        max_iter=3,
    )
    assert found.n_iterations == 3
    left = torch.ones(29).double() - (matrix + 1e-3 * torch.eye(29)) @ found.vector["w"]
    assert abs(found.relative_residual - float(left.norm()) / 29**0.5) < 1e-12
    nothing = conjugate_gradients(lambda v: v, {"w": torch.zeros(3)}, damping=1.0)
    assert (nothing.n_iterations, nothing.relative_residual) == (0, 0.0)


@pytest.mark.parametrize(
    "kind", [torch.optim.Adam, torch.optim.AdamW, torch.optim.NAdam, torch.optim.RAdam]
)
def test_directions_on_adams_scales(kind):
    module, x, y = build(CASES["mlp"], N, torch.float64)
    optimizer = kind(module.parameters(), eps=1e-3)
    squares = {name: 0.0 for name, _ in module.named_parameters()}
    for _ in range(3):
        module.zero_grad()
        class_loss(module(x), y).mean().backward()
        for name, p in module.named_parameters():
            squares[name] = 0.999 * squares[name] + 0.001 * p.grad.square()
        optimizer.step()
    target = random_gradient(module)
    found = adam_direction(target, module, optimizer)
    for name, grad in target.items():
        scale = (squares[name] / (1 - 0.999**3)).sqrt() + 1e-3
        torch.testing.assert_close(found[name], grad / scale)


def test_largest_squares_of_amsgrad():
    net = nn.Linear(2, 1, bias=False)
    optimizer = torch.optim.Adam(net.parameters(), amsgrad=True, eps=0.0)
    for size in (10.0, 0.0):
        net.weight.grad = torch.full((1, 2), size)
        optimizer.step()
    found = adam_direction({"weight": torch.ones(1, 2)}, net, optimizer)["weight"]
    expected = 1 / (0.001 * 100 / (1 - 0.999**2)) ** 0.5
    torch.testing.assert_close(found, torch.full((1, 2), expected))


def test_errors_name_what_is_wrong():
    net = nn.Linear(2, 1)
    rows = [(torch.ones(2, 2), torch.ones(2))]
    with pytest.raises(InvalidInputError, match="'scale', which is no trainable parameter"):
        gauss_newton_product(net, squared, rows, {"scale": torch.ones(2)})
    with pytest.raises(InvalidInputError, match=r"'bias' has shape \(2,\), its parameter \(1,\)"):
        gauss_newton_product(net, squared, rows, {"bias": torch.ones(2)})
    with pytest.raises(InvalidInputError, match="no row in batches"):
        gauss_newton_product(net, squared, [], {"bias": torch.ones(1)})
    with pytest.raises(InvalidInputError, match="vector is empty"):
        gauss_newton_product(net, squared, rows, {})
    with pytest.raises(InvalidInputError, match=r"damping must be positive\. Got 0"):
        conjugate_gradients(lambda v: v, {"w": torch.ones(2)}, damping=0)
    with pytest.raises(InvalidInputError, match="curvature -"):
        conjugate_gradients(lambda v: {"w": -2 * v["w"]}, {"w": torch.ones(2)}, damping=1.0)
    with pytest.raises(InvalidInputError, match=r"SGD keeps no mean square .* of 'weight'"):
        adam_direction({"weight": torch.ones(1, 2)}, net, torch.optim.SGD(net.parameters(), 0.1))
