"""Which scorers a table has."""

import numpy as np
import pytest

from skdvgs._default_net.scorers.scores import make_scorers


def names(*table):
    return [named.name for named in make_scorers(*table, seed=0)]


@pytest.mark.parametrize(
    ("kind", "n_rows", "n_columns", "n_outputs", "expected"),
    [
        ("classification", 4999, 10, 2, False),
        ("classification", 5000, 10, 2, True),
        # Two classes need one tree a round, more need one each.
        ("classification", 5000, 3000, 2, True),
        ("classification", 5000, 3001, 2, False),
        ("classification", 5000, 300, 10, True),
        ("classification", 5000, 301, 10, False),
        ("multilabel", 5000, 1500, 2, True),
        ("multilabel", 5000, 1501, 2, False),
        ("regression", 1999, 10, 1, False),
        ("regression", 2000, 3000, 1, True),
        ("regression", 2000, 3001, 1, False),
        ("regression", 2000, 1501, 2, False),
    ],
)
def test_boosting_joins_where_rows_are_many_and_trees_are_cheap(
    kind, n_rows, n_columns, n_outputs, expected
):
    assert ("boosting" in names(kind, n_rows, n_columns, n_outputs)) == expected


@pytest.mark.parametrize(
    ("kind", "n_rows", "expected"),
    [("classification", 9000, True), ("regression", 400, True), ("regression", 401, False)],
)
def test_a_linear_fit_of_numbers_needs_few_rows(kind, n_rows, expected):
    assert ("linear ridge" in names(kind, n_rows, 5, 1)) == expected


def test_each_scorer_has_a_name_of_its_own():
    for kind in ("classification", "multilabel", "regression"):
        found = names(kind, 6000, 5, 3)
        assert len(np.unique(found)) == len(found)
