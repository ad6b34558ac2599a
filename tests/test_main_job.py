"""The main job as a user does it, with the real valuer at each place."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.datasets import load_digits, load_iris, make_friedman1
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skdvgs import DVGSValuer, LowValueFilter, LowValueSampler, TargetSet
from skdvgs._inputs.target_set import unpack_target

QUICK = DVGSValuer(max_epochs=3, cv=3, n_restarts=1, random_state=0)


class SeenTargets(DVGSValuer):
    """Notes how many target rows reach each fit."""

    sizes: list = []  # noqa: RUF012

    def fit(self, X, y=None, *, X_val=None, y_val=None):
        self.sizes.append(len(unpack_target(X_val, y_val)[0]))
        return super().fit(X, y, X_val=X_val, y_val=y_val)


@pytest.fixture
def iris():
    return load_iris(return_X_y=True)


@pytest.mark.whole_forest
def test_filtering_recovers_half_of_what_flipped_labels_cost():
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X / 16, y, train_size=600, stratify=y, random_state=0)
    rng = np.random.default_rng(0)
    flipped = rng.random(len(y)) < 0.2
    noisy = np.where(flipped, (y + rng.integers(1, 10, len(y))) % 10, y)
    classifier = LogisticRegression(C=10, max_iter=2000)
    clean = classifier.fit(X, y).score(X_test, y_test)
    dirty = classifier.fit(X, noisy).score(X_test, y_test)
    filtered = LowValueFilter(DVGSValuer(random_state=0), fraction=0.2)
    pipe = Pipeline([("clean", filtered), ("clf", classifier)]).fit(X, noisy)
    assert clean - dirty > 0.02
    assert pipe.score(X_test, y_test) - dirty >= (clean - dirty) / 2


def test_grid_search_over_the_cut_and_the_training(iris):
    pipe = make_pipeline(StandardScaler(), LowValueFilter(QUICK), LogisticRegression())
    grid = {
        "lowvaluefilter__fraction": [0.0, 0.1],
        "lowvaluefilter__valuer__lr": [1e-3, 1e-2],
    }
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(*iris)
    lr = search.best_params_["lowvaluefilter__valuer__lr"]
    assert search.best_estimator_[1].valuer_.net_.lr == lr


def test_zero_fraction_is_bit_identical_to_no_filter(iris):
    X, y = iris
    kept = LowValueFilter(QUICK, fraction=0.0).fit_transform(X, y)
    np.testing.assert_array_equal(kept, X)
    assert kept.dtype == X.dtype


def test_a_cross_validated_target_set_is_sliced_unless_it_is_wrapped(iris):
    """An X_val of X's length is taken for one value a row by scikit-learn."""
    X, y = iris
    pipe = make_pipeline(LowValueFilter(SeenTargets(max_epochs=1, random_state=0)), SVC())
    with config_context(enable_metadata_routing=True):
        SeenTargets.sizes.clear()
        params = {"X_val": X + 0.01, "y_val": y}
        cross_val_score(pipe, X, y, cv=3, params=params, error_score="raise")
        assert SeenTargets.sizes == [100, 100, 100]
        SeenTargets.sizes.clear()
        params = {"X_val": TargetSet(X + 0.01, y)}
        cross_val_score(pipe, X, y, cv=3, params=params, error_score="raise")
        assert SeenTargets.sizes == [150, 150, 150]


def test_a_tuple_of_one_array_is_transformed_and_not_sliced(iris):
    X, y = iris
    valuer = SeenTargets(max_epochs=1, random_state=0)
    pipe = make_pipeline(StandardScaler(), LowValueFilter(valuer), SVC(), transform_input=["X_val"])
    with config_context(enable_metadata_routing=True):
        SeenTargets.sizes.clear()
        params = {"X_val": (X + 0.01,), "y_val": (y,)}
        # A target set that stayed unscaled would warn, and warnings are errors here.
        cross_val_score(pipe, X, y, cv=3, params=params, error_score="raise")
        assert SeenTargets.sizes == [150, 150, 150]


def test_sampler_in_the_pipeline_of_imbalanced_learn():
    pipeline = pytest.importorskip("imblearn.pipeline")
    X, y = make_friedman1(120, random_state=0)
    pipe = pipeline.Pipeline([("clean", LowValueSampler(QUICK, fraction=0.1)), ("reg", Ridge())])
    pipe.fit(X, y)
    assert len(pipe["clean"].sample_indices_) == 108
    search = GridSearchCV(pipe, {"clean__fraction": [0.0, 0.2]}, cv=2, error_score="raise")
    assert search.fit(X, y).predict(X).shape == y.shape
