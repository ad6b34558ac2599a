import matplotlib.pyplot as plt
import numpy as np
import pytest

from skdvgs.metrics import noise_detection_auroc, noise_detection_curve
from skdvgs.plotting import NoiseDetectionDisplay

from .checks import Valuer

NOISY = np.arange(50) < 10
VALUES = np.random.default_rng(0).normal(size=50) - 1.5 * NOISY


def test_draws_the_curve_a_perfect_and_a_random_one():
    display = NoiseDetectionDisplay.from_values(VALUES, NOISY, name="mine")
    inspected, found, _ = noise_detection_curve(VALUES, NOISY)
    np.testing.assert_array_equal(display.line_.get_xydata(), np.column_stack([inspected, found]))
    score = noise_detection_auroc(VALUES, NOISY)
    assert display.line_.get_label() == f"mine (AUROC {score:.3f})"
    lines = {line.get_label(): line.get_xydata().tolist() for line in display.ax_.lines}
    assert lines["perfect"] == [[0, 0], [0.2, 1], [1, 1]]
    assert lines["random"] == [[0, 0], [1, 1]]


def test_second_curve_differs_in_colour_and_dashes_and_repeats_no_reference():
    first = NoiseDetectionDisplay.from_values(VALUES, NOISY, name="first")
    second = NoiseDetectionDisplay.from_values(-VALUES, NOISY, name="second", ax=first.ax_)
    assert len(first.ax_.lines) == 4
    assert first.line_.get_color() != second.line_.get_color()
    assert first.line_.get_linestyle() != second.line_.get_linestyle()
    labels = [text.get_text() for text in first.ax_.get_legend().get_texts()]
    assert [label.split(" ")[0] for label in labels] == ["perfect", "random", "first", "second"]


def test_plot_takes_line_settings_and_leaves_references_out():
    _, ax = plt.subplots()
    display = NoiseDetectionDisplay([0, 1], [0, 1], share_noisy=0.5)
    display.plot(ax, plot_perfect=False, plot_random=False, color="black", label="given")
    assert len(ax.lines) == 1
    assert display.line_.get_color() == "black"
    assert display.line_.get_label() == "given"


@pytest.mark.parametrize(
    ("settings", "label"),
    [({}, "Valuer"), ({"name": "my own"}, "my own"), ({"name": None}, "values")],
)
def test_estimator_gives_the_name(settings, label):
    display = NoiseDetectionDisplay.from_estimator(Valuer(values_=VALUES), NOISY, **settings)
    assert display.line_.get_label().startswith(f"{label} (AUROC")
