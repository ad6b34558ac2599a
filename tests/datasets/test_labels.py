import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris, make_classification

from skdvgs.datasets import corrupt_features, corrupt_labels, corrupt_targets
from skdvgs.exceptions import InvalidInputError

LABELS = {
    "text": np.repeat(["a", "b", "c"], 20),
    "objects": np.repeat(["a", "b", "c"], 20).astype(object),
    "integers": np.repeat([7, -1, 3], 20),
    "bytes": np.repeat(np.array([0, 255, 3], dtype=np.uint8), 20),
    "booleans": np.repeat([True, False], 30),
    "whole floats": np.repeat([0.0, 2.0], 30),
    "list": ["x"] * 30 + ["y"] * 30,
    "series": pd.Series(np.repeat(["a", "b", "c"], 20), index=np.arange(60)[::-1], name="kind"),
    "categories": pd.Series(np.repeat(["a", "b", "c"], 20), dtype="category"),
    "nullable": pd.Series(np.repeat([1, 2, 3], 20), dtype="Int64"),
}


@pytest.mark.parametrize("y", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("kind", ["uniform", "class_conditional", "instance_dependent"])
def test_changes_exactly_the_asked_share_of_labels_and_keeps_their_type(y, kind):
    X = np.random.default_rng(0).normal(size=(60, 3)) if kind == "instance_dependent" else None
    before = y.copy()
    y_noisy, corrupted = corrupt_labels(y, 0.3, kind=kind, X=X, random_state=0)
    assert corrupted.dtype == bool
    assert corrupted.sum() == 18
    assert np.array_equal(np.asarray(y_noisy) != np.asarray(y), corrupted)
    assert set(np.asarray(y_noisy)) <= set(np.asarray(y))
    if isinstance(y, pd.Series):
        assert y_noisy.dtype == y.dtype
        assert y_noisy.index.equals(y.index)
        assert y_noisy.name == y.name
    else:
        assert y_noisy.dtype == np.asarray(y).dtype
    assert np.array_equal(np.asarray(y), np.asarray(before))


@pytest.mark.parametrize(("fraction", "count"), [(0, 0), (0.001, 0), (0.25, 15), (1, 60)])
def test_count_is_the_rounded_fraction(fraction, count):
    assert corrupt_labels(LABELS["text"], fraction)[1].sum() == count
    assert corrupt_targets(np.arange(60.0), fraction)[1].sum() == count


def test_same_seed_same_corruption():
    for corrupt in (
        lambda seed: corrupt_labels(LABELS["text"], 0.3, random_state=seed),
        lambda seed: corrupt_targets(np.arange(60.0), 0.3, random_state=seed),
        lambda seed: corrupt_features(np.eye(60), random_state=seed),
    ):
        first, again, other = corrupt(0), corrupt(0), corrupt(1)
        assert np.array_equal(first[0], again[0])
        assert np.array_equal(first[1], again[1])
        assert not np.array_equal(first[1], other[1])


def transitions(y, draws):
    """Share of the rows of each class that got each other class."""
    counts = pd.DataFrame(0, index=np.unique(y), columns=np.unique(y))
    for y_noisy, corrupted in draws:
        for given, new in zip(y[corrupted], y_noisy[corrupted], strict=True):
            counts.loc[given, new] += 1
    return counts.to_numpy() / (20 * len(draws))


def test_uniform_takes_every_row_and_every_other_class_equally_often():
    y = LABELS["text"]
    draws = [corrupt_labels(y, 0.3, random_state=seed) for seed in range(300)]
    share_of_row = np.mean([corrupted for _, corrupted in draws], axis=0)
    assert np.abs(share_of_row - 0.3).max() < 0.1
    expected = np.where(np.eye(3), 0.0, 0.15)
    np.testing.assert_allclose(transitions(y, draws), expected, atol=0.02)


def test_class_conditional_takes_each_class_for_the_next():
    y = LABELS["text"]
    draws = [corrupt_labels(y, 0.3, kind="class_conditional", random_state=s) for s in range(200)]
    expected = 0.3 * np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    np.testing.assert_allclose(transitions(y, draws), expected, atol=0.03)


def test_class_conditional_follows_the_matrix():
    y = LABELS["text"]
    matrix = np.array([[1.0, 0.0, 0.0], [0.1, 0.6, 0.3], [0.05, 0.15, 0.8]])
    # So few that drawing without replacement hardly matters: shares go as the entries.
    draws = [
        corrupt_labels(y, 0.05, kind="class_conditional", transition=matrix, random_state=seed)
        for seed in range(1000)
    ]
    found = transitions(y, draws)
    off_diagonal = matrix * ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(found, off_diagonal / off_diagonal.sum() * 0.15, atol=0.01)
    assert not found[0].any()


def test_drawing_without_replacement_is_one_row_after_the_other():
    # Three rows of weights 1, 1 and 1/3, two are drawn: the probabilities written out.
    matrix = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1 / 3, 0.0, 2 / 3]])
    y = np.array(["a", "b", "c"])
    first = np.array([3, 3, 1]) / 7
    both = {(i, j): first[i] * first[j] / (1 - first[i]) for i in range(3) for j in range(3)}
    drawn = [sum(p for pair, p in both.items() if i in pair and pair[0] != pair[1]) for i in (0, 2)]
    masks = [
        corrupt_labels(y, 2 / 3, kind="class_conditional", transition=matrix, random_state=seed)[1]
        for seed in range(2000)
    ]
    np.testing.assert_allclose(np.mean(masks, axis=0)[[0, 2]], drawn, atol=0.03)


def test_instance_dependent_prefers_rows_near_the_boundary():
    X, y = load_iris(return_X_y=True)
    draws = [
        corrupt_labels(y, 0.1, kind="instance_dependent", X=X, random_state=seed)
        for seed in range(10)
    ]
    share = np.mean([corrupted for _, corrupted in draws], axis=0)
    # Setosa lies far off; versicolor and virginica overlap and are taken for each other.
    assert share[y == 0].mean() < 0.05
    assert share[y > 0].mean() > 0.13
    overlap = y > 0
    gap = np.abs(X[overlap, 3] - 1.65)  # of petal widths, to where the two meet
    assert np.average(gap, weights=share[overlap]) < 0.7 * gap.mean()
    got = np.concatenate([y_noisy[corrupted & overlap] for y_noisy, corrupted in draws])
    assert np.mean(got > 0) > 0.8


def test_instance_dependent_reads_images_and_reaches_every_row():
    X, y = make_classification(80, 16, random_state=0)
    X[:, 0] += 100 * y  # separable: probabilities saturate
    y_noisy, corrupted = corrupt_labels(
        y, 1.0, kind="instance_dependent", X=X.reshape(80, 4, 4), random_state=0
    )
    assert corrupted.all()
    assert np.array_equal(y_noisy, 1 - y)


Y = np.repeat([0, 1], 10)
ERRORS = {
    "fraction above one": (lambda: corrupt_labels(Y, 1.2), "fraction is 1.2"),
    "kind": (lambda: corrupt_labels(Y, 0.1, kind="random"), "Choose one of uniform"),
    "no X": (lambda: corrupt_labels(Y, 0.1, kind="instance_dependent"), "X is missing"),
    "X in vain": (lambda: corrupt_labels(Y, 0.1, X=np.eye(20)), "X is given for kind='uniform'"),
    "short X": (
        lambda: corrupt_labels(Y, 0.1, kind="instance_dependent", X=np.eye(19)),
        "X has 19 rows and y has 20",
    ),
    "class of one row": (
        lambda: corrupt_labels([0, 1, 1, 1], 0.1, kind="instance_dependent", X=np.eye(4)),
        "a class with a single row",
    ),
    "transition in vain": (lambda: corrupt_labels(Y, 0.1, transition=np.eye(2)), "Leave it out"),
    "shape": (
        lambda: corrupt_labels(Y, 0.1, kind="class_conditional", transition=np.eye(3)),
        r"Give shape \(2, 2\)",
    ),
    "no probabilities": (
        lambda: corrupt_labels(Y, 0.1, kind="class_conditional", transition=np.ones((2, 2))),
        "rows that sum to 1",
    ),
    "too many": (
        lambda: corrupt_labels(Y, 0.6, kind="class_conditional", transition=[[1, 0], [0.5, 0.5]]),
        "12 labels are to change, but only 10 rows",
    ),
    "one class": (lambda: corrupt_labels([1, 1], 0.5), "single class 1"),
    "two columns": (lambda: corrupt_labels(np.eye(3), 0.5), r"shape \(3, 3\)"),
    "gap": (lambda: corrupt_labels(["a", None], 0.5), "missing labels"),
    "NaN": (lambda: corrupt_labels(np.array([1.0, np.nan]), 0.5), "missing labels"),
    "pandas gap": (
        lambda: corrupt_labels(pd.Series([1, None], dtype="Int64"), 0.5),
        "missing labels",
    ),
    "fractions": (lambda: corrupt_labels([0.5, 1.0], 0.5), "Use corrupt_targets"),
    "mixture": (lambda: corrupt_labels(np.array([1, "a"], dtype=object), 0.5), "cannot be sorted"),
}


@pytest.mark.parametrize(("call", "message"), ERRORS.values(), ids=ERRORS)
def test_errors_say_what_and_what_to_do(call, message):
    with pytest.raises(InvalidInputError, match=message):
        call()
