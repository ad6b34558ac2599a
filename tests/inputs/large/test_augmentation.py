"""Datasets that augment at random: two fits agree, and training draws as it would without them."""

import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import Dataset

from skdvgs import DVGSValuer
from skdvgs._inputs import features
from skdvgs._inputs.large.readers import DatasetReader

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, 40)
X = (RNG.normal(size=(40, 3)) + 2 * Y[:, None]).astype(np.float32)


class Augmented(Dataset):
    """Noise from each of the three generators."""

    def __init__(self):
        self.n_read = 0

    def __len__(self):
        return 40

    def __getitem__(self, i):
        self.n_read += 1
        noise = float(torch.randn(())) + np.random.normal() + random.gauss(0, 1)  # noqa: NPY002
        return X[i] + noise, Y[i]


class InBlocks(Augmented):
    def __getitems__(self, rows):
        return [self[i] for i in rows]


class Own(nn.Sequential):
    def __init__(self, n_features, n_outputs):
        super().__init__(nn.Linear(n_features, 4), nn.Tanh(), nn.Linear(4, n_outputs))


def fitted(rows, **options):
    options = {"max_epochs": 2, "random_state": 0, **options}
    return DVGSValuer(Own, **options).fit(rows, X_val=X, y_val=Y)


@pytest.mark.parametrize("make", [Augmented, InBlocks])
def test_rows_are_the_same_whenever_they_are_read(make):
    reader = DatasetReader(make())
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()  # noqa: NPY002
    whole = reader.read(0, 40)
    parts = np.concatenate([reader.read(start, min(start + 7, 40)) for start in range(0, 40, 7)])
    np.testing.assert_array_equal(whole, parts)
    assert len(np.unique((whole - X)[:, 0].round(4))) > 35
    assert torch.equal(before[0], torch.get_rng_state())
    np.testing.assert_array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002
    assert before[2] == random.getstate()


def test_two_fits_agree(monkeypatch):
    expected = fitted(Augmented()).values_
    torch.manual_seed(99)
    np.testing.assert_array_equal(fitted(Augmented()).values_, expected)
    # Read when they are needed, by another thread, in batches of another size.
    monkeypatch.setattr(features, "SMALL_BYTES", 0)
    dataset = Augmented()
    found = fitted(dataset, source_batch_size=7)
    np.testing.assert_allclose(found.values_, expected, atol=1e-6)
    assert dataset.n_read > 80
