"""The matrix of label noise as a picture."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import load_iris

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs.exceptions import InvalidInputError
from skdvgs.plotting import LabelNoiseDisplay

from .checks import Valuer, assert_legible

NOISE = np.array([[0.8, 0.2, 0.0], [0.004, 0.946, 0.05], [0.0, 0.0, 1.0]])


def test_draws_wrong_labels_and_writes_all():
    display = LabelNoiseDisplay.from_values(NOISE, labels=["a", "b", "c"])
    drawn = display.image_.get_array()
    np.testing.assert_array_equal(drawn.mask, np.eye(3, dtype=bool))
    np.testing.assert_array_equal(drawn.data, NOISE)
    assert display.image_.get_clim() == (0.0, 0.2)
    texts = [text.get_text() for text in display.texts_]
    assert texts == ["80", "20", "", "0.4", "95", "5", "", "", "100"]
    assert [tick.get_text() for tick in display.ax_.get_xticklabels()] == ["a", "b", "c"]
    assert display.ax_.get_ylabel() == "true class"


@pytest.mark.parametrize("n", [2, 7, 12, 13, 60])
def test_is_legible_with_many_classes(n):
    noise = np.full((n, n), 0.3 / (n - 1))
    np.fill_diagonal(noise, 0.7)
    display = LabelNoiseDisplay.from_values(noise, labels=[f"class no. {at}" for at in range(n)])
    assert_legible(display)
    assert bool(display.texts_) == (n <= 12)


def test_without_wrong_labels_there_is_no_strong_colour():
    display = LabelNoiseDisplay.from_values(np.eye(3))
    assert display.image_.get_clim() == (0.0, 0.01)


def test_takes_what_a_valuer_or_the_one_inside_a_filter_found():
    X, y = load_iris(return_X_y=True)
    clean = LowValueFilter(DVGSValuer(max_epochs=8, n_restarts=1, random_state=0)).fit(X, y)
    display = LabelNoiseDisplay.from_estimator(clean)
    np.testing.assert_array_equal(display.image_.get_array().data, clean.valuer_.label_noise_)
    assert [tick.get_text() for tick in display.ax_.get_yticklabels()] == ["0", "1", "2"]


def test_errors():
    with pytest.raises(InvalidInputError, match="has no label_noise_"):
        LabelNoiseDisplay.from_estimator(Valuer(values_=np.zeros(3)))
    with pytest.raises(InvalidInputError, match=r"has shape \(2, 3\)"):
        LabelNoiseDisplay.from_values(NOISE[:2])
    with pytest.raises(InvalidInputError, match="reaches from 0 to 80"):
        LabelNoiseDisplay.from_values(100 * NOISE[[0, 0, 0]])
    with pytest.raises(InvalidInputError, match="labels holds 2 names"):
        LabelNoiseDisplay.from_values(NOISE, labels=["a", "b"])
    assert plt.get_fignums() == []
