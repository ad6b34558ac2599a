"""What LowValueFilter and LowValueSampler refuse, and that they leave their parameters alone."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError

from skdvgs import LowValueFilter, LowValueSampler
from skdvgs.exceptions import InvalidInputError
from tests.fake_valuers import CentroidValuer, GivenValuer

X, Y = load_iris(return_X_y=True)
BOTH = pytest.mark.parametrize("cls", [LowValueFilter, LowValueSampler])


class WithoutValues(BaseEstimator):
    def fit(self, X, y):
        return self


@BOTH
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"fraction": 0.1, "threshold": 0.0},
            "fraction=0.1 and threshold=0.0 were both given. Each alone says which rows are low. "
            "Set fraction=None, or leave out threshold.",
        ),
        (
            {"fraction": None},
            "fraction=None and threshold=None leave open which rows are low. One of them has to "
            "say it. Set fraction='auto', a fraction of the rows, or a threshold.",
        ),
        (
            {"threshold": 2.0},
            "threshold=2 is above all 150 values; the highest is 1. No row would be left to learn "
            "from. Set a lower threshold, or set a fraction instead.",
        ),
        (
            {"valuer": WithoutValues()},
            "WithoutValues has no attribute values_ after fit. The rows are chosen by it. Use a "
            "DVGSValuer, or set values_ of shape (n_samples,) in the fit of your own valuer.",
        ),
        (
            {"valuer": GivenValuer(np.ones(149))},
            "GivenValuer.values_ has shape (149,) but X holds 150 rows. Each row needs one value. "
            "Make the valuer's fit set values_ of shape (150,).",
        ),
        (
            {"valuer": GivenValuer(np.r_[np.nan, np.inf, np.ones(148)])},
            "GivenValuer.values_ holds 2 values that are NaN or infinite. Such rows cannot be "
            "ranked. Give every row a finite value.",
        ),
    ],
)
def test_refused_with_a_reason_and_a_way_out(cls, parameters, message):
    selector = cls(**{"valuer": GivenValuer(np.ones(150)), **parameters})
    with pytest.raises(InvalidInputError) as caught:
        selector.fit(X, Y)
    assert str(caught.value) == message
    with pytest.raises(NotFittedError):
        selector.get_support()


@BOTH
@pytest.mark.parametrize(
    "parameters",
    [
        {"fraction": 1.0},
        {"fraction": -0.1},
        {"fraction": "most"},
        {"threshold": np.inf},
        {"threshold": "0"},
        {"valuer": "dvgs"},
    ],
)
def test_parameters_out_of_range(cls, parameters):
    (name,) = parameters
    with pytest.raises(ValueError, match=f"The '{name}' parameter of {cls.__name__} must be"):
        cls(**{"valuer": CentroidValuer(), **parameters}).fit(X, Y)


@BOTH
def test_lengths_that_differ(cls):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        cls(GivenValuer(np.ones(150)), fraction=0.1).fit(X, Y[:-1])


@BOTH
def test_the_parameter_is_cloned_and_never_fitted(cls):
    valuer = CentroidValuer(scale=2.0)
    selector = cls(valuer, fraction=0.1).fit(X, Y)
    assert selector.valuer is valuer
    assert not hasattr(valuer, "values_")
    assert selector.valuer_ is not valuer
    assert selector.valuer_.scale == 2.0


@BOTH
def test_a_failed_refit_leaves_the_earlier_fit_whole(cls):
    selector = cls(CentroidValuer(), fraction=0.1).fit(X, Y)
    before = dict(vars(selector))
    with pytest.raises(ValueError, match="NaN"):
        selector.fit(np.full((7, 2), np.nan), np.zeros(7))
    assert vars(selector) == before


@BOTH
def test_a_target_set_is_handed_over_only_when_given(cls):
    # GivenValuer.fit takes no X_val at all.
    cls(GivenValuer(np.arange(150.0)), fraction=0.1).fit(X, Y)
    selector = cls(CentroidValuer(), fraction=0.1).fit(X, Y, X_val=X[:9], y_val=Y[:9])
    assert selector.valuer_.seen_["X_val"].shape == (9, 4)
    assert selector.valuer_.seen_["y_val"].shape == (9,)
    assert selector.valuer_.seen_["X"] is X
