"""Source rows that lie on a GPU give the values of rows that travel there."""

import numpy as np
import pytest
import torch
from skorch import NeuralNetClassifier
from torch import nn

from skdvgs import DVGSValuer
from skdvgs._nets.output import rows_on_device
from skdvgs._scoring.resident import ResidentRows, resident

RNG = np.random.default_rng(0)
PARTS = {"ids": RNG.integers(0, 9, (40, 3)), "age": RNG.normal(size=(40, 2))}
Y = PARTS["ids"][:, 0] % 2


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.ages, self.last = nn.Embedding(9, 4), nn.Linear(2, 4), nn.Linear(4, 2)

    def forward(self, ids, age):
        return self.last(torch.tanh(self.table(ids).mean(1) + self.ages(age)))


def test_rows_by_slice_and_by_number():
    rows = ResidentRows({name: torch.as_tensor(part) for name, part in PARTS.items()})
    for index in (slice(3, 9), np.array([5, 1, 1])):
        for name, part in rows[index].items():
            np.testing.assert_array_equal(part, PARTS[name][index])


def test_rows_stay_in_memory_without_a_gpu():
    assert resident(PARTS["ids"], "cpu") is PARTS["ids"]


@pytest.mark.parametrize("where", ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs a GPU"))])  # fmt: skip
def test_values(where, monkeypatch):
    net = NeuralNetClassifier(
        Reader, criterion=nn.CrossEntropyLoss, max_epochs=3, verbose=0, device=where
    )
    expected = DVGSValuer(net, random_state=0, cv=2).fit(PARTS, Y).values_
    made = []

    def always(X, device):
        made.append(ResidentRows(rows_on_device(X, device)))
        return made[-1]

    monkeypatch.setattr("skdvgs._scoring.scorer.resident", always)
    found = DVGSValuer(net, random_state=0, cv=2, suggest_labels=True).fit(PARTS, Y)
    assert made
    np.testing.assert_allclose(found.values_, expected, atol=1e-6)
