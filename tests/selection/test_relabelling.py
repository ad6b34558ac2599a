"""LowValueSampler(action="relabel"), and the labels that low rows get."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdvgs import DVGSValuer, LowValueSampler
from skdvgs._selection.relabelling import best_other_labels, exchange_labels
from skdvgs._selection.valuing import Valued
from skdvgs.exceptions import InvalidInputError
from tests.fake_valuers import CentroidValuer, GivenValuer, NearestCentreValuer

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])
WRONG = np.arange(0, 150, 15)
GIVEN = Y.copy()
GIVEN[WRONG] = (Y[WRONG] + 1) % 3
QUICK = DVGSValuer(cv=3, n_restarts=1, random_state=0)


def relabelling(valuer=None, **parameters):
    valuer = NearestCentreValuer() if valuer is None else valuer
    return LowValueSampler(valuer, action="relabel", **{"fraction": len(WRONG) / 150, **parameters})


def test_low_rows_get_their_label_and_no_row_goes():
    sampler = relabelling(QUICK)
    X_same, y = sampler.fit_resample(X, GIVEN)
    assert X_same is X
    low = np.flatnonzero(~sampler.support_)
    assert len(low) == len(WRONG)
    assert (y[low] != GIVEN[low]).all()
    np.testing.assert_array_equal(np.delete(y, low), np.delete(GIVEN, low))
    assert (y == Y).mean() > (GIVEN == Y).mean() + 0.04
    np.testing.assert_array_equal(sampler.sample_indices_, np.arange(150))
    assert sampler.n_dropped_ == 10
    # Also where the given label is the most probable one.
    posterior = sampler.valuer_.label_values_
    for row in low:
        others = np.delete(posterior[row], GIVEN[row])
        assert posterior[row][y[row]] == others.max()


def test_the_rows_that_dropping_would_choose():
    dropping = relabelling().set_params(action="drop").fit(X, GIVEN)
    np.testing.assert_array_equal(relabelling().fit(X, GIVEN).support_, dropping.support_)


CONTAINERS = {
    "array": lambda y: y,
    "column": lambda y: y[:, None],
    "list": list,
    "series": lambda y: pd.Series(y, index=range(500, 650), name="kind"),
    "category": lambda y: pd.Series(pd.Categorical(y), index=range(500, 650), name="kind"),
    "nullable": lambda y: pd.Series(y).convert_dtypes(),
    "object": lambda y: np.asarray(y, dtype=object),
    "frame": lambda y: pd.DataFrame({"kind": y}),
}


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("labels", [Y, NAMES[Y], Y == 1, Y - 1.0], ids=["int", "str", "bool", "fl"])
def test_labels_come_back_as_they_were_held(container, labels):
    given = CONTAINERS[container](labels)
    _, found = relabelling().fit_resample(X, given)
    assert type(found) is type(given)
    if isinstance(given, (pd.Series, pd.DataFrame)):
        assert found.index.equals(given.index)
        assert np.all(found.dtypes == given.dtypes)
    elif isinstance(given, np.ndarray):
        assert found.dtype == given.dtype
        assert found.shape == given.shape
    _, expected = relabelling().fit_resample(X, labels)
    np.testing.assert_array_equal(np.asarray(found).ravel(), expected)
    # What was given is not altered.
    np.testing.assert_array_equal(np.asarray(given).ravel(), labels)


def test_polars_labels():
    pl = pytest.importorskip("polars")
    given = pl.Series("kind", NAMES[Y].tolist())
    _, found = relabelling().fit_resample(X, given)
    assert found.dtype == given.dtype
    assert found.name == "kind"
    assert (found != given).sum() == 10


def test_a_longer_label_of_the_target_set_is_not_cut_short():
    short = np.array(["a", "b", "a"])
    rows, labels = np.array([1]), np.array(["a long one"])
    assert exchange_labels(short, rows, labels).tolist() == ["a", "a long one", "a"]
    as_category = pd.Series(short, dtype="category")
    assert exchange_labels(as_category, rows, labels).tolist() == ["a", "a long one", "a"]
    assert exchange_labels(short.tolist(), rows, labels) == ["a", "a long one", "a"]
    assert exchange_labels([["a"], ["b"]], rows, labels) == [["a"], ["a long one"]]


def test_a_class_of_the_target_set_alone_can_be_the_better_label():
    known = GIVEN != 2
    rows = X[known | (Y == 2)]
    y = np.where(GIVEN == 2, 1, GIVEN)[known | (Y == 2)]
    with pytest.warns(UserWarning, match="class '1' look wrong") as caught:
        _, found = relabelling(QUICK, fraction="auto").fit_resample(rows, y, X_val=X, y_val=Y)
    assert len(caught) == 1
    assert (found == 2).sum() > 30


def chances(label_values, classes=(0, 1, 2)):
    class Labels:
        classes_ = np.array(classes)
        label_values_ = np.array(label_values)

    return Valued(Labels, Labels, np.zeros(len(label_values)))


def test_the_chance_of_a_label_is_its_probability():
    valued = chances([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.5, 0.5, 0.0]])
    found = best_other_labels(valued, [0, 0, 1], np.array([0, 1, 2]))
    assert found.labels.tolist() == [1, 2, 0]
    np.testing.assert_array_equal(found.chance, [0.2, 0.6, 0.5])


def test_values_that_are_no_probabilities_give_no_chance():
    for label_values in ([[0.7, 0.2, 0.9]], [[-0.3, 0.4, 0.9]]):
        found = best_other_labels(chances(label_values), [2], np.array([0]))
        assert found.labels.tolist() == [0 if label_values[0][0] == 0.7 else 1]
        assert found.chance.tolist() == [1.0]


def test_a_pipeline_and_a_frozen_valuer():
    piped = relabelling(make_pipeline(StandardScaler(), QUICK))
    assert (piped.fit_resample(X, GIVEN)[1] == Y).mean() > 0.95
    frozen = FrozenEstimator(DVGSValuer(cv=3, random_state=0).fit(X[::2], GIVEN[::2]))
    rows = np.arange(1, 150, 2)
    _, found = relabelling(frozen, fraction="auto").fit_resample(X[rows], GIVEN[rows])
    assert (found == Y[rows]).mean() > (GIVEN[rows] == Y[rows]).mean()


def test_in_the_pipeline_of_imbalanced_learn():
    imblearn = pytest.importorskip("imblearn.pipeline")
    pipe = imblearn.make_pipeline(relabelling(), LogisticRegression(max_iter=1000))
    pipe.fit(X, NAMES[GIVEN])
    _, y = relabelling().fit_resample(X, NAMES[GIVEN])
    by_hand = LogisticRegression(max_iter=1000).fit(X, y)
    np.testing.assert_array_equal(pipe[-1].coef_, by_hand.coef_)


def test_the_frame_marks_rows_as_low_not_as_dropped():
    frame = relabelling().fit(X, GIVEN).values_frame()
    assert "dropped" not in frame
    assert frame["is_low"].sum() == 10


class Multilabel(GivenValuer):
    task_ = "multilabel"


class WrongShape(GivenValuer):
    classes_ = np.arange(3)
    label_values_ = np.ones((150, 2))


@pytest.mark.parametrize(
    ("valuer", "y", "message"),
    [
        (CentroidValuer(), None, "exchanges labels, but y is None. There are no classes"),
        (CentroidValuer(), X[:, 0], "exchanges labels, but y holds continuous numbers."),
        (CentroidValuer(), Y, "CentroidValuer has no label_values_ and classes_. Use a DVGSValuer"),
        (
            DVGSValuer(suggest_labels=False, cv=3, n_restarts=1),
            Y,
            "DVGSValuer has no label_values_",
        ),
        (Multilabel(np.ones(150)), Y, "the valuer reads y as multilabel. Only one label"),
        (WrongShape(np.ones(150)), Y, r"has shape \(150, 2\) or is not finite.*shape \(150, 3\)"),
    ],
)
def test_refused(valuer, y, message):
    with pytest.raises(InvalidInputError, match=message):
        relabelling(valuer).fit(X, y)


def test_whole_numbers_that_the_valuer_takes_for_quantities():
    X_reg, y_reg = load_diabetes(return_X_y=True)
    valuer = DVGSValuer(task="regression", cv=3, n_restarts=1, random_state=0)
    with pytest.raises(InvalidInputError, match="the valuer reads y as regression"):
        relabelling(valuer).fit(X_reg[:60], y_reg[:60])


def test_an_unknown_action():
    with pytest.raises(ValueError, match="The 'action' parameter of LowValueSampler must be"):
        LowValueSampler(CentroidValuer(), action="weight").fit(X, Y)
