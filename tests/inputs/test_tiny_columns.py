"""Columns that spread hardly at all keep what they hold."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from skdvgs import DVGSValuer
from skdvgs._inputs.table_reader import TableReader
from skdvgs._inputs.tiny_columns import factors_of_tiny, raise_columns

RNG = np.random.default_rng(0)
N = 160
CLASS = np.arange(N) % 2
BAD = RNG.random(N) < 0.15
TOLD = RNG.normal(size=(N, 2)) + 4 * CLASS[:, None]
NOISE = RNG.normal(size=(N, 2))


def auroc(X):
    valuer = DVGSValuer(cv=3, n_restarts=1, random_state=0).fit(X, CLASS ^ BAD)
    np.testing.assert_array_equal(valuer.score_samples(X, CLASS ^ BAD), valuer.values_)
    return roc_auc_score(BAD, -valuer.values_)


@pytest.mark.parametrize("unit", [1e-9, 1e-12, 1e-40, 1e-300])
@pytest.mark.parametrize("beside", [1.0, 1e6])
def test_tiny_columns_beside_others(unit, beside):
    assert auroc(np.hstack([unit * TOLD, beside * NOISE])) > 0.99


@pytest.mark.parametrize("unit", [1e-9, 1e-60])
def test_tables_of_tiny_columns(unit):
    assert auroc(unit * np.hstack([TOLD, NOISE])) > 0.99
    gaps = np.where(RNG.random(TOLD.shape) < 0.1, np.nan, unit * TOLD)
    assert auroc(np.hstack([gaps, NOISE])) > 0.97


def test_one_large_entry_hides_no_tiny_ones():
    rows = np.hstack([1e-9 * TOLD, NOISE])
    rows[7, 0] = 1e6
    assert auroc(rows) > 0.99


def test_factors():
    rows = np.column_stack([TOLD[:, 0], 1e-9 * TOLD[:, 0], np.full(N, 1e-9), 1e-9 * (CLASS > 5)])
    rows[0, 3] = 1e-9
    rows[3, 1] = np.nan
    factors = factors_of_tiny(rows, 1e-3, 1.0)
    assert factors[[0, 2]].tolist() == [1.0, 1.0]
    assert (np.log2(factors) == np.floor(np.log2(factors))).all()
    spread = np.nanquantile(rows[:, 1], 0.75) - np.nanquantile(rows[:, 1], 0.25)
    assert 0.5 < factors[1] * spread <= 1.0
    assert 0.5 < factors[3] * 1e-9 <= 1.0
    np.testing.assert_array_equal(raise_columns(rows, factors), rows * factors)


def test_what_was_not_looked_at_stays_finite_unless_it_was_infinite():
    raised = raise_columns(np.array([[1e300], [np.inf], [np.nan], [-1e300]]), np.array([2.0**900]))
    assert raised.ravel().tolist()[:2] == [2.0**100, np.inf]
    assert np.isnan(raised[2])
    assert raised[3] == -(2.0**100)


def test_ordinary_columns_stay_bit_for_bit():
    rows = np.hstack([1e-9 * TOLD, 1e20 * NOISE, 1e-60 * TOLD])
    read = TableReader(None).learn(rows)
    np.testing.assert_array_equal(read[:, :4], rows[:, :4].astype(np.float32))
    assert (read[:, 4:] != 0).all()
