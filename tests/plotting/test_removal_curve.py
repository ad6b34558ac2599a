import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import Ridge
from sklearn.tree import DecisionTreeClassifier

from skdvgs.metrics import removal_curve
from skdvgs.plotting import RemovalCurveDisplay

from .checks import Valuer

X, Y = load_iris(return_X_y=True)
VALUES = np.random.default_rng(0).normal(size=75)
DATA = (X[::2], Y[::2], X[1::2], Y[1::2])
SETTINGS = {"fractions": [0, 0.2, 0.4], "n_repeats": 3, "random_state": 0}


def test_lines_are_means_and_bands_deviations_of_the_metric():
    display = RemovalCurveDisplay.from_values(VALUES, DecisionTreeClassifier(), *DATA, **SETTINGS)
    assert list(display.lines_) == ["lowest", "highest", "random"]
    for order, line in display.lines_.items():
        curve = removal_curve(DecisionTreeClassifier(), *DATA, VALUES, order=order, **SETTINGS)
        np.testing.assert_allclose(line.get_xdata(), [0, 0.2, 0.4])
        np.testing.assert_allclose(line.get_ydata(), curve.scores.mean(axis=1))
        band = display.bands_[order].get_paths()[0].vertices
        spread = curve.scores.std(axis=1, ddof=1)
        at_last = band[np.isclose(band[:, 0], 0.4), 1]
        assert at_last.max() - at_last.min() == pytest.approx(2 * spread[-1])
    assert display.ax_.get_ylabel() == "accuracy on test rows"
    styles = {(line.get_color(), line.get_linestyle()) for line in display.lines_.values()}
    assert len(styles) == 3


def test_a_fitted_valuer_gives_the_values():
    settings = SETTINGS | {"orders": ["lowest"]}
    fitted = RemovalCurveDisplay.from_estimator(
        DecisionTreeClassifier(), *DATA, Valuer(values_=VALUES), **settings
    )
    given = RemovalCurveDisplay.from_values(VALUES, DecisionTreeClassifier(), *DATA, **settings)
    lines = [display.lines_["lowest"].get_xydata() for display in (fitted, given)]
    np.testing.assert_array_equal(*lines)


def test_one_repeat_has_no_band():
    settings = SETTINGS | {"n_repeats": 1, "orders": ["random"]}
    display = RemovalCurveDisplay.from_values(VALUES, DecisionTreeClassifier(), *DATA, **settings)
    assert list(display.lines_) == ["random"]
    assert not display.bands_
    assert display.ax_.get_legend().get_title().get_text() == ""


@pytest.mark.parametrize(
    ("settings", "label"),
    [
        ({}, "R² on test rows"),
        ({"scoring": "neg_mean_squared_error"}, "neg mean squared error on test rows"),
        ({"scoring": lambda estimator, X, y: 1.0}, "score on test rows"),
        ({"score_name": "skill"}, "skill on test rows"),
    ],
)
def test_score_is_named(settings, label):
    settings = SETTINGS | {"orders": ["lowest"]} | settings
    display = RemovalCurveDisplay.from_values(VALUES, Ridge(), *DATA, **settings)
    assert display.ax_.get_ylabel() == label
