"""Values by influence, against dense float64 matrices and against training again."""

import numpy as np
import pytest
import torch
from joblib import parallel_config
from scipy.stats import spearmanr
from skorch import NeuralNet, NeuralNetRegressor
from torch import nn
from torch.nn import functional

from skdvgs import DVGSValuer
from skdvgs._scoring import influence
from skdvgs.exceptions import InvalidInputError

RNG = np.random.default_rng(0)
CLASSES = RNG.integers(0, 3, 44)
ROWS = (RNG.normal(size=(44, 4)) + CLASSES[:, None]).astype(np.float32)
X, Y, X_VAL, Y_VAL = ROWS[:25], CLASSES[:25], ROWS[25:], CLASSES[25:]
MEAN_EIGENVALUE = 0.3


class Small(nn.Sequential):
    def __init__(self, n_outputs=3):
        super().__init__(nn.Linear(4, 5), nn.Tanh(), nn.Dropout(0.3), nn.Linear(5, n_outputs))


class Scaled(nn.Module):
    """With a parameter that the general path serves, and one that is frozen."""

    def __init__(self, n_outputs=3):
        super().__init__()
        self.first, self.last = nn.Linear(4, 5), nn.Linear(5, n_outputs)
        self.scale = nn.Parameter(torch.linspace(0.5, 1.5, 5))
        self.first.bias.requires_grad_(False)

    def forward(self, X):
        return self.last(torch.tanh(self.first(X)) * self.scale)


def make_net(module=Small, criterion=nn.CrossEntropyLoss, **settings):
    options = {"optimizer": torch.optim.Adam, "lr": 0.02, "max_epochs": 8, "batch_size": 10}
    return NeuralNet(module, criterion=criterion, verbose=0, **{**options, **settings})


def fitted(net=None, X=X, y=Y, X_val=X_VAL, y_val=Y_VAL, **options):
    options = {"source_batch_size": 7, "random_state": 0, **options}
    valuer = DVGSValuer(net or make_net(), similarity="influence", **options)
    return valuer.fit(X, y, X_val=X_val, y_val=y_val)


@pytest.fixture
def _known_damping(monkeypatch):
    monkeypatch.setattr(influence, "_mean_eigenvalue", lambda product, like: MEAN_EIGENVALUE)


def dense(module, loss, x, y, names):
    """Row gradients, and the Gauss-Newton matrix of the mean loss, in float64."""
    module = module.double().eval()
    parameters = [dict(module.named_parameters())[name] for name in names]
    x, y = torch.as_tensor(x).double(), torch.as_tensor(y)

    def flat(output, **options):
        return torch.cat([g.flatten() for g in torch.autograd.grad(output, parameters, **options)])

    gradients, matrix = [], 0.0
    for i in range(len(x)):
        gradients.append(flat(loss(module(x[i : i + 1]), y[i : i + 1])))
        output = module(x[i : i + 1])
        jacobian = torch.stack([flat(one, retain_graph=True) for one in output.flatten()])
        hessian = torch.autograd.functional.hessian(
            lambda out, i=i: loss(out, y[i : i + 1]), output.detach()
        )
        size = output.numel()
        matrix = matrix + jacobian.t() @ hessian.reshape(size, size) @ jacobian
    return torch.stack(gradients), matrix / len(x)


def expected_values(net, loss, sets, X=X, y=Y, names=None):
    """One column for each target set."""
    module = net.module_
    names = names or [n for n, p in module.named_parameters() if p.requires_grad]
    rows, _ = dense(module, loss, X, y, names)
    x_all = np.concatenate([X, *(x for x, _ in sets)])
    y_all = np.concatenate([y, *(labels for _, labels in sets)])
    _, matrix = dense(module, loss, x_all, y_all, names)
    damped = matrix + 0.1 * MEAN_EIGENVALUE * torch.eye(len(matrix)).double()
    targets = [dense(module, loss, *one, names)[0].mean(0) for one in sets]
    return torch.stack([rows @ torch.linalg.solve(damped, t) for t in targets], 1).numpy()


@pytest.mark.usefixtures("_known_damping")
@pytest.mark.parametrize("module", [Small, Scaled])
def test_values_solve_the_dense_system(module):
    valuer = fitted(make_net(module))
    expected = expected_values(valuer.net_, functional.cross_entropy, [(X_VAL, Y_VAL)])[:, 0]
    np.testing.assert_allclose(valuer.values_, expected, rtol=2e-3, atol=1e-4)
    assert valuer.n_checkpoints_ == 1
    output = valuer.net_.module_.eval()(torch.as_tensor(X_VAL).double())
    loss = functional.cross_entropy(output, torch.as_tensor(Y_VAL)).item()
    np.testing.assert_allclose(valuer.target_loss_, [[loss]], rtol=1e-5)
    assert not hasattr(valuer, "values_by_target_")


@pytest.mark.usefixtures("_known_damping")
def test_some_layers():
    valuer = fitted(layers="last")
    expected = expected_values(
        valuer.net_, functional.cross_entropy, [(X_VAL, Y_VAL)], names=["3.weight", "3.bias"]
    )
    np.testing.assert_allclose(valuer.values_, expected[:, 0], rtol=2e-3, atol=1e-4)


@pytest.mark.usefixtures("_known_damping")
def test_several_target_sets():
    parts = {"a": slice(0, 8), "b": slice(8, 19)}
    valuer = fitted(
        X_val={name: X_VAL[part] for name, part in parts.items()},
        y_val={name: Y_VAL[part] for name, part in parts.items()},
    )
    sets = [(X_VAL[part], Y_VAL[part]) for part in parts.values()]
    expected = expected_values(valuer.net_, functional.cross_entropy, sets)
    np.testing.assert_allclose(valuer.values_by_target_, expected, rtol=2e-3, atol=1e-4)


@pytest.mark.usefixtures("_known_damping")
def test_regression():
    y, y_val = X.sum(1, dtype=np.float64), X_VAL.sum(1, dtype=np.float64)
    net = make_net(criterion=nn.MSELoss, module__n_outputs=1)
    valuer = fitted(net, y=y, y_val=y_val)
    scaled, scaled_val = ((a[:, None] - y_val.mean()) / y_val.std() for a in (y, y_val))

    def squared(output, y):
        return (output - y).square().mean()

    expected = expected_values(valuer.net_, squared, [(X_VAL, scaled_val)], y=scaled)[:, 0]
    np.testing.assert_allclose(valuer.values_, expected, rtol=2e-3, atol=1e-4)


def test_the_network_is_trained_on_source_and_target():
    net = make_net(Small, batch_size=-1, max_epochs=3, module__n_outputs=3)
    valuer = fitted(net)
    # The same seed, data and loop by skorch alone.
    torch.manual_seed(0)
    other = fitted(net, y_val=(Y_VAL + 1) % 3)
    assert not np.array_equal(
        valuer.net_.module_[0].weight.detach(), other.net_.module_[0].weight.detach()
    )
    other = fitted(net, y=np.roll(Y, 1))
    assert not np.array_equal(
        valuer.net_.module_[0].weight.detach(), other.net_.module_[0].weight.detach()
    )
    losses = [row["train_loss"] for row in valuer.net_.history]
    assert len(losses) == 3
    assert losses[-1] < losses[0]


def test_values_foretell_the_loss_without_a_row():
    """Linear regression, solved exactly each time."""
    x = RNG.normal(size=(60, 3)).astype(np.float32)
    y = x @ [1.0, -2.0, 0.5] + RNG.normal(size=60)
    net = NeuralNetRegressor(
        nn.Linear, module__in_features=3, module__out_features=1, max_epochs=200, lr=0.05,
        optimizer=torch.optim.Adam, batch_size=-1, verbose=0,
    )  # fmt: skip
    valuer = fitted(net, x[:40], y[:40], x[40:], y[40:])
    scaled = (y - y[40:].mean()) / y[40:].std()
    design = np.hstack([x, np.ones((60, 1))])

    def target_loss(rows):
        weights = np.linalg.lstsq(design[rows], scaled[rows], rcond=None)[0]
        return np.mean((design[40:] @ weights - scaled[40:]) ** 2)

    everything = np.arange(60)
    rise = [target_loss(everything[everything != i]) for i in range(40)]
    rise = np.array(rise) - target_loss(everything)
    assert spearmanr(valuer.values_, rise).statistic > 0.95
    # In the unit of the loss: the rise is about a sixtieth of the value.
    assert 0.7 < np.polyfit(valuer.values_ / 60, rise, 1)[0] < 1.4


def test_further_rows_workers_and_files(tmp_path):
    expected = fitted(n_restarts=2, store_trajectory=True)
    np.testing.assert_allclose(expected.score_samples(X, Y), expected.values_, rtol=1e-4, atol=1e-6)
    assert expected.standard_errors_.shape == (25,)
    with parallel_config("threading", n_jobs=2):
        np.testing.assert_array_equal(fitted(n_restarts=2).values_, expected.values_)
    for _ in range(2):  # the second fit reads what the first has written
        found = fitted(n_restarts=2, checkpoint_dir=tmp_path / "fit")
        np.testing.assert_array_equal(found.values_, expected.values_)


def test_without_a_target_set_each_fold_is_one():
    valuer = fitted(X=ROWS, y=CLASSES, X_val=None, y_val=None, cv=2, suggest_labels=True)
    own = valuer.label_values_[np.arange(44), CLASSES]
    np.testing.assert_allclose(own, valuer.values_)
    assert np.isfinite(valuer.values_).all()


def test_mean_eigenvalue_of_a_diagonal_matrix():
    diagonal = {"a": torch.tensor([1.0, 2.0, 6.0]), "b": torch.tensor([[3.0]])}
    like = {name: part[None] for name, part in diagonal.items()}

    def product(vector):
        return {name: diagonal[name] * part for name, part in vector.items()}

    assert influence._mean_eigenvalue(product, like) == pytest.approx(3.0)
    with pytest.raises(InvalidInputError, match="mean eigenvalue 0"):
        influence._mean_eigenvalue(lambda v: {name: 0 * p for name, p in v.items()}, like)


def test_settings_that_mean_nothing_are_refused():
    for options in ({"weighting": "gradient_norm"}, {"compute_every": 3}):
        with pytest.raises(InvalidInputError, match="Influence is taken once"):
            fitted(**options)
    with pytest.raises(InvalidInputError, match="class_weight='balanced' was given with sim"):
        fitted(class_weight="balanced")
    with pytest.raises(InvalidInputError, match="the criterion weights classes"):
        fitted(make_net(criterion__weight=torch.ones(3)))
    with pytest.raises(InvalidInputError, match="similarity='influence' was given, but net=None"):
        DVGSValuer(similarity="influence").fit(X, Y)
