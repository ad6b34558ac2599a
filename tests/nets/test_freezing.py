"""Parameters frozen and unfrozen while training, against a float64 loop over the same steps."""

import copy

import numpy as np
import pytest
import skorch
import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import Freezer, Unfreezer
from torch import nn
from torch.nn import functional

from skdvgs import DVGSValuer
from skdvgs.exceptions import InvalidInputError

RNG = np.random.default_rng(0)
CLASSES = RNG.integers(0, 3, 54)
ROWS = (RNG.normal(size=(54, 4)) + CLASSES[:, None]).astype(np.float32)
X, Y, X_VAL, Y_VAL = ROWS[:25], CLASSES[:25], ROWS[25:], CLASSES[25:]
STEPS = []


class Notes(skorch.callbacks.Callback):
    """Weights, gradients and which parameters are trained, at every step."""

    def on_grad_computed(self, net, named_parameters, **kwargs):
        named = dict(net.module_.named_parameters())
        STEPS.append(
            (
                copy.deepcopy(net.module_.state_dict()),
                {name: copy.deepcopy(p.grad) for name, p in named.items()},
                [name for name, p in named.items() if p.requires_grad],
            )
        )


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 6), nn.Linear(6, 3)
        self.norm = nn.LayerNorm(6)

    def forward(self, X):
        return self.last(self.norm(torch.tanh(self.first(X))))


def make_net(*callbacks, module=Net, **settings):
    options = {"criterion": nn.CrossEntropyLoss, "lr": 0.3, "max_epochs": 6, "verbose": 0}
    return NeuralNetClassifier(
        module, callbacks=[*callbacks, Notes], train_split=None, **{**options, **settings}
    )


def fitted(*callbacks, module=Net, **options):
    STEPS.clear()
    net = make_net(*callbacks, module=module)
    valuer = DVGSValuer(net, source_batch_size=7, random_state=0, **options)
    return valuer.fit(X, Y, X_val=X_VAL, y_val=Y_VAL)


def replayed(module):
    module = module.double().eval()
    cosines = []
    for state, grads, trained in STEPS:
        module.load_state_dict(state)
        parameters = [dict(module.named_parameters())[name] for name in trained]
        target = torch.cat([grads[name].double().flatten() for name in trained])
        cosines.append([])
        for x, y in zip(X, Y, strict=True):
            output = module(torch.tensor(x[None], dtype=torch.float64))
            loss = functional.cross_entropy(output, torch.tensor([y]))
            row = torch.cat([g.flatten() for g in torch.autograd.grad(loss, parameters)])
            cosines[-1].append(float(row @ target / (row.norm() * target.norm())))
    return np.mean(cosines, axis=0)


CALLBACKS = {
    "from the start": [Freezer("first.*")],
    "frozen at epoch 3": [Freezer("first.*", at=3)],
    "unfrozen at epoch 4": [Freezer("first.*"), Unfreezer("first.weight", at=4)],
    "all but the norm, later": [Freezer(["first.*", "last.*"], at=2)],
}


@pytest.mark.parametrize("callbacks", CALLBACKS.values(), ids=CALLBACKS)
def test_values_follow_what_is_trained(callbacks):
    valuer = fitted(*callbacks, store_trajectory=True)
    expected = replayed(Net())
    np.testing.assert_allclose(valuer.values_, expected, atol=2e-5)
    counts = {len(trained) for _, _, trained in STEPS}
    assert len(STEPS) == 6
    assert counts != {6}
    for _ in range(2):
        np.testing.assert_allclose(valuer.score_samples(X, Y), valuer.values_, atol=1e-6)
    assert set(valuer.engine_report_) == {name for _, _, names in STEPS for name in names}


def test_trajectories_in_files_follow_too(tmp_path):
    callbacks = [Freezer("first.*"), Unfreezer("first.weight", at=4)]
    expected = fitted(*callbacks)
    stored = fitted(*callbacks, store_trajectory=True, checkpoint_dir=tmp_path / "fit")
    np.testing.assert_array_equal(stored.values_, expected.values_)
    np.testing.assert_allclose(stored.score_samples(X, Y), stored.values_, atol=1e-6)
    again = fitted(*callbacks, store_trajectory=True, checkpoint_dir=tmp_path / "fit")
    assert not STEPS
    np.testing.assert_allclose(again.score_samples(X, Y), expected.values_, atol=1e-6)


class Frozen(Net):
    """A large frozen part, and a buffer."""

    def __init__(self):
        super().__init__()
        self.large = nn.Linear(4, 3)
        self.large.requires_grad_(False)
        self.register_buffer("offset", torch.ones(3))

    def forward(self, X):
        return super().forward(X) + self.large(X) + self.offset


def test_checkpoints_hold_trained_parameters_only():
    valuer = fitted(module=Frozen, store_trajectory=True)
    checkpoints = valuer._trajectories._recorded[0].checkpoints
    names = {"first", "norm", "last"}
    for checkpoint in checkpoints:
        assert {name.split(".")[0] for name in checkpoint.state} == {*names, "offset"}
        assert {name.split(".")[0] for name in checkpoint.gradient} == names
    np.testing.assert_allclose(valuer.score_samples(X, Y), valuer.values_, atol=1e-6)


def test_results_leave_frozen_weights_out(tmp_path):
    first = fitted(module=Frozen, checkpoint_dir=tmp_path, store_trajectory=True)
    again = fitted(module=Frozen, checkpoint_dir=tmp_path, store_trajectory=True)
    files = [np.load(path, allow_pickle=False) for path in tmp_path.rglob("*.npz")]
    held = {name.rpartition("/")[2] for file in files for name in file.files}
    assert "first.weight" in held
    assert "large.weight" not in held
    for name, tensor in first.net_.module_.state_dict().items():
        assert torch.equal(tensor, again.net_.module_.state_dict()[name])
    np.testing.assert_allclose(again.score_samples(X, Y), first.values_, atol=1e-6)


class Unseeded(Frozen):
    """Frozen weights that no seed decides."""

    def __init__(self):
        super().__init__()
        generator = np.random.default_rng()
        self.large.weight.data = torch.as_tensor(generator.normal(size=(3, 4))).float()


def test_frozen_weights_that_are_drawn_otherwise_are_refused():
    valuer = fitted(module=Unseeded, store_trajectory=True)
    with pytest.raises(InvalidInputError, match=r"weights 'large.weight' .* not those of fit"):
        valuer.score_samples(X, Y)


class Counting(Net):
    """Buffers that change in evaluation mode: one in place, one by a new tensor."""

    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, X):
        self.calls += 1
        self.seen = self.seen + len(X)
        return super().forward(X)


def test_buffers_are_as_training_alone_leaves_them():
    valuer = fitted(module=Counting)
    counts = [(float(state["calls"]), float(state["seen"])) for state, _, _ in STEPS]
    assert counts == [(step, 29 * step) for step in range(1, 7)]
    assert float(valuer.net_.module_.calls) == 6
    np.testing.assert_array_equal(valuer.values_, fitted().values_)


def test_tied_weights_are_kept_together():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 4)
            self.last.weight = self.first.weight

        def forward(self, X):
            return self.last(torch.tanh(self.first(X)))[:, :3]

    valuer = fitted(module=Tied, store_trajectory=True)
    np.testing.assert_allclose(valuer.score_samples(X, Y), valuer.values_, atol=1e-6)
