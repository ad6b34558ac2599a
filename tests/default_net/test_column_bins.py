"""Bins of columns for gradient boosting."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from skdvgs._default_net.scorers.column_bins import ColumnBins

RNG = np.random.default_rng(0)


def test_many_values_share_bins_of_about_as_many_rows():
    X = RNG.normal(size=(5000, 2)).astype(np.float32) ** 3
    binned = ColumnBins().fit(X).transform(X)
    for column, numbers in zip(X.T, binned.T, strict=True):
        counts = np.bincount(numbers.astype(int))
        assert len(counts) == 255
        assert counts.min() >= 18
        assert counts.max() <= 21
        assert (np.diff(numbers[np.argsort(column)]) >= 0).all()
    beyond = ColumnBins().fit(X).transform(np.array([[-1e9, 1e9]], dtype=np.float32))
    np.testing.assert_array_equal(beyond, [[0, 254]])


def test_few_values_have_a_bin_each_however_rare():
    column = np.zeros(4000, dtype=np.float32)
    column[[5, 70, 900]] = 3.0, -1.0, 0.5
    binned = ColumnBins().fit(column[:, None]).transform(column[:, None])[:, 0]
    assert binned[[70, 0, 900, 5]].tolist() == [0, 1, 2, 3]
    between = np.array([[0.2], [0.25], [0.3]], dtype=np.float32)
    assert ColumnBins().fit(column[:, None]).transform(between)[:, 0].tolist() == [1, 1, 2]


def test_missing_entries_stay_missing():
    X = RNG.normal(size=(300, 2)).astype(np.float32)
    X[::3, 0], X[:, 1] = np.nan, np.nan
    binned = ColumnBins().fit(X).transform(X)
    np.testing.assert_array_equal(np.isnan(binned), np.isnan(X))


def test_boosting_knows_no_more_than_the_bins():
    X = RNG.normal(size=(3000, 4)).astype(np.float32)
    X[::7, 1] = np.nan
    y = (X[:, 0] + np.nan_to_num(X[:, 1]) > 0).astype(int)
    plain = HistGradientBoostingClassifier(max_iter=20, early_stopping=False, random_state=0)
    expected = plain.fit(X, y).predict_proba(X)
    binned = ColumnBins().fit(X).transform(X)
    np.testing.assert_array_equal(plain.fit(binned, y).predict_proba(binned), expected)
