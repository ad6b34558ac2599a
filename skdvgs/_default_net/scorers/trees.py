"""TreeEnsemble: forests and extra trees, and the votes of the trees that did not see a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, is_classifier

from skdvgs._default_net.scorers.base import ScorerRows
from skdvgs._utils.types import Floats32, Labels

# A tree of this many rows is deep enough: larger ones take longer and find hardly more.
_MOST_ROWS_A_TREE = 25_000
# Blocks of trees that are left out in turn for the jackknife.
_TREE_BLOCKS = 10
# Their votes in memory, at most: 128 MiB.
_MOST_VOTES = 2**25


@dataclass(frozen=True)
class _GrownTree:
    model: Any
    classes: NDArray[np.intp] | slice
    out_of_bag: NDArray[np.intp]
    votes: NDArray[np.float64]


class TreeEnsemble:
    """Trees grown on bags of groups.

    Each tree draws groups with replacement. The prediction of a row is the mean over the trees
    whose bag holds no row of its group. Bags do not depend on labels, and a tree does not depend
    on labels outside its bag. So a row's prediction does not depend on the labels of its group.
    Missing entries are NaN: each split sends them to the side where they do better.

    Parameters
    ----------
    tree : estimator
        A classifier for one-hot classes, a regressor for numbers.
    n_trees : int
        Trees to grow.
    seed : int
        Decides bags and splits.

    Attributes
    ----------
    left_out_ : array of shape (n_samples, n_outputs), float32
        Predictions of each row by trees grown without its group; the mean of all rows if every
        tree has seen the group.
    block_votes_ : array of shape (n_blocks, n_samples, n_outputs), float32
        Sums of the predictions that make `left_out_`, by blocks of trees; fewer blocks where they
        would be large. :meth:`forget_blocks` drops them.
    block_counts_ : int array of shape (n_blocks, n_samples)
        Numbers of these predictions.
    importances_ : array of shape (n_features,), float64
        Mean impurity importance of each feature over the trees; they sum to 1.
    """

    def __init__(self, tree: BaseEstimator, n_trees: int, seed: int) -> None:
        self._tree, self._n_trees, self._seed = tree, n_trees, seed
        # Cloning takes as long as small trees do.
        self._settings = tree.get_params(deep=False)

    def fit(self, X: Floats32, rows: ScorerRows, n_jobs: int | None = None) -> TreeEnsemble:
        """Grow the trees, and predict each row by those that did not see its group."""
        y = rows.Y.argmax(axis=1) if is_classifier(self._tree) else rows.Y
        if y.ndim == 2 and y.shape[1] == 1:
            y = y[:, 0]
        self._has_gaps = bool(np.isnan(X).any())
        seeds = np.random.default_rng(self._seed).integers(2**31, size=self._n_trees)
        parallel: Any = Parallel(n_jobs=n_jobs, require="sharedmem", return_as="generator")
        n_blocks = int(np.clip(_MOST_VOTES // max(rows.Y.size, 1), 2, _TREE_BLOCKS))
        self.block_votes_ = np.zeros((n_blocks, *rows.Y.shape), dtype=np.float32)
        self.block_counts_ = np.zeros((n_blocks, len(X)), dtype=np.int32)
        self._grown: list[tuple[Any, NDArray[np.intp] | slice]] = []
        # In the order of the seeds, so that sums do not depend on the threads.
        grown_trees = parallel(delayed(self._grow)(X, y, rows, int(seed)) for seed in seeds)
        for number, grown in enumerate(grown_trees):
            votes = self.block_votes_[number % n_blocks]
            votes[_cells(grown.out_of_bag, grown.classes)] += grown.votes
            self.block_counts_[number % n_blocks, grown.out_of_bag] += 1
            self._grown.append((grown.model, grown.classes))
        self._mean = np.average(rows.Y, axis=0, weights=rows.weight).astype(np.float32)
        self._n_outputs = rows.Y.shape[1]
        importances = np.mean([model.feature_importances_ for model, _ in self._grown], axis=0)
        total = importances.sum()
        # No tree splits where all rows are alike.
        alike = np.full(X.shape[1], 1.0 / X.shape[1])
        self.importances_ = importances / total if total > 0 else alike
        self._votes, self._counts = self.block_votes_.sum(axis=0), self.block_counts_.sum(axis=0)
        self.left_out_ = self._mean_vote(self._votes, self._counts)
        return self

    def left_out_without(self, block: int) -> Floats32:
        """What `left_out_` would be without the trees of a block."""
        return self._mean_vote(
            self._votes - self.block_votes_[block], self._counts - self.block_counts_[block]
        )

    def forget_blocks(self) -> None:
        """Free the memory of the votes."""
        del self.block_votes_, self.block_counts_, self._votes, self._counts

    def _mean_vote(self, votes: Floats32, counts: NDArray[np.int32]) -> Floats32:
        mean = votes / np.maximum(counts, 1)[:, None].astype(np.float32)
        return np.where(counts[:, None] > 0, mean, self._mean)

    def predict(self, X: Floats32) -> Floats32:
        """Mean prediction of all trees, shape (n_samples, n_outputs)."""
        found = np.zeros((len(X), self._n_outputs))
        everyone = np.arange(len(X))
        for model, classes in self._grown:
            found[_cells(everyone, classes)] += _predict(model, X)
        return (found / len(self._grown)).astype(np.float32)

    def _grow(self, X: Floats32, y: Labels, rows: ScorerRows, seed: int) -> _GrownTree:
        rng = np.random.default_rng(seed)
        n_groups = int(rows.group.max()) + 1
        n_drawn = min(n_groups, max(1, round(n_groups * _MOST_ROWS_A_TREE / len(X))))
        drawn = np.bincount(rng.integers(0, n_groups, n_drawn), minlength=n_groups)[rows.group]
        bag = np.flatnonzero(drawn)
        out_of_bag = np.flatnonzero(drawn == 0)
        settings = {**self._settings, "random_state": int(rng.integers(2**31))}
        model: Any = type(self._tree)(**settings)
        weight = drawn[bag] * rows.weight[bag]
        # Only what is checked may hold NaN.
        model.fit(X[bag], y[bag], sample_weight=weight, check_input=self._has_gaps)
        classes = model.classes_ if is_classifier(model) else slice(None)
        return _GrownTree(model, classes, out_of_bag, _predict(model, X[out_of_bag]))


def _cells(rows: NDArray[np.intp], classes: NDArray[np.intp] | slice) -> Any:
    return (rows, classes) if isinstance(classes, slice) else np.ix_(rows, classes)


def _predict(model: Any, X: Floats32) -> NDArray[np.float64]:
    if not len(X):
        return np.zeros((0, len(model.classes_) if is_classifier(model) else model.n_outputs_))
    predict = model.predict_proba if is_classifier(model) else model.predict
    found = np.asarray(predict(X, check_input=False), dtype=np.float64)
    return found.reshape(len(X), -1)
