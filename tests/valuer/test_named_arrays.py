"""Rows of several named arrays: their values are those of a loop over single rows."""

import pickle
from collections import UserDict

import numpy as np
import pytest
import skorch
import torch
from skorch.callbacks import EarlyStopping
from skorch.dataset import ValidSplit
from skorch.helper import SliceDict, predefined_split
from torch import nn
from torch.utils.data import DataLoader

from skdvgs import DVGSValuer, TargetSet
from skdvgs.exceptions import InvalidInputError
from tests import oracle
from tests.valuer.named_array_cases import (
    LENGTH,
    N_SOURCE,
    PARTS,
    SOURCE,
    TARGET,
    WRONG,
    Items,
    N,
    Reader,
    Y,
    fitted,
    make_net,
    take,
)


@pytest.fixture(scope="module")
def expected():
    """Values by the loop, for the arrays as a plain dict."""
    valuer = fitted(take(SOURCE), take(TARGET))
    rows = oracle.replay(Reader(), nn.functional.cross_entropy, take(SOURCE), WRONG[SOURCE])
    np.testing.assert_allclose(valuer.values_, rows, atol=2e-5)
    assert not [served for served in valuer.engine_report_.values() if "general" in served]
    assert valuer.n_features_in_ == LENGTH * 2 + 2 + 16 + 2
    return valuer.values_


class Encoding(UserDict):
    """As the output of a tokenizer, whose length is its number of arrays."""

    def __init__(self, data=None, **parts):
        super().__init__(data or parts)


def as_tensors(rows):
    return {name: torch.as_tensor(part) for name, part in take(rows).items()}


def as_lists(rows):
    return {n: p if p.dtype == np.uint8 else p.tolist() for n, p in take(rows).items()}


def test_kinds(expected):
    kinds = [lambda rows: take(rows, SliceDict), lambda rows: take(rows, Encoding)]
    kinds += [as_tensors, as_lists, lambda rows: Items(rows, False)]
    for kind in kinds:
        np.testing.assert_array_equal(fitted(kind(SOURCE), kind(TARGET)).values_, expected)
    labelled = fitted(Items(SOURCE, True), Items(TARGET, True), y=None, y_val=None)
    np.testing.assert_array_equal(labelled.values_, expected)
    whole = fitted(take(SOURCE), TargetSet(take(TARGET), Y[TARGET]), y_val=None)
    np.testing.assert_array_equal(whole.values_, expected)
    turned = dict(reversed(take(TARGET).items()))
    np.testing.assert_array_equal(fitted(take(SOURCE), turned).values_, expected)


def test_rows_read_from_a_dataset_when_needed(expected, monkeypatch):
    monkeypatch.setattr("skdvgs._inputs.named_rows.SMALL_BYTES", 0)
    valuer = fitted(Items(SOURCE, False), take(TARGET), store_trajectory=True)
    np.testing.assert_array_equal(valuer.values_, expected)
    again = valuer.score_samples(Items(SOURCE, True))
    np.testing.assert_array_equal(again, expected)


def test_folds():
    valuer = fitted(take(slice(None)), y=WRONG, cv=2, suggest_labels=True)
    assert valuer.values_.shape == (N,)
    assert valuer.label_values_.shape == (N, 2)


def test_score_samples(expected):
    valuer = fitted(take(SOURCE), take(TARGET), store_trajectory=True)
    assert valuer.values_.std() > 0.1
    np.testing.assert_array_equal(valuer.score_samples(take(SOURCE), WRONG[SOURCE]), expected)
    loaded = pickle.loads(pickle.dumps(valuer))
    new = oracle.replay(Reader(), nn.functional.cross_entropy, take(TARGET), Y[TARGET])
    rows = take(TARGET, SliceDict)
    np.testing.assert_allclose(loaded.score_samples(rows, Y[TARGET]), new, atol=2e-5)
    of_labels = loaded.label_values(take(TARGET))
    np.testing.assert_allclose(of_labels[np.arange(N - N_SOURCE), Y[TARGET]], new, atol=2e-5)
    parts = DataLoader(Items(slice(None), True), batch_size=10)
    np.testing.assert_allclose(
        np.concatenate(list(loaded.score_chunks(parts)))[:N_SOURCE], expected, atol=1e-6
    )


def test_rows_that_differ_in_one_array_only():
    parts = take(SOURCE)
    parts["pixels"] = parts["pixels"].copy()
    parts["pixels"][1:] = parts["pixels"][0]
    parts = {n: p if n == "pixels" else np.repeat(p[:1], len(p), 0) for n, p in parts.items()}
    parts["pixels"][1] = 255 - parts["pixels"][1]
    valuer = fitted(parts, take(TARGET), y=np.arange(N_SOURCE) % 2, store_trajectory=True)
    again = valuer.score_samples(parts, np.arange(N_SOURCE) % 2)
    np.testing.assert_array_equal(again, valuer.values_)
    assert valuer.values_[1] != valuer.values_[3]


def test_several_target_sets():
    halves = {"a": take(slice(32, 40)), "b": take(slice(40, 48))}
    labels = {"a": Y[32:40], "b": Y[40:48]}
    oracle.RECORD.clear()
    valuer = DVGSValuer(make_net(), random_state=0)
    valuer.fit(take(SOURCE), WRONG[SOURCE], X_val=halves, y_val=labels)
    assert list(valuer.target_names_) == ["a", "b"]
    plain = DVGSValuer(make_net(), random_state=0, by_class=True)
    plain.fit(take(SOURCE), WRONG[SOURCE], X_val=take(TARGET), y_val=Y[TARGET])
    assert list(plain.target_names_) == [0, 1]
    assert np.ptp(valuer.values_by_target_ - plain.values_by_target_) > 1e-3
    sets = {"a": Items(slice(32, 40), True), "b": TargetSet(halves["b"], labels["b"])}
    sets["a"] = TargetSet(sets["a"], labels["a"])
    again = DVGSValuer(make_net(), random_state=0).fit(take(SOURCE), WRONG[SOURCE], X_val=sets)
    np.testing.assert_array_equal(again.values_by_target_, valuer.values_by_target_)


def test_the_trained_net_predicts():
    net = fitted(take(SOURCE), take(TARGET)).net_
    module = net.module_.eval()
    with torch.no_grad():
        expected = module(
            **{
                name: part.float() if part.is_floating_point() else part
                for name, part in as_tensors(SOURCE).items()
            }
        ).argmax(1)
    parts = take(SOURCE) | {"age": PARTS["age"][SOURCE].astype(np.float32)}
    np.testing.assert_array_equal(net.predict(parts), expected)


@pytest.mark.parametrize("split", [ValidSplit(3), "predefined"])
def test_validation_rows(split):
    """A callback that watches the validation loss has rows to watch, of the same arrays."""
    if split == "predefined":
        held = {
            name: part.astype(np.float32) if part.dtype == float else part
            for name, part in take(TARGET).items()
        }
        split = predefined_split(skorch.dataset.Dataset(held, Y[TARGET]))
    net = make_net().set_params(train_split=split, callbacks=[EarlyStopping("valid_loss")])
    valuer = DVGSValuer(net, random_state=0).fit(
        take(SOURCE), WRONG[SOURCE], X_val=take(TARGET), y_val=Y[TARGET]
    )
    assert np.isfinite(valuer.net_.history[-1, "valid_loss"])


def test_influence():
    valuer = fitted(take(SOURCE), take(TARGET), similarity="influence")
    assert np.isfinite(valuer.values_).all()


def test_resumed(tmp_path, expected):
    options = {"checkpoint_dir": tmp_path / "fit", "store_trajectory": True}
    first = fitted(take(SOURCE), take(TARGET), **options)
    again = fitted(take(SOURCE, SliceDict), take(TARGET), **options)
    np.testing.assert_array_equal(first.values_, expected)
    np.testing.assert_array_equal(again.values_, expected)
    assert not oracle.RECORD
    other = take(SOURCE)
    other["age"] = other["age"] + 1
    with pytest.raises(InvalidInputError, match="X was shape"):
        fitted(other, take(TARGET), **options)


def test_own_dataset_class(expected):
    net = make_net(dataset=skorch.dataset.Dataset, iterator_train__collate_fn=None)
    np.testing.assert_array_equal(fitted(take(SOURCE), take(TARGET), net=net).values_, expected)


class Unpadded(Reader):
    """The tokens that count, of all rows one after the other."""

    def forward(self, ids, mask, age, pixels, known):
        counts = mask.bool()
        flat = torch.tanh(self.value(self.tokens(ids)[counts]))
        h = torch.zeros(*ids.shape, 8, dtype=flat.dtype)
        h[counts] = self.norm(flat)
        return self.last(h.sum(1) / mask.sum(1, keepdim=True) + self.ages(age))


class Packed(Reader):
    """Sequences sorted by length, through a recurrent layer."""

    def __init__(self):
        super().__init__()
        self.recurrent = nn.GRU(8, 8, batch_first=True)

    def forward(self, ids, mask, age, pixels, known):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.tokens(ids), mask.sum(1).cpu(), batch_first=True, enforce_sorted=False
        )
        return self.last(self.recurrent(packed)[1][0] + self.ages(age))


class Bags(Reader):
    """Words without order: a mean over those that are no padding."""

    def __init__(self):
        super().__init__()
        self.bag = nn.EmbeddingBag(20, 8, padding_idx=0)

    def forward(self, ids, mask, age, pixels, known):
        return self.last(torch.tanh(self.bag(ids)) * self.ages(age))


@pytest.mark.parametrize("module", [Unpadded, Packed, Bags])
def test_rows_that_the_network_regroups(module):
    valuer = fitted(take(SOURCE), take(TARGET), net=make_net(module))
    rows = oracle.replay(module(), nn.functional.cross_entropy, take(SOURCE), WRONG[SOURCE])
    np.testing.assert_allclose(valuer.values_, rows, atol=2e-5)
