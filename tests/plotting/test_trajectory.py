import matplotlib.pyplot as plt
import numpy as np
import pytest

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs.exceptions import InvalidInputError
from skdvgs.plotting import TrajectoryDisplay

from .checks import Valuer

RNG = np.random.default_rng(0)
LOSS = np.exp(-np.arange(40) / 10) + RNG.uniform(0.01, 0.02, size=(3, 40))
LOSS[2, 30:] = np.nan


def test_draws_each_trajectory_and_their_running_mean():
    display = TrajectoryDisplay.from_values(LOSS, window=3)
    for line, losses in zip(display.lines_, LOSS, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(1, 41))
        np.testing.assert_array_equal(line.get_ydata(), losses)
    mean = np.nanmean(LOSS, axis=0)
    expected = [mean[0], *(mean[i - 1 : i + 2].mean() for i in range(1, 39)), mean[39]]
    np.testing.assert_allclose(display.mean_line_.get_ydata(), expected)
    assert display.ax_.get_yscale() == "log"
    assert display.values_ax_ is None


@pytest.mark.parametrize(("lowest", "named"), [(0.03, ["0.05", "0.2", "0.5"]), (1e-5, [])])
def test_a_logarithmic_axis_names_a_few_plain_numbers(lowest, named):
    display = TrajectoryDisplay.from_values(np.geomspace(0.9, lowest, 20))
    display.figure_.canvas.draw()
    low, high = display.ax_.get_ylim()
    ticks = display.ax_.yaxis.get_minor_ticks()
    shown = [tick.label1.get_text() for tick in ticks if low <= tick.get_loc() <= high]
    assert [text for text in shown if text] == named
    assert "0.1" in [tick.label1.get_text() for tick in display.ax_.yaxis.get_major_ticks()]


@pytest.mark.parametrize("loss", [LOSS[:1, :5], LOSS - 0.5])
def test_axis_is_linear_for_losses_that_fall_little_or_below_zero(loss):
    assert TrajectoryDisplay.from_values(loss).ax_.get_yscale() == "linear"


@pytest.mark.parametrize("given_axes", [False, True])
def test_values_get_a_panel_of_their_own(given_axes):
    values = RNG.normal(size=(40, 30))
    is_noisy = np.arange(30) < 10
    axes = plt.subplots(2)[1] if given_axes else None
    display = TrajectoryDisplay.from_values(
        LOSS, values=values, is_noisy=is_noisy, ax=axes, window=1
    )
    for name, rows in (("clean", ~is_noisy), ("noisy", is_noisy)):
        line = display.value_lines_[name]
        np.testing.assert_allclose(line.get_ydata(), np.median(values[:, rows], axis=1))
    assert display.values_ax_.get_xlabel() == "checkpoint"
    if given_axes:
        assert display.values_ax_ is axes[1]
    assert set(TrajectoryDisplay.from_values(LOSS, values=values).value_lines_) == {"all"}


def test_a_fitted_valuer_and_the_filter_around_it():
    X, y = RNG.normal(size=(40, 3)), np.arange(40) % 2
    valuer = DVGSValuer(max_epochs=2, cv=2, random_state=0)
    shapes = [
        np.shape(TrajectoryDisplay.from_estimator(fitted).target_loss)
        for fitted in (valuer.fit(X, y), LowValueFilter(valuer, fraction=0.1).fit(X, y))
    ]
    assert shapes[0] == shapes[1] == valuer.target_loss_.shape


def test_errors():
    with pytest.raises(InvalidInputError, match="Valuer has no target_loss_"):
        TrajectoryDisplay.from_estimator(Valuer(values_=np.zeros(3)))
    with pytest.raises(InvalidInputError, match="0 finite entries"):
        TrajectoryDisplay.from_values([[np.nan]])
    with pytest.raises(InvalidInputError, match="ax holds 1 axes"):
        TrajectoryDisplay.from_values(LOSS, values=np.zeros((40, 2)), ax=plt.gca())
