"""Texts, skorch's tokenizer, a filter and a transformer in one Pipeline."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from skorch import NeuralNetClassifier
from skorch.helper import SliceDict
from torch import nn

from skdvgs import CleanedClassifier, DVGSValuer, LowValueFilter
from skdvgs.exceptions import InvalidInputError

pytest.importorskip("tokenizers")
transformers = pytest.importorskip("transformers")

RNG = np.random.default_rng(0)
GOOD, BAD = ["good", "great", "fine", "lovely"], ["bad", "poor", "awful", "sad"]
Y = np.arange(60) % 2
TEXTS = [" ".join(RNG.choice(GOOD if y else BAD, RNG.integers(2, 6))) for y in Y]
WRONG = Y.copy()
WRONG[:6] = 1 - WRONG[:6]


class Encoder(nn.Module):
    """A tiny BERT of which the logits are what the criterion is given."""

    def __init__(self):
        super().__init__()
        config = transformers.BertConfig(
            vocab_size=10, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=32, max_position_embeddings=16, num_labels=2, pad_token_id=0,
        )  # fmt: skip
        self.model = transformers.BertForSequenceClassification(config)

    def forward(self, **parts):
        return self.model(**parts).logits


def make_tokenizer():
    from skorch.hf import HuggingfacePretrainedTokenizer
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    words = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *GOOD, *BAD])}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]"
    )
    return HuggingfacePretrainedTokenizer(fast, max_length=8)


def make_net(**options):
    return NeuralNetClassifier(
        Encoder, criterion=nn.CrossEntropyLoss, optimizer=torch.optim.Adam, lr=0.01, verbose=0,
        train_split=None, batch_size=16, max_epochs=3, **options,
    )  # fmt: skip


def test_tokenizer_filter_and_network():
    valuer = DVGSValuer(make_net(), random_state=0)
    chosen = LowValueFilter(valuer, fraction=0.1)
    pipe = make_pipeline(make_tokenizer(), chosen, make_net())
    target = {"X_val": make_tokenizer().fit_transform(TEXTS[30:]), "y_val": Y[30:]}
    pipe.fit(TEXTS, WRONG, **{f"lowvaluefilter__{name}": part for name, part in target.items()})
    assert set(pipe[1].dropped_index_) == set(range(6))
    assert pipe[1].values_frame()["value"].notna().all()
    np.testing.assert_array_equal(pipe.predict(TEXTS), Y)
    encoded = pipe[0].transform(TEXTS)
    assert type(encoded) is transformers.BatchEncoding
    replaced = LowValueFilter(valuer, fraction=0.1).fit_transform(encoded, WRONG, **target)
    assert type(replaced) is transformers.BatchEncoding
    assert list(replaced) == list(encoded)
    for name, part in replaced.items():
        np.testing.assert_array_equal(part[6:], encoded[name][6:])
    assert not np.array_equal(replaced["input_ids"][:6], encoded["input_ids"][:6])


def test_rows_stay_texts_where_the_valuer_tokenizes():
    valuer = make_pipeline(make_tokenizer(), DVGSValuer(make_net(), random_state=0))
    found = LowValueFilter(valuer, fraction=0.1).fit(
        np.array(TEXTS), WRONG, X_val=TEXTS[30:], y_val=Y[30:]
    )
    assert set(found.dropped_index_) == set(range(6))
    kept, _ = found.drop(TEXTS, WRONG)
    assert kept == TEXTS[6:]


def test_slice_dict_keeps_its_kind():
    parts = SliceDict(**make_tokenizer().fit_transform(TEXTS))
    parts = SliceDict(**{name: np.asarray(part) for name, part in parts.items()})
    chosen = LowValueFilter(DVGSValuer(make_net(), random_state=0, cv=2), fraction=0.1)
    replaced = chosen.fit_transform(parts, Y)
    assert type(replaced) is SliceDict
    assert len(replaced) == len(Y)
    kept, labels = chosen.drop(parts, Y)
    assert len(kept) == len(labels) == 54
    assert chosen.transform(parts) is parts


@pytest.mark.parametrize("action", ["drop", "relabel", "weight"])
def test_cleaned_classifier(action):
    parts = make_tokenizer().fit_transform(TEXTS)
    valuer = DVGSValuer(make_net(), random_state=0, suggest_labels=True)
    cleaned = CleanedClassifier(ByWords(), valuer, action=action, fraction=0.1)
    cleaned.fit(parts, WRONG, X_val={n: p[30:] for n, p in parts.items()}, y_val=Y[30:])
    np.testing.assert_array_equal(cleaned.predict(parts), Y)
    assert action == "weight" or cleaned.n_changed_ == 6


class ByWords(ClassifierMixin, BaseEstimator):
    """Counts words, of a dict of arrays."""

    def fit(self, X, y, sample_weight=None):
        self.inner_ = MultinomialNB().fit(self.counts(X), y, sample_weight)
        self.classes_ = self.inner_.classes_
        return self

    def counts(self, X):
        return np.stack(
            [np.bincount(row[row > 0], minlength=10) for row in np.asarray(X["input_ids"])]
        )

    def predict(self, X):
        return self.inner_.predict(self.counts(X))


def test_report(tmp_path):
    parts = dict(make_tokenizer().fit_transform(TEXTS))
    valuer = DVGSValuer(make_net(), random_state=0).fit(
        parts, WRONG, X_val={n: p[30:] for n, p in parts.items()}, y_val=Y[30:]
    )
    with pytest.raises(InvalidInputError, match="Pass what the arrays were made from"):
        valuer.report(tmp_path / "rows.html", X=parts)
    valuer.report(tmp_path / "rows.html", X=pd.DataFrame({"text": TEXTS}))
    assert TEXTS[0] in (tmp_path / "rows.html").read_text()
