"""Why rows are low: the rows and scorers that an explanation names, against a slow count."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from torch import nn

from skdvgs import DVGSValuer
from skdvgs.exceptions import InvalidInputError, MissingDependencyError

IRIS = load_iris()
WRONG = np.arange(3, 150, 10)
NAMES = IRIS.target_names[IRIS.target]
NOISY = NAMES.copy()
NOISY[WRONG] = np.roll(IRIS.target_names, 1)[IRIS.target[WRONG]]
QUICK = DVGSValuer(max_epochs=10, n_restarts=2, random_state=0)


@pytest.fixture(scope="module")
def valuer():
    return clone(QUICK).fit(IRIS.data, NOISY)


@pytest.fixture(scope="module")
def trusting():
    """With a target set; rows of X have an index."""
    X = pd.DataFrame(IRIS.data, columns=list("abcd"), index=[f"f{at}" for at in range(150)])
    return clone(QUICK).fit(X, NOISY, X_val=X[5::10], y_val=NAMES[5::10])


def slow_similarities(valuer, X, row):
    """Kernels of one row with all rows, one after the other, in float64."""
    restart = valuer._trajectories._fitted[0].restart
    weights = np.mean([s["root_weights"].numpy() ** 2 for s in restart.judges_[0].states], axis=0)
    found, total = np.zeros(len(X)), 0.0
    for name in ("quantiles", "one scale"):
        at = restart.scores_.names_.index(f"kernel ridge, {name}")
        scaling = restart.scores_._scorers[at].scaling
        scaled = restart.scores_.scaled(X.astype(np.float32))[scaling].astype(float)
        h = restart.scores_._scorers[at].scorer.kernel.bandwidth
        for other in range(len(X)):
            distance = sum((a - b) ** 2 for a, b in zip(scaled[row], scaled[other], strict=True))
            found[other] += weights[at] * np.exp(-distance / h)
        total += weights[at]
    return found / total


def test_neighbours_are_the_most_similar_rows_of_each_side(valuer):
    row = int(WRONG[0])
    similar = slow_similarities(valuer, IRIS.data, row)
    similar[row] = -1.0
    similar[valuer.values_ < 0.5] = -1.0
    entry = valuer.explain(row, n=4)[0]
    for neighbours, mask in (
        (entry.agreeing, NOISY == NOISY[row]),
        (entry.opposing, NOISY != NOISY[row]),
    ):
        best = np.sort(similar[mask])[::-1][:4]
        np.testing.assert_allclose([other.similarity for other in neighbours], best, rtol=1e-4)
        for other in neighbours:
            assert other.similarity == pytest.approx(similar[other.position], rel=1e-4)
            assert other.label == NOISY[other.position]
            assert mask[other.position]
    nearest = np.argsort(-similar, kind="stable")[:10]
    assert sorted(entry.nearest) == sorted(NOISY[nearest])


def test_votes_add_up_to_the_log_odds_of_the_labels(valuer):
    rows = np.array([3, 13, 60, 149])
    fit = valuer._trajectories
    for row, entry in zip(rows, valuer.explain(rows), strict=True):
        given, other = (np.flatnonzero(valuer.classes_ == x)[0] for x in (entry.label, entry.other))
        expected = []
        for fitted in fit._fitted:
            scores = fitted.evidence[row].astype(float)
            for state in fitted.restart.judges_[0].states:
                logits = (state["root_weights"].numpy() ** 2) @ scores + state["biases"].numpy()
                clean = np.exp(logits) / np.exp(logits).sum()
                noise = state["transitions"].numpy()[other, given]
                balance = min(3 * float(state["sizes"][given] / state["sizes"][other]), 1.0) ** 3
                likely = (clean[given] / (1.0 - clean[other])) ** 0.5
                hesitation = max(0.25 - float(state["rate"]), 0.0) * likely
                noise += hesitation * balance
                right = state["transitions"].numpy()[given, given]
                expected.append(np.log(clean[given] * right / (clean[other] * noise)))
        assert sum(entry.scorers.values()) == pytest.approx(np.mean(expected), rel=1e-6)
        assert list(entry.scorers)[-2:] == ["class frequencies", "label noise"]
        posterior = valuer.label_values_[row].copy()
        posterior[given] = -1.0
        assert entry.other == valuer.classes_[posterior.argmax()]


def test_wrong_rows_are_opposed_by_rows_of_the_right_label(valuer):
    low = WRONG[valuer.values_[WRONG] < 0.5]
    assert len(low) > 10
    entries = valuer.explain(low)
    right = [entry.other == NAMES[entry.position] for entry in entries]
    assert np.mean(right) > 0.9
    first = [entry.opposing[0].label == NAMES[entry.position] for entry in entries]
    assert np.mean(first) > 0.8
    text = entries[0].reason
    assert text.startswith("Of the 10 most similar rows, ")
    assert "scorers prefer" in text
    assert repr(entries).count("\n") == len(low) - 1


def test_trusted_rows_are_the_neighbours_where_there_is_a_target_set(trusting):
    X = pd.DataFrame(IRIS.data, columns=list("abcd"))
    entries = trusting.explain([3, 13], n=2, X=X, X_val=IRIS.data[5::10])
    assert all(entry.trusted for entry in entries)
    assert entries[0].name == "f3"
    assert "most similar trusted rows" in entries[0].reason
    frame = entries.to_frame()
    assert list(frame.columns) == ["row", "role", "neighbour", "label", "similarity", *"abcd"]
    assert frame["role"].tolist() == ["explained", "agrees", "agrees", "opposes", "opposes"] * 2
    for line in frame.itertuples():
        source = IRIS.data[int(line.neighbour[1:])] if line.role == "explained" else None
        expected = IRIS.data[5::10][line.neighbour] if source is None else source
        np.testing.assert_array_equal([line.a, line.b, line.c, line.d], expected)


def test_trusted_rows_have_the_names_of_their_frame(trusting):
    names = [f"checked {at}" for at in range(15)]
    X_val = pd.DataFrame(IRIS.data[5::10], columns=list("abcd"), index=names)
    entry = trusting.explain([3], n=2, X_val=X_val)[0]
    others = [*entry.agreeing, *entry.opposing]
    assert len(others) == 4
    assert [other.name for other in others] == [f"checked {other.position}" for other in others]


def test_frame_without_features_and_without_pandas(trusting, monkeypatch):
    entries = trusting.explain([3])
    frame = entries.to_frame()
    assert list(frame.columns) == ["row", "role", "neighbour", "label", "similarity"]
    with monkeypatch.context() as patch:
        patch.setitem(__import__("sys").modules, "pandas", None)
        with pytest.raises(MissingDependencyError, match="to_frame needs pandas"):
            entries.to_frame()


def test_unusual_entries_are_named():
    X = pd.DataFrame(IRIS.data, columns=["a", "b", "c", "d"])
    X["place"] = np.where(np.arange(150) % 2, "hill", "field")
    X.loc[7, "a"] = 50.0
    X.loc[8, "place"] = "moon"
    valuer = clone(QUICK).fit(X[["a", "b", "c", "d"]], NAMES)
    by_numbers = valuer.explain([7, 8])
    assert [str(part) for part in by_numbers[0].unusual] == ["a is 50 (usually 4.6 to 7.355)"]
    assert by_numbers[1].unusual == []
    shown = valuer.explain([7, 8, 9], X=X)
    assert [part.name for part in shown[0].unusual] == ["a"]
    assert str(shown[1].unusual[0]) == "place is moon (no other row has it)"
    assert "Unusual: place is moon" in shown[1].reason
    assert shown[2].unusual == []


def test_numbers_agree_within_twice_the_usual_error():
    X, y = load_diabetes(return_X_y=True)
    X, y = X[:200], y[:200].copy()
    y[5] = 340.0 if y[5] < 150 else 30.0
    valuer = clone(QUICK).fit(X, y)
    entry = valuer.explain(5, n=3)[0]
    judge = valuer._trajectories._fitted[0].restart.judges_[0]
    restart = valuer._trajectories._fitted[0].restart
    score = judge.scale.transform(y).score
    learnt = valuer._trajectories._rows.learnt
    mean = restart.evidence_[:, 0, : judge.n_scorers].mean(axis=1)
    usual = 1.4826 * np.median(np.abs(score[learnt] - mean))
    assert all(abs(score[o.position] - score[5]) <= 2 * usual for o in entry.agreeing)
    assert all(abs(score[o.position] - score[5]) > 2 * usual for o in entry.opposing)
    assert entry.reason.startswith(f"The target is {y[5]:.4g}; 6 scorers predict ")
    assert all(y.min() <= number <= y.max() for number in entry.scorers.values())


def test_several_labels_and_several_numbers():
    Y = np.stack([IRIS.target == 0, IRIS.data[:, 0] > 5.8], axis=1).astype(int)
    Y[3] = 1 - Y[3]
    entry = clone(QUICK).fit(IRIS.data, Y).explain(3)[0]
    assert entry.reason.startswith(f"Label {entry.output} is ")
    assert {int(other.label[entry.output]) for other in entry.opposing} == {1 - Y[3, entry.output]}
    numbers = IRIS.data[:, 2:].copy()
    numbers[3, 1] = 2.4
    entry = clone(QUICK).fit(IRIS.data[:, :2], numbers).explain(3)[0]
    assert entry.output == 1
    assert entry.reason.startswith("Target 1 is 2.4; ")


def test_rows_of_a_group_do_not_explain_each_other():
    groups = np.arange(150) // 3
    valuer = clone(QUICK).fit(IRIS.data, NOISY, groups=groups)
    for entry in valuer.explain(np.arange(0, 150, 7)):
        others = [*entry.agreeing, *entry.opposing]
        assert groups[entry.position] not in groups[[other.position for other in others]]


def test_which_rows_may_be_asked_for(valuer):
    mask = np.zeros(150, dtype=bool)
    mask[[4, 9]] = True
    assert [entry.position for entry in valuer.explain(mask)] == [4, 9]
    assert valuer.explain(-1)[0].position == 149
    assert len(valuer.explain([])) == 0
    again = pickle.loads(pickle.dumps(valuer))
    assert repr(again.explain(WRONG)) == repr(valuer.explain(WRONG))


def test_errors(valuer):
    with pytest.raises(NotFittedError):
        DVGSValuer().explain(0)
    with pytest.raises(InvalidInputError, match="rows holds 150, but fit was given 150 rows"):
        valuer.explain([3, 150])
    with pytest.raises(InvalidInputError, match="named by their positions"):
        valuer.explain(["flower"])
    with pytest.raises(InvalidInputError, match="n=0 rows cannot be shown"):
        valuer.explain(0, n=0)
    with pytest.raises(InvalidInputError, match="X holds 149 rows but fit was given 150"):
        valuer.explain(0, X=IRIS.data[1:])
    own = DVGSValuer(Linear, max_epochs=2, cv=2, random_state=0).fit(IRIS.data, NOISY)
    with pytest.raises(InvalidInputError, match="needs the default network for labels"):
        own.explain(0)
    without = DVGSValuer(max_epochs=2, cv=2, random_state=0).fit(IRIS.data)
    with pytest.raises(InvalidInputError, match="needs the default network for labels"):
        without.explain(0)


class Linear(nn.Module):
    def __init__(self, n_features, n_outputs):
        super().__init__()
        self.layer = nn.Linear(n_features, n_outputs)

    def forward(self, X):
        return self.layer(X)
