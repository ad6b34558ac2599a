import numpy as np
import pytest

from skdvgs.exceptions import InvalidInputError
from skdvgs.plotting import LowestImagesDisplay

from .checks import Valuer

RNG = np.random.default_rng(0)
VALUES = RNG.permutation(30) / 10 - 1
LOWEST = np.argsort(VALUES)
GREY = RNG.uniform(size=(30, 6, 5))
COLOUR = RNG.integers(0, 256, size=(30, 6, 5, 3), dtype=np.uint8)


def pixels_of(display):
    return [np.asarray(axes.images[0].get_array()) for axes in display.axes_]


def test_draws_the_lowest_images_lowest_first_with_their_values():
    display = LowestImagesDisplay.from_values(VALUES, GREY, n_images=7, n_columns=3)
    np.testing.assert_array_equal(display.indices_, LOWEST[:7])
    np.testing.assert_array_equal(pixels_of(display), GREY[LOWEST[:7]])
    below = [axes.get_xlabel() for axes in display.axes_]
    assert below == [f"{VALUES[row]:.1f}".replace("-", "−") for row in LOWEST[:7]]
    left = [round(axes.get_window_extent().x0) for axes in display.axes_]
    assert left[0] == left[3] == left[6] < left[1] == left[4] < left[2]


def test_grey_images_share_one_range():
    display = LowestImagesDisplay.from_values(VALUES, GREY * np.arange(1, 31)[:, None, None])
    limits = {axes.images[0].get_clim() for axes in display.axes_}
    assert len(limits) == 1


@pytest.mark.parametrize(
    ("images", "shape", "expected"),
    [
        (COLOUR, None, COLOUR),
        (np.moveaxis(COLOUR, -1, 1), None, COLOUR),
        (COLOUR[..., :1], None, COLOUR[..., 0]),
        (COLOUR.reshape(30, -1), (6, 5, 3), COLOUR),
        (GREY.reshape(30, 30), (6, 5), GREY),
        (GREY[:, :5].reshape(30, 25), None, GREY[:, :5]),
        (GREY[:, None], None, GREY),
    ],
)
def test_layouts_of_images(images, shape, expected):
    display = LowestImagesDisplay.from_values(VALUES, images, image_shape=shape, n_images=3)
    np.testing.assert_array_equal(pixels_of(display), expected[LOWEST[:3]])


def test_standardised_colours_are_brought_into_range():
    images = COLOUR / 127.5 - 1
    drawn = np.array(pixels_of(LowestImagesDisplay.from_values(VALUES, images, n_images=30)))
    assert drawn.min() == 0
    assert drawn.max() == 1
    np.testing.assert_allclose(np.corrcoef(drawn.ravel(), images[LOWEST].ravel())[0, 1], 1)


def test_captions_show_given_and_differing_suggested_labels():
    given = np.full(30, "cat")
    suggested = np.where(np.arange(30) == LOWEST[0], "dog", "cat")
    display = LowestImagesDisplay.from_values(VALUES, GREY, y=given, suggested=suggested)
    assert [axes.get_title() for axes in display.axes_[:2]] == ["cat → dog", "cat"]
    title = display.ax_.get_title(loc="left")
    assert title == "24 lowest-valued rows; given label → suggested label; value below"


def test_long_labels_take_two_lines_and_are_cut():
    given, suggested = np.full(30, "automobile"), np.full(30, "a very long name of a class")
    display = LowestImagesDisplay.from_values(VALUES, GREY, y=given, suggested=suggested)
    first, second = display.axes_[0].get_title().split("\n")
    assert first == "automobile"
    assert second.startswith("→ a very")
    assert second.endswith("…")


def test_long_labels_with_the_same_beginning_stay_apart():
    breeds = np.array(["Staffordshire terrier, smooth", "Staffordshire terrier, wire"])
    given = breeds[np.arange(30) % 2]
    display = LowestImagesDisplay.from_values(VALUES, GREY, y=given, suggested=given[::-1])
    captions = {axes.get_title() for axes in display.axes_}
    assert captions == {"Sta…smooth\n→ Staff…wire", "Staff…wire\n→ Sta…smooth"}


def test_noisy_rows_are_framed():
    display = LowestImagesDisplay.from_values(VALUES, GREY, is_noisy=np.arange(30) == LOWEST[1])
    widths = [axes.spines["left"].get_linewidth() for axes in display.axes_]
    assert widths[1] > 2 * max(widths[0], widths[2])


def test_estimator_gives_suggested_labels_where_it_has_them():
    valuer = Valuer(values_=VALUES, suggested_labels_=np.full(30, 7))
    display = LowestImagesDisplay.from_estimator(valuer, GREY, y=np.zeros(30, dtype=int))
    assert display.axes_[0].get_title() == "0 → 7"
    plain = LowestImagesDisplay.from_estimator(valuer, GREY, suggested=None)
    assert plain.axes_[0].get_title() == ""


@pytest.mark.parametrize(
    ("images", "settings", "message"),
    [
        (GREY[1:], {}, "one image for each valued row"),
        (GREY.reshape(30, 30), {}, "no square"),
        (GREY, {"image_shape": (5, 5)}, "The product must be equal"),
        (RNG.uniform(size=(30, 5, 6, 7)), {}, r"Images of shape \(5, 6, 7\)"),
        (GREY, {"y": np.zeros(29)}, r"y has shape \(29,\)"),
    ],
)
def test_errors(images, settings, message):
    with pytest.raises(InvalidInputError, match=message):
        LowestImagesDisplay.from_values(VALUES, images, **settings)
