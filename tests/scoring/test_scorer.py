"""Scoring in batches: their size, memory that runs out, rows of another order."""

import numpy as np
import pytest
import skorch
import torch
from torch import nn

from skdvgs._scoring.batches import activation_bytes, best_batch_size
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._scoring.loss import per_sample_loss
from skdvgs._scoring.scorer import ScoringOptions, SourceScorer
from skdvgs._scoring.similarity import cosine
from skdvgs.exceptions import InvalidInputError


class Net(nn.Module):
    """Runs out of memory on batches above a limit."""

    limit = 10**9

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))

    def forward(self, X):
        if len(X) > Net.limit:
            raise torch.OutOfMemoryError("out of memory")
        return self.layers(X)


@pytest.fixture
def net():
    torch.manual_seed(0)
    return skorch.NeuralNetClassifier(Net, criterion=nn.CrossEntropyLoss, verbose=0).initialize()


RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(50, 4)).astype(np.float32), RNG.integers(0, 3, 50)


def options(source_batch_size="auto", similarity=cosine):
    return ScoringOptions(similarity, "uniform", None, source_batch_size)


def means(net, rows, **kwargs):
    scorer = SourceScorer(net, X, rows, Y[rows], options(**kwargs))
    gradient = {name: torch.ones_like(p) for name, p in net.module_.named_parameters()}
    for number in range(2):
        scorer.score(Checkpoint(number, gradient))
    return scorer.mean.means(), scorer


@pytest.mark.parametrize("source_batch_size", ["auto", 1, 7, 50])
def test_any_rows_in_any_order(source_batch_size, net):
    every, _ = means(net, np.arange(50))
    rows = RNG.permutation(50)[:23]
    some, _ = means(net, rows, source_batch_size=source_batch_size)
    np.testing.assert_allclose(some, every[rows], atol=1e-6)


@pytest.mark.parametrize("limit", [3, 8, 49])
def test_batches_shrink_when_memory_runs_out(limit, net, monkeypatch):
    expected, _ = means(net, np.arange(50))
    monkeypatch.setattr(Net, "limit", limit)
    found, scorer = means(net, np.arange(50), source_batch_size=50)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert scorer._batch_size <= limit


def test_no_memory_for_a_single_row_is_an_error(net, monkeypatch):
    monkeypatch.setattr(Net, "limit", 0)
    with pytest.raises(torch.OutOfMemoryError):
        means(net, np.arange(50), source_batch_size=50)


def test_automatic_batches_follow_the_activations(net):
    x = torch.zeros(2, 4)
    assert activation_bytes(net, x) == 2 * (8 + 8 + 3) * 4
    assert means(net, np.arange(50))[1]._batch_size == 8192  # the upper limit


def test_the_loss_of_a_row(net):
    output, y = torch.randn(5, 3), torch.tensor([0, 1, 2, 0, 1])
    loss, reads_x = per_sample_loss(net)
    assert not reads_x
    torch.testing.assert_close(
        loss(output, y), nn.functional.cross_entropy(output, y, reduction="none")
    )


def test_training_flags_random_state_and_gradients_are_left_alone(net):
    net.module_.train()
    net.module_.layers[1].eval()
    flags = [m.training for m in net.module_.modules()]
    for p in net.module_.parameters():
        p.grad = torch.ones_like(p)
    state = torch.get_rng_state()
    means(net, np.arange(50))
    assert flags == [m.training for m in net.module_.modules()]
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(p.grad, torch.ones_like(p)) for p in net.module_.parameters())


@pytest.mark.parametrize(
    ("row_bytes", "core", "gpu"),
    [
        (0, 8192, 2**17),
        (800, 5242, 2**17),
        (2**13, 512, 2**15),
        (2**17, 128, 2**11),
        (2**19, 64, 512),
    ],
)
def test_batches_fit_the_cache_of_a_core_or_fill_a_gpu(row_bytes, core, gpu):
    assert best_batch_size(row_bytes, on_cpu=True) == core
    assert best_batch_size(row_bytes, on_cpu=False) == gpu
    assert best_batch_size(2**30, on_cpu=True) == 16


def test_a_file_that_must_not_be_written_to_is_read_without_a_warning(tmp_path, net):
    np.save(tmp_path / "X.npy", X)
    read_only = np.load(tmp_path / "X.npy", mmap_mode="r")
    scorer = SourceScorer(net, read_only, np.arange(50), Y, options(source_batch_size=7))
    gradient = {name: torch.ones_like(p) for name, p in net.module_.named_parameters()}
    torch.set_warn_always(True)
    try:
        scorer.score(Checkpoint(0, gradient))
    finally:
        torch.set_warn_always(False)
    np.testing.assert_array_equal(
        scorer.mean.means(), means(net, np.arange(50), source_batch_size=7)[0]
    )


class ReadsFeatures(skorch.NeuralNetClassifier):
    """A loss that looks at X as well as at y."""

    def get_loss(self, y_pred, y_true, X=None, training=False):
        return super().get_loss(y_pred, y_true) * X.square().mean()


def label_means(net, n_labels, rows, source_batch_size=7):
    """Means of some rows under three labels, the rows' forward passes and who shared them."""
    pairs, y = np.repeat(rows, 3), np.tile(np.arange(3), len(rows))
    scorer = SourceScorer(net, X, pairs, y, options(source_batch_size), n_labels=n_labels)
    gradient = {name: torch.ones_like(p) for name, p in net.module_.named_parameters()}
    seen = []
    scorer.score(Checkpoint(0, gradient))
    handle = net.module_.register_forward_hook(lambda m, args, out: seen.append(len(out)))
    scorer.score(Checkpoint(1, gradient))
    handle.remove()
    return scorer.mean.means(), seen


@pytest.mark.parametrize("kind", [skorch.NeuralNetClassifier, ReadsFeatures])
@pytest.mark.parametrize("weight", [None, torch.tensor([1.0, 2.0, 5.0])])
def test_a_row_goes_forward_once_for_all_its_labels(kind, weight, monkeypatch):
    monkeypatch.setattr("skdvgs._scoring.scorer._CALL_COST", 0)
    torch.manual_seed(0)
    net = kind(Net, criterion=nn.CrossEntropyLoss, criterion__weight=weight, verbose=0)
    net.initialize()
    rows = RNG.permutation(50)[:23]
    found, seen = label_means(net, 3, rows)
    apart, seen_apart = label_means(net, 1, rows)
    np.testing.assert_allclose(found, apart, atol=1e-6)
    assert seen == [7, 7, 7, 2]
    assert sum(seen_apart) == 69


@pytest.mark.parametrize("limit", [3, 8])
def test_shared_batches_shrink_when_memory_runs_out(limit, net, monkeypatch):
    monkeypatch.setattr("skdvgs._scoring.scorer._CALL_COST", 0)
    expected, _ = label_means(net, 1, np.arange(50))
    monkeypatch.setattr(Net, "limit", limit)
    found, seen = label_means(net, 3, np.arange(50), source_batch_size=50)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert max(seen) <= limit
    assert sum(seen) == 50


def test_few_rows_do_not_share(net):
    assert label_means(net, 3, np.arange(4), "auto")[1] == [12]


def test_a_row_that_is_not_finite_is_named_under_any_label(net, monkeypatch):
    monkeypatch.setattr("skdvgs._scoring.scorer._CALL_COST", 0)
    monkeypatch.setitem(globals(), "X", X.copy())
    X[9] = 3e38
    with pytest.raises(InvalidInputError, match="source row 9 is not finite"):
        label_means(net, 3, np.arange(20))
