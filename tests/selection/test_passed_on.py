"""Groups and probabilities on their way through filter and sampler to the valuer."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skdvgs import DVGSValuer, LowValueFilter, LowValueSampler
from skdvgs.exceptions import InvalidInputError
from tests.fake_valuers import CentroidValuer, GivenValuer

X, Y = load_iris(return_X_y=True)
N = len(X)
GROUPS = np.arange(N) // 2
PROBS = np.random.default_rng(0).dirichlet(np.ones(3), N)
GIVEN = {"groups": GROUPS, "pred_probs": PROBS, "pred_probs_val": PROBS[:20]}
QUICK = DVGSValuer(cv=3, n_restarts=1, random_state=0)
BOTH = pytest.mark.parametrize("cls", [LowValueFilter, LowValueSampler])


def seen_by(selector):
    return selector.valuer_.seen_


@BOTH
@pytest.mark.parametrize("name", GIVEN)
def test_what_is_given_reaches_the_valuer_as_it_is(cls, name):
    selector = cls(CentroidValuer(), fraction=0.1).fit(X, Y, **{name: GIVEN[name]})
    assert seen_by(selector)[name] is GIVEN[name]
    again = "fit_transform" if cls is LowValueFilter else "fit_resample"
    getattr(selector, again)(X, Y, **{name: GIVEN[name]})
    assert seen_by(selector)[name] is GIVEN[name]
    assert all(seen_by(selector)[other] is None for other in GIVEN if other != name)


@BOTH
def test_groups_change_the_values_of_the_default_network_as_in_its_own_fit(cls):
    expected = clone(QUICK).fit(X, Y, groups=GROUPS)
    selector = cls(QUICK, fraction=0.1).fit(X, Y, groups=GROUPS)
    np.testing.assert_array_equal(selector.values_, expected.values_)
    assert (selector.values_ != cls(QUICK, fraction=0.1).fit(X, Y).values_).any()


def test_groups_pass_the_steps_of_a_pipeline_that_values():
    valuer = make_pipeline(StandardScaler(), CentroidValuer())
    fitted = LowValueFilter(valuer, fraction=0.1).fit(X, Y, **GIVEN)
    for name, given in GIVEN.items():
        assert fitted.valuer_[-1].seen_[name] is given


@BOTH
@pytest.mark.parametrize("name", GIVEN)
def test_a_valuer_that_takes_no_such_argument_is_named(cls, name):
    selector = cls(GivenValuer(np.arange(float(N))), fraction=0.1)
    selector.fit(X, Y)
    with pytest.raises(InvalidInputError) as caught:
        selector.fit(X, Y, **{name: GIVEN[name]})
    assert str(caught.value) == (
        f"{name} was passed, but GivenValuer.fit has no argument of this name. The valuer would "
        f"not know it. Leave {name} out, with metadata routing by set_fit_request({name}=False), "
        "or use a valuer that takes it."
    )


class TakesAnything(GivenValuer):
    def fit(self, X, y, **given):
        self.seen_ = given
        return super().fit(X, y)


def test_a_valuer_that_takes_anything_is_given_what_is_there_and_no_more():
    valuer = TakesAnything(np.arange(float(N)))
    assert set(seen_by(LowValueFilter(valuer).fit(X, Y, groups=GROUPS))) == {"groups"}


@pytest.mark.parametrize("name", GIVEN)
def test_a_frozen_valuer_learns_nothing_more(name):
    frozen = FrozenEstimator(clone(QUICK).fit(X, Y))
    with pytest.raises(InvalidInputError, match=f"{name} was passed, but the valuer is frozen"):
        LowValueFilter(frozen).fit(X, Y, **{name: GIVEN[name]})


@BOTH
def test_rows_are_needed(cls):
    with pytest.raises(InvalidInputError) as caught:
        cls(CentroidValuer()).fit(None, Y, pred_probs=PROBS)
    assert str(caught.value) == (
        "X is None. The rows that are kept are rows of X, so pred_probs alone is not enough here. "
        "Pass X too, or value by DVGSValuer and choose the rows by its values_."
    )


def pipe():
    steps = [StandardScaler(), LowValueFilter(CentroidValuer(), fraction=0.1), LogisticRegression()]
    return Pipeline(list(zip(("scale", "clean", "clf"), steps, strict=True)))


def test_by_the_name_of_the_step():
    fitted = pipe().fit(X, Y, clean__groups=GROUPS, clean__pred_probs=PROBS)
    assert seen_by(fitted["clean"])["groups"] is GROUPS
    assert seen_by(fitted["clean"])["pred_probs"] is PROBS


def test_by_routing_without_a_request_being_set():
    with config_context(enable_metadata_routing=True):
        fitted = pipe().fit(X, Y, groups=GROUPS, pred_probs=PROBS)
    assert seen_by(fitted["clean"])["groups"] is GROUPS
    assert seen_by(fitted["clean"])["pred_probs"] is PROBS


def test_groups_reach_both_the_splitter_and_the_filter_and_are_cut_with_the_rows():
    grid = {"clean__fraction": [0.0, 0.1]}
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(pipe(), grid, cv=GroupKFold(3), error_score="raise")
        search.fit(X, Y, groups=GROUPS, pred_probs=PROBS)
        found = cross_validate(
            pipe(),
            X,
            Y,
            cv=GroupKFold(3),
            params={"groups": GROUPS, "pred_probs": PROBS},
            return_estimator=True,
            return_indices=True,
        )
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert seen_by(search.best_estimator_["clean"])["groups"] is GROUPS
    for fitted, rows in zip(found["estimator"], found["indices"]["train"], strict=True):
        np.testing.assert_array_equal(seen_by(fitted["clean"])["groups"], GROUPS[rows])
        np.testing.assert_array_equal(seen_by(fitted["clean"])["pred_probs"], PROBS[rows])
        assert not set(GROUPS[rows]) & set(np.delete(GROUPS, rows))


def test_the_default_network_in_a_search_by_groups():
    steps = make_pipeline(LowValueFilter(QUICK), LogisticRegression(max_iter=1000))
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(
            steps, {"lowvaluefilter__fraction": ["auto"]}, cv=GroupKFold(2), error_score="raise"
        ).fit(X, Y, groups=GROUPS)
    expected = clone(QUICK).fit(X, Y, groups=GROUPS)
    np.testing.assert_array_equal(search.best_estimator_[0].values_, expected.values_)


def test_the_pipeline_of_imbalanced_learn():
    imblearn = pytest.importorskip("imblearn.pipeline")
    sampler = LowValueSampler(CentroidValuer(), fraction=0.1)
    with config_context(enable_metadata_routing=True):
        fitted = imblearn.make_pipeline(sampler, LogisticRegression(max_iter=1000))
        fitted.fit(X, Y, groups=GROUPS, pred_probs=PROBS)
    assert seen_by(fitted[0])["groups"] is GROUPS
    assert seen_by(fitted[0])["pred_probs"] is PROBS
