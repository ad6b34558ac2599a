"""Target sets: given, or folds in turn; warnings about what cannot be valued well."""

import warnings

import numpy as np
import pytest
from sklearn.model_selection import ShuffleSplit
from sklearn.preprocessing import StandardScaler

from skdvgs import TargetSet
from skdvgs._fit.folds import cross_fit
from skdvgs._inputs.target_set import check_scale, unpack_target
from skdvgs._inputs.targets import check_classes
from skdvgs.exceptions import InvalidInputError, TargetScaleWarning, UnseenLabelWarning


@pytest.mark.parametrize("kind", ["classification", "regression", "reconstruction"])
def test_each_row_is_target_once_and_valued_by_the_other_folds(kind):
    X, y = np.zeros((23, 2)), np.arange(23) % 3
    folds = cross_fit(X, y, kind, 4, seed=0)
    targets = np.concatenate([fold.target for fold in folds])
    assert sorted(targets) == list(range(23))
    for fold in folds:
        assert sorted([*fold.target, *fold.source]) == list(range(23))
        if kind == "classification":
            assert len(np.unique(y[fold.target])) == 3


def test_folds_depend_on_the_seed_alone():
    X, y = np.zeros((20, 2)), np.arange(20) % 2
    first, again, other = (cross_fit(X, y, "regression", 4, seed) for seed in (0, 0, 1))
    assert all(np.array_equal(a.target, b.target) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a.target, b.target) for a, b in zip(first, other, strict=True))


def test_overlapping_targets_of_a_users_splitter():
    folds = cross_fit(np.zeros((20, 2)), None, "regression", ShuffleSplit(6, random_state=0), 0)
    assert len(folds) == 6
    assert all(len(fold.target) == 2 and len(fold.source) == 18 for fold in folds)


def test_rows_no_fold_values_are_refused():
    splits = [(np.arange(0), np.arange(0, 13)), (np.arange(0), np.arange(10, 20))]
    with pytest.raises(InvalidInputError, match="2 folds that leave 3 rows always in the target"):
        cross_fit(np.zeros((20, 2)), None, "regression", splits, 0)


def test_unpacking():
    assert unpack_target(TargetSet(1, 2), None) == (1, 2)
    assert unpack_target(1, 2) == (1, 2)
    assert unpack_target((1,), (2,)) == (1, 2)
    assert unpack_target(None, None) == (None, None)


def test_classes():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_classes(np.array(["a", "b"]), np.array(["a", "b", "c"]))
    with pytest.warns(UnseenLabelWarning, match="'c'.*2 rows"):
        check_classes(np.array(["a", "b", "c", "c"]), np.array(["a", "b"]))


@pytest.mark.parametrize(
    ("change", "warns"),
    [
        (lambda X: X, False),
        (lambda X: X * 1.5 + 0.5, False),
        (lambda X: X[:5], False),
        (lambda X: X * 10, True),
        (lambda X: X / 10, True),
        (lambda X: X + 5, True),
    ],
)
def test_scale(change, warns):
    X, X_val = np.random.default_rng(0).normal(size=(2, 60, 8)).astype(np.float32)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check_scale(X, change(X_val))
    assert [w.category for w in caught] == [TargetScaleWarning] * warns


def test_one_wild_row_is_not_another_scale():
    X, X_val = np.random.default_rng(0).normal(size=(2, 60, 8)).astype(np.float32)
    X[0] = 1e30
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_scale(X, X_val)


def test_a_step_that_would_transform_a_target_set_says_what_to_pass():
    with pytest.raises(InvalidInputError, match=r"cannot be transformed.*pass X_val=\(X_val,\)"):
        StandardScaler().fit_transform(TargetSet([[0.0], [1.0]], [0, 1]))
