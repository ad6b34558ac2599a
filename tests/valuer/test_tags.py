"""Labels of positions, masks and images: values are those of a loop over single rows in float64.

The loss of a row is what the criterion says of a batch that holds this row alone.
"""

import numpy as np
import pytest
import skorch
import torch
from torch import nn

from skdvgs import DVGSValuer, LowValueFilter, LowValueSampler, find_label_issues
from skdvgs.exceptions import InvalidInputError
from tests import oracle

RNG = np.random.default_rng(0)
N, LENGTH, N_SOURCE = 40, 6, 26
MASK = (np.arange(LENGTH) < RNG.integers(2, LENGTH + 1, N)[:, None]).astype(np.int64)
IDS = RNG.integers(1, 12, (N, LENGTH)) * MASK
TAGS = np.where(MASK == 1, IDS % 3, -100)
PIXELS = RNG.normal(size=(N, 1, 4, 4)).astype(np.float32)
CLASSES = (PIXELS[:, 0] > 0).astype(np.int64) + (PIXELS[:, 0] > 1)
SOURCE, TARGET = slice(0, N_SOURCE), slice(N_SOURCE, N)


class Tagger(nn.Module):
    def __init__(self, n_outputs=3):
        super().__init__()
        self.table, self.mix = nn.Embedding(12, 6), nn.Conv1d(6, 6, 3, padding=1)
        self.norm, self.last = nn.LayerNorm(6), nn.Linear(6, n_outputs)

    def forward(self, ids, mask):
        h = self.table(ids) * mask[:, :, None]
        h = self.norm(h + torch.tanh(self.mix(h.mT)).mT)
        return self.last(h).mT


class Language(Tagger):
    """The next token, from those before it."""

    def __init__(self):
        super().__init__(12)
        self.mix = nn.Conv1d(6, 6, 1)

    def forward(self, ids, mask=None):
        return super().forward(ids, (ids > 0).long())


class Segmenter(nn.Module):
    def __init__(self, n_outputs=3):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, n_outputs, 1)
        )

    def forward(self, X):
        return self.layers(X)


class NextToken(nn.Module):
    """A criterion of one's own, told the tokens or a dict that holds them."""

    def forward(self, output, y):
        ids = y["ids"] if isinstance(y, dict) else y
        return nn.functional.cross_entropy(output[:, :, :-1], ids[:, 1:], ignore_index=0)


class ByPosition(nn.Module):
    """Tags with a weight of their own for each position."""

    def forward(self, output, y):
        losses = nn.functional.cross_entropy(output, y, ignore_index=-100, reduction="none")
        weights = torch.arange(1, y.shape[1] + 1, device=y.device) * (y != -100)
        return (losses * weights).sum() / weights.sum()


def parts(rows):
    return {"ids": IDS[rows], "mask": MASK[rows]}


def images(rows):
    return PIXELS[rows]


def ids_alone(rows):
    return IDS[rows]


def cross_entropy(output, y):
    return nn.functional.cross_entropy(output, y)


def binary(output, y):
    return nn.functional.binary_cross_entropy_with_logits(output[:, 0], y.double())


def own_language(output, y):
    return NextToken()(output, y)


SHARP = (PIXELS - PIXELS[TARGET].mean(0)) / PIXELS[TARGET].std(0)
CASES = {
    "tags": (Tagger, {}, parts, TAGS, nn.CrossEntropyLoss, cross_entropy, "tags"),
    "own weights": (Tagger, {}, parts, TAGS, ByPosition, ByPosition(), "tags"),
    "language": (Language, {}, ids_alone, IDS, NextToken, own_language, "tags"),
    "pixels": (Segmenter, {}, images, CLASSES, nn.CrossEntropyLoss, cross_entropy, "tags"),
    "masks": (
        Segmenter, {"n_outputs": 1}, images, CLASSES > 0, nn.BCEWithLogitsLoss, binary, "multilabel"
    ),
}  # fmt: skip


def make_net(module, criterion, net=skorch.NeuralNet, **options):
    options = {f"module__{name}": value for name, value in options.items()}
    return oracle.recorded_net(module, criterion, net, **options)


def fitted(net, X, y, X_val=None, y_val=None, **options):
    oracle.RECORD.clear()
    valuer = DVGSValuer(net, source_batch_size=7, random_state=0, cv=2, **options)
    return valuer.fit(X, y, X_val=X_val, y_val=y_val)


@pytest.mark.parametrize("name", CASES)
def test_values(name):
    module, options, rows, y, criterion, loss, task = CASES[name]
    net = make_net(module, criterion, **options)
    target = {"X_val": rows(TARGET), "y_val": y[TARGET]}
    valuer = fitted(net, rows(SOURCE), y[SOURCE], **target, store_trajectory=True)
    assert valuer.task_ == task
    expected = oracle.replay(module(**options), loss, rows(SOURCE), y[SOURCE])
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(valuer.values_, expected, atol=2e-5)
    again = valuer.score_samples(rows(SOURCE), y[SOURCE])
    np.testing.assert_array_equal(again, valuer.values_)
    new = oracle.replay(module(**options), loss, rows(TARGET), y[TARGET])
    np.testing.assert_allclose(valuer.score_samples(rows(TARGET), y[TARGET]), new, atol=2e-5)


def test_images_to_predict():
    net = make_net(Segmenter, nn.MSELoss, n_outputs=1)
    valuer = fitted(net, PIXELS[SOURCE], PIXELS[SOURCE], PIXELS[TARGET], PIXELS[TARGET])
    assert valuer.task_ == "regression"
    expected = oracle.replay(
        Segmenter(1), nn.functional.mse_loss, PIXELS[SOURCE], SHARP[SOURCE].astype(np.float64)
    )
    np.testing.assert_allclose(valuer.values_, expected, atol=2e-5)
    flat = PIXELS.reshape(N, -1)
    same = fitted(net, PIXELS[SOURCE], flat[SOURCE], PIXELS[TARGET], flat[TARGET])
    np.testing.assert_array_equal(same.values_, valuer.values_)


@pytest.mark.parametrize("rows", [parts, ids_alone])
def test_language_without_y(rows):
    """The features are the labels: a criterion of one's own is given them."""
    valuer = fitted(make_net(Language, NextToken), rows(SOURCE), None, rows(TARGET))
    expected = oracle.replay(Language(), own_language, rows(SOURCE), IDS[SOURCE])
    np.testing.assert_allclose(valuer.values_, expected, atol=2e-5)


def test_containers_and_kinds_of_net():
    given = [TAGS[SOURCE], parts(TARGET), TAGS[TARGET]]
    expected = fitted(make_net(Tagger, nn.CrossEntropyLoss), parts(SOURCE), *given).values_
    given[0] = torch.as_tensor(TAGS[SOURCE].astype(np.int16))
    given[2] = TAGS[TARGET].tolist()
    classifier = make_net(Tagger, nn.CrossEntropyLoss, skorch.NeuralNetClassifier)
    np.testing.assert_array_equal(fitted(classifier, parts(SOURCE), *given).values_, expected)
    assert fitted(Tagger, parts(SOURCE), *given, max_epochs=2).task_ == "tags"


def test_zeros_and_ones_are_tags_where_the_criterion_says_so():
    y = (TAGS > 0).astype(int)
    net = make_net(Tagger, nn.CrossEntropyLoss)
    assert fitted(net, parts(slice(None)), y).task_ == "tags"
    own = make_net(Tagger, ByPosition)
    assert fitted(own, parts(slice(None)), y, task="tags").task_ == "tags"


def test_wrong_tags_are_low():
    wrong = TAGS[SOURCE].copy()
    wrong[:4] = np.where(wrong[:4] >= 0, (wrong[:4] + 1) % 3, -100)
    net = make_net(Tagger, nn.CrossEntropyLoss).set_params(max_epochs=20)
    valuer = fitted(net, parts(SOURCE), wrong, parts(TARGET), TAGS[TARGET])
    assert set(np.argsort(valuer.values_)[:4]) == {0, 1, 2, 3}
    assert "label_0" in valuer.values_frame()


@pytest.mark.parametrize("similarity", ["dot", "discounted_cosine", "projection"])
def test_other_similarities(similarity):
    net = make_net(Tagger, nn.CrossEntropyLoss)
    valuer = fitted(net, parts(slice(None)), TAGS, similarity=similarity)
    assert 0.0 <= valuer.low_fraction_ <= 1.0


def test_masks_are_no_columns_of_a_frame():
    net = make_net(Segmenter, nn.CrossEntropyLoss)
    assert "label_0" not in fitted(net, PIXELS, CLASSES).values_frame()
    assert list(find_label_issues(PIXELS, CLASSES, net=net, cv=2)) == [
        "value", "is_issue", "standard_error"
    ]  # fmt: skip


def test_several_target_sets_and_resume(tmp_path):
    halves = [slice(N_SOURCE, 33), slice(33, N)]
    net = make_net(Tagger, nn.CrossEntropyLoss)
    sets = {str(k): parts(half) for k, half in enumerate(halves)}
    labels = {str(k): TAGS[half] for k, half in enumerate(halves)}
    valuer = fitted(net, parts(SOURCE), TAGS[SOURCE], sets, labels, checkpoint_dir=tmp_path)
    assert valuer.values_by_target_.shape == (N_SOURCE, 2)
    again = fitted(net, parts(SOURCE), TAGS[SOURCE], sets, labels, checkpoint_dir=tmp_path)
    assert not oracle.RECORD
    np.testing.assert_array_equal(again.values_by_target_, valuer.values_by_target_)


def test_filter_and_sampler():
    valuer = DVGSValuer(make_net(Tagger, nn.CrossEntropyLoss), cv=2, random_state=0)
    everyone = parts(slice(None))
    with pytest.raises(InvalidInputError, match=r"a label for each position.*LowValueSampler"):
        LowValueFilter(valuer).fit_transform(everyone, TAGS)
    found = LowValueFilter(valuer, fraction=0.25).fit(everyone, TAGS)
    kept, tags = found.drop(everyone, TAGS)
    assert found.n_dropped_ == N // 4
    np.testing.assert_array_equal(kept["ids"], IDS[found.support_])
    np.testing.assert_array_equal(tags, TAGS[found.support_])
    pytest.importorskip("imblearn")
    kept, tags = LowValueSampler(valuer, fraction=0.25).fit_resample(everyone, TAGS)
    np.testing.assert_array_equal(kept["mask"], MASK[found.support_])


def tags_of(change):
    y = TAGS[SOURCE].copy()
    change(y)
    return y


class Late(Tagger):
    """The classes after the positions, as transformers have it."""

    def forward(self, ids, mask):
        return super().forward(ids, mask).mT


def fit_tags(y, module=Tagger, criterion=nn.CrossEntropyLoss, **options):
    return fitted(make_net(module, criterion), parts(SOURCE), y, **options)


REFUSED = {
    "classes come before the positions": lambda: fit_tags(TAGS[SOURCE], Late),
    "class number 3, but the network has 3": lambda: fit_tags(
        tags_of(lambda y: np.put(y, 0, 3))
    ),
    "class number -1": lambda: fit_tags(tags_of(lambda y: np.put(y, 0, -1))),
    "1 rows of y hold nothing but -100": lambda: fit_tags(
        tags_of(lambda y: y.__setitem__(2, -100))
    ),
    "would compare as numbers": lambda: fit_tags(TAGS[SOURCE], criterion=nn.MSELoss, task="tags"),
    "the task is tags": lambda: fit_tags(TAGS[SOURCE] * 1.5, task="tags"),
    "class_weight": lambda: fit_tags(TAGS[SOURCE], class_weight="balanced"),
    "by_class=True": lambda: fit_tags(TAGS[SOURCE], by_class=True),
    "suggest_labels": lambda: fit_tags(TAGS[SOURCE], suggest_labels=True),
    "y_val is read as tags of shape": lambda: fit_tags(
        TAGS[SOURCE], X_val=parts(TARGET), y_val=TAGS[TARGET, :4]
    ),
    "in another order.*Transpose": lambda: fitted(
        make_net(Segmenter, nn.MSELoss, n_outputs=2),
        PIXELS,
        np.concatenate([PIXELS, PIXELS], axis=1).transpose(0, 2, 3, 1),
    ),
    "The default network learns one label": lambda: DVGSValuer().fit(PIXELS[:, 0, 0], PIXELS),
    "y has one label a row.*Pool the positions": lambda: fit_tags(np.arange(N_SOURCE) % 3),
    "X holds the arrays": lambda: fit_tags(None, criterion=nn.MSELoss),
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
def test_refused(message):
    with pytest.raises(InvalidInputError, match=message):
        REFUSED[message]()
