"""Rows and labels of many shapes: each works, or is refused in words that say what to do."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from skorch import NeuralNet
from skorch.helper import SliceDict
from torch import nn
from torch.utils.data import Dataset

from skdvgs import DVGSValuer

RNG = np.random.default_rng(0)
N = 24
TOKENS = RNG.integers(1, 20, (N, 6))
Y = RNG.integers(0, 2, N)
PARTS = {"input_ids": TOKENS, "attention_mask": np.ones_like(TOKENS)}
IMAGES = RNG.normal(size=(N, 1, 4, 4)).astype(np.float32)
MASKS = (IMAGES[:, 0] > 0).astype(int)


class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.last = nn.Embedding(20, 4), nn.Linear(4, 2)

    def forward(self, X):
        return self.last(self.table(X).mean(1))


class Convolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(1, 1, 3, padding=1)

    def forward(self, X):
        return self.layer(X)[:, 0]


class Patches(nn.Module):
    """Image patches with a table of positions, on bytes."""

    def __init__(self):
        super().__init__()
        self.patches, self.last = nn.Conv2d(1, 4, 2, 2), nn.Linear(4, 2)
        self.positions = nn.Parameter(torch.zeros(1, 4, 4))

    def forward(self, X):
        return self.last((self.patches(X).flatten(2).mT + self.positions).mean(1))


def fitted(module, X, y=None, criterion=nn.CrossEntropyLoss, **target):
    net = NeuralNet(module, criterion=criterion, max_epochs=2, verbose=0, train_split=None)
    return DVGSValuer(net, random_state=0, cv=2).fit(X, y, **target)


KINDS = {
    "int32": lambda rows: rows.astype(np.int32),
    "tensor": torch.as_tensor,
    "pandas": lambda rows: pd.DataFrame(rows, columns=list("abcdef")),
    "nullable": lambda rows: pd.DataFrame(rows, columns=list("abcdef")).convert_dtypes(),
    "polars": lambda rows: pl.DataFrame(rows, schema=list("abcdef")),
    "lists": lambda rows: rows.tolist(),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_token_numbers_in_any_container(kind):
    expected = fitted(Tokens, TOKENS, Y).values_
    np.testing.assert_array_equal(fitted(Tokens, kind(TOKENS), Y).values_, expected)
    whole = fitted(Tokens, TOKENS, Y, X_val=TOKENS, y_val=Y).values_
    found = fitted(Tokens, kind(TOKENS), Y, X_val=kind(TOKENS), y_val=Y).values_
    np.testing.assert_array_equal(found, whole)


def test_bytes_of_images_with_positions():
    images = RNG.integers(0, 255, (N, 1, 4, 4)).astype(np.uint8)
    found = fitted(Patches, images, Y).values_
    np.testing.assert_array_equal(found, fitted(Patches, images.astype(np.float32), Y).values_)


def test_masks_in_their_shape_or_flat():
    wrong = MASKS.copy()
    wrong[:3] = 1 - wrong[:3]
    found = []
    for y in (wrong, wrong.reshape(N, -1)):
        target = {"X_val": IMAGES[10:], "y_val": MASKS[10:].reshape(14, *y.shape[1:])}
        valuer = fitted(Convolution, IMAGES, y, nn.BCEWithLogitsLoss, **target)
        assert valuer.task_ == "multilabel"
        found.append(valuer.values_)
    np.testing.assert_array_equal(*found)
    assert set(np.argsort(found[0])[:3]) == {0, 1, 2}


class Masked(Tokens):
    """With arguments by name."""

    def forward(self, input_ids, attention_mask):
        vectors = self.table(input_ids) * attention_mask[:, :, None]
        return self.last(vectors.sum(1) / attention_mask.sum(1, keepdim=True))


class Dicts(Dataset):
    def __init__(self, with_labels):
        self.with_labels = with_labels

    def __len__(self):
        return N

    def __getitem__(self, i):
        parts = {name: part[i] for name, part in PARTS.items()}
        return (parts, Y[i]) if self.with_labels else parts


@pytest.mark.parametrize("kind", [dict, SliceDict])
def test_several_arrays_a_row(kind):
    expected = fitted(SideBySide, np.hstack(list(PARTS.values())), Y).values_
    np.testing.assert_allclose(fitted(Masked, kind(**PARTS), Y).values_, expected, atol=1e-6)
    for labels in (Y, None):
        found = fitted(Masked, Dicts(labels is None), labels).values_
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_batches_of_a_tokenizer():
    encoding = pytest.importorskip("transformers").BatchEncoding(PARTS)
    expected = fitted(Masked, PARTS, Y).values_
    np.testing.assert_array_equal(fitted(Masked, encoding, Y).values_, expected)


class SideBySide(Tokens):
    """One array, whose columns are taken apart in forward."""

    def forward(self, X):
        ids, mask = X.split(6, dim=1)
        vectors = self.table(ids) * mask[:, :, None]
        return self.last(vectors.sum(1) / mask.sum(1, keepdim=True))
