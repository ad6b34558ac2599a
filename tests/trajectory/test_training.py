"""Training is skorch's own, whether anyone watches it or not."""

import numpy as np
import pytest
import skorch
import torch
from torch import nn

from skdvgs._nets.build import initialize
from skdvgs._scoring.scorer import ScoringOptions, SourceScorer
from skdvgs._scoring.similarity import cosine
from skdvgs._trajectory.training import train
from skdvgs._utils.random_state import seeded


class Noisy(nn.Module):
    """Draws random numbers in training and in evaluation, and keeps running statistics."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(5, 8)
        self.norm = nn.BatchNorm1d(8)
        self.last = nn.Linear(8, 3)

    def forward(self, X):
        hidden = torch.dropout(self.norm(self.first(X)), 0.3, self.training)
        return self.last(hidden) + 1e-3 * torch.rand(1)


def make_net(**settings):
    options = {"lr": 0.05, "max_epochs": 3, "batch_size": 16, **settings}
    return skorch.NeuralNetClassifier(
        Noisy,
        criterion=nn.CrossEntropyLoss,
        train_split=None,
        verbose=0,
        iterator_train__shuffle=True,
        **options,
    )


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return rng.normal(size=(50, 5)).astype(np.float32), rng.integers(0, 3, 50)


OPTIONS = ScoringOptions(similarity=cosine, weighting="uniform", layers=None, source_batch_size=7)


def trained(net, rows, score, compute_every=1):
    """Final state of a net, the checkpoints of its training, and the losses at them."""
    seen = []
    with seeded(3, "cpu"):
        initialize(net)
        scorer = SourceScorer(net, rows[0], np.arange(50), rows[1], OPTIONS) if score else None

        def on_checkpoint(checkpoint):
            seen.append(checkpoint)
            if scorer is not None:
                scorer.score(checkpoint)

        losses = train(net, *rows, on_checkpoint, compute_every)
    return net.module_.state_dict(), seen, losses


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam, torch.optim.LBFGS])
def test_trained_weights_are_bit_identical_with_and_without_valuation(optimizer, rows):
    with_scores = trained(make_net(optimizer=optimizer), rows, score=True)[0]
    without = trained(make_net(optimizer=optimizer), rows, score=False)[0]
    torch.manual_seed(3)
    plain = make_net(optimizer=optimizer).fit(*rows).module_.state_dict()
    for name, weights in plain.items():
        assert torch.equal(with_scores[name], weights), name
        assert torch.equal(without[name], weights), name


def test_a_step_is_one_checkpoint_even_when_it_computes_several_gradients(rows):
    _, seen, losses = trained(make_net(optimizer=torch.optim.LBFGS), rows, score=False)
    assert [c.number for c in seen] == list(range(3 * 4))
    assert np.isfinite(losses).all()


@pytest.mark.parametrize(("compute_every", "steps"), [(1, 12), (5, 3), (100, 1)])
def test_every_so_many_steps(compute_every, steps, rows):
    _, seen, losses = trained(make_net(), rows, score=False, compute_every=compute_every)
    assert [c.number for c in seen] == list(range(steps))
    of_all_steps = trained(make_net(), rows, score=False)[2]
    np.testing.assert_array_equal(losses, of_all_steps[::compute_every])


def test_the_gradient_is_seen_before_a_users_callback_clips_it(rows):
    clip = skorch.callbacks.GradientNormClipping(1e-6)
    _, seen, _ = trained(make_net(callbacks=[clip], max_epochs=1, batch_size=-1), rows, score=False)
    # The callback clips in place, so the recorded tensors shrink after the visit.
    assert sum(float(g.square().sum()) for g in seen[0].gradient.values()) ** 0.5 < 1e-5
    norms = []

    def on_checkpoint(checkpoint):
        norms.append(sum(float(g.square().sum()) for g in checkpoint.gradient.values()) ** 0.5)

    train(make_net(callbacks=[clip], max_epochs=1).initialize(), *rows, on_checkpoint)
    assert min(norms) > 1e-3


def test_the_users_callback_list_is_left_alone(rows):
    net = make_net()
    trained(net, rows, score=False)
    assert "skdvgs" not in dict(net.callbacks_)
