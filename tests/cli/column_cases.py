"""Columns of many kinds, and how they are learnt and read."""

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from skdvgs._cli._missing import MissingTexts
from skdvgs._cli._schema import Reading, learn_column

READING = Reading(MissingTexts([], True), ".")
RNG = np.random.default_rng(0)
N = 300
AT = np.arange(N)
CLASS = AT % 2
BAD = RNG.random(N) < 0.15
NUMBERS = np.round(RNG.normal(size=N) + 5 * CLASS, 3)
NOISE = RNG.normal(size=N)
TEXT = np.array([f"{number}" for number in NUMBERS], dtype=object)


def learn(texts, reading=READING):
    notes = []
    column = pd.Series(texts, dtype=object)
    schema = learn_column("c", column, reading, notes.append)
    return schema, (None if schema is None else schema.read(column, "a.csv")), " ".join(notes)


def with_cell(cell, row=7, texts=TEXT):
    return np.where(np.arange(len(texts)) == row, cell, texts)


DAYS = pd.date_range("2019-01-28", periods=N, freq="7h")


def val_of(texts, val):
    schema, _, _ = learn(texts)
    return schema.read(pd.Series(val, dtype=object), "v.csv")


def auroc(found):
    return roc_auc_score(BAD, -found.out["value"].astype(float))


def labelled(**columns):
    return pd.DataFrame({**columns, "u": NOISE, "y": CLASS ^ BAD})
