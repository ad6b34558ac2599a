"""Rows of several named arrays, and a network that reads them."""

import numpy as np
import skorch
import torch
from torch import nn
from torch.utils.data import Dataset

from skdvgs import DVGSValuer
from tests import oracle

RNG = np.random.default_rng(0)
N, LENGTH, N_SOURCE = 48, 5, 32
LENGTHS = RNG.integers(2, LENGTH + 1, N)
MASK = (np.arange(LENGTH) < LENGTHS[:, None]).astype(np.int64)
IDS = RNG.integers(1, 20, (N, LENGTH)) * MASK
PARTS = {
    "ids": IDS,
    "mask": MASK,
    "age": RNG.normal(size=(N, 2)),
    "pixels": RNG.integers(0, 255, (N, 1, 4, 4)).astype(np.uint8),
    "known": RNG.random((N, 2)) < 0.7,
}
Y = (IDS.sum(1) > np.median(IDS.sum(1))).astype(int)


class Reader(nn.Module):
    """Tokens with attention, padding left out, beside numbers, bytes and truth values."""

    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(20, 8), nn.Embedding(LENGTH, 8)
        self.query, self.value, self.norm = nn.Linear(8, 8), nn.Linear(8, 8), nn.LayerNorm(8)
        self.ages, self.image = nn.Linear(2, 8), nn.Conv2d(1, 8, 2, 2)
        self.last = nn.Linear(8, 2)

    def forward(self, ids, mask, age, pixels, known):
        places = torch.arange(ids.shape[1], device=ids.device).expand(ids.shape)
        h = self.tokens(ids) + self.places(places)
        scores = self.query(h) @ h.mT / 8**0.5
        attention = scores.masked_fill(mask[:, None] == 0, -torch.inf).softmax(-1)
        h = self.norm(h + attention @ self.value(h)) * mask[:, :, None]
        pooled = h.sum(1) / mask.sum(1, keepdim=True)
        image = self.image(pixels.to(pooled.dtype) / 255).mean((2, 3))
        return self.last(torch.tanh(pooled + self.ages(age * known) + image))


def take(rows, kind=dict):
    return kind(**{name: part[rows] for name, part in PARTS.items()})


SOURCE, TARGET = slice(0, N_SOURCE), slice(N_SOURCE, N)
WRONG = Y.copy()
WRONG[:6] = 1 - WRONG[:6]


def make_net(module=Reader, criterion=nn.CrossEntropyLoss, net=skorch.NeuralNetClassifier, **more):
    return oracle.recorded_net(module, criterion, net, iterator_train__shuffle=True, **more)


def fitted(X, X_val=None, *, net=None, y=WRONG[SOURCE], y_val=Y[TARGET], **options):
    oracle.RECORD.clear()
    valuer = DVGSValuer(net or make_net(), source_batch_size=7, random_state=0, **options)
    return valuer.fit(X, y, X_val=X_val, y_val=y_val if X_val is not None else None)


class Items(Dataset):
    def __init__(self, rows, with_labels):
        self.rows, self.with_labels = np.arange(N)[rows], with_labels

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        row = self.rows[i]
        parts = {name: torch.as_tensor(part[row]) for name, part in PARTS.items()}
        return (parts, int(WRONG[row])) if self.with_labels else parts
