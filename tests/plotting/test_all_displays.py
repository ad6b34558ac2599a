"""What every display has in common."""

import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import KNeighborsClassifier

import skdvgs.plotting
from skdvgs import DVGSValuer
from skdvgs.exceptions import InvalidInputError, MissingDependencyError
from skdvgs.plotting import (
    LabelNoiseDisplay,
    LowestImagesDisplay,
    NoiseDetectionDisplay,
    RemovalCurveDisplay,
    TrajectoryDisplay,
    ValueDistributionDisplay,
    ValueScatterDisplay,
)

from .checks import Valuer, assert_legible

RNG = np.random.default_rng(0)
N = 60
Y = np.repeat(["cat", "a dog of some kind"], N // 2)
NOISY = np.arange(N) % 5 == 0
VALUES = RNG.normal(size=N) * 0.1 - 0.2 * NOISY
X = RNG.normal(size=(N, 4)) + (Y == "cat")[:, None]
NOISE = np.array([[0.8, 0.2, 0.0], [0.004, 0.946, 0.05], [0.0, 0.0, 1.0]])
CLASSES = ["cat", "a dog of some kind", "a dog of another kind"]
LOSS = np.exp(-np.arange(20) / 5.0)[None]
REMOVAL = (KNeighborsClassifier(3), X, Y, X, Y)
# For each display: what `from_estimator` and `from_values` take beside the estimator or values.
CALLS = {
    ValueDistributionDisplay: ((), {"threshold": -0.1, "is_noisy": NOISY, "y": Y}),
    NoiseDetectionDisplay: ((NOISY,), {}),
    RemovalCurveDisplay: (REMOVAL, {"fractions": [0, 0.3], "n_repeats": 2, "random_state": 0}),
    TrajectoryDisplay: ((), {}),
    LabelNoiseDisplay: ((), {"labels": CLASSES}),
    ValueScatterDisplay: ((X[:, 0],), {"x_name": "first feature", "is_noisy": NOISY}),
    LowestImagesDisplay: ((X.reshape(N, 2, 2),), {"y": Y, "suggested": Y[::-1], "is_noisy": NOISY}),
}
displays = pytest.mark.parametrize("cls", CALLS, ids=lambda cls: cls.__name__)


def draw(cls, method, ax=None, valuer=None):
    rest, settings = CALLS[cls]
    if method == "from_values":
        first = {TrajectoryDisplay: LOSS, LabelNoiseDisplay: NOISE}.get(cls, VALUES)
        return cls.from_values(first, *rest, ax=ax, **settings)
    if valuer is None:
        valuer = Valuer(values_=VALUES, target_loss_=LOSS, label_noise_=NOISE)
    # The estimator of a removal curve is the one that is trained again.
    given = (*rest, valuer) if cls is RemovalCurveDisplay else (valuer, *rest)
    return cls.from_estimator(*given, ax=ax, **settings)


def test_every_display_is_here():
    assert {cls.__name__ for cls in CALLS} == set(skdvgs.plotting.__all__)


@displays
@pytest.mark.parametrize("method", ["from_estimator", "from_values"])
def test_draws_on_a_new_figure_or_on_given_axes(cls, method):
    display = draw(cls, method)
    assert isinstance(display, cls)
    assert display.ax_.figure is display.figure_
    figure, ax = plt.subplots()
    assert draw(cls, method, ax=ax).ax_ is ax
    first = display.figure_
    assert display.plot().figure_ is not first
    assert display.plot(ax=ax).figure_ is figure


@displays
def test_text_is_legible(cls):
    assert_legible(draw(cls, "from_values"))


@displays
@pytest.mark.parametrize("size", [(4.0, 3.5), (9.0, 6.0)])
def test_text_is_legible_on_axes_of_any_size(cls, size):
    _, ax = plt.subplots(figsize=size, layout="constrained")
    assert_legible(draw(cls, "from_values", ax=ax))


@displays
def test_axes_are_labelled(cls):
    ax = draw(cls, "from_estimator").ax_
    if cls is LowestImagesDisplay:
        assert ax.get_title(loc="left")
    else:
        assert ax.get_xlabel()
        assert ax.get_ylabel()


@displays
@pytest.mark.parametrize("method", ["from_estimator", "from_values"])
def test_says_what_to_install(cls, method, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    message = f'{cls.__name__} needs matplotlib.*pip install "skdvgs[plotting]"'.replace("[", r"\[")
    with pytest.raises(MissingDependencyError, match=message):
        draw(cls, method)


@displays
def test_wants_a_fitted_estimator(cls):
    with pytest.raises(NotFittedError):
        draw(cls, "from_estimator", valuer=DVGSValuer())


@displays
def test_can_be_read_on_a_dark_background(cls):
    with plt.style.context("dark_background"):
        display = draw(cls, "from_values")
    lines = [line for axes in display.figure_.axes for line in axes.lines]
    for artist in (*lines, *display.figure_.findobj(Text)):
        assert max(to_rgb(artist.get_color())) > 0.6, artist


def test_mask_of_another_length_or_kind_is_refused():
    for mask, message in ((NOISY[1:], r"Pass shape \(60,\)"), (np.arange(N), "row numbers do not")):
        for cls, rest in ((ValueDistributionDisplay, ()), (ValueScatterDisplay, (X[:, 0],))):
            with pytest.raises(InvalidInputError, match=message):
                cls.from_values(VALUES, *rest, is_noisy=mask)
