import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb

from skdvgs.plotting._display import palette_of, shorten

DOGS = ["Staffordshire bullterrier, smooth-haired", "Staffordshire bullterrier, wire-haired"]


@pytest.mark.parametrize("most", [11, 16, 24])
def test_long_labels_with_the_same_beginning_stay_apart(most):
    labels = [*DOGS, "Staffordshire bullterrier", "Stafford", "cat"]
    short = shorten(labels, most)
    assert set(short) == set(labels)
    assert len(set(short.values())) == len(labels)
    assert max(map(len, short.values())) <= most
    assert short["cat"] == "cat"


def test_a_label_alone_is_cut_at_its_end():
    assert shorten(DOGS[:1], 12) == {DOGS[0]: "Staffordshi…"}
    assert shorten(DOGS, 24)[DOGS[0]] == "Staffordsh…smooth-haired"


def test_labels_that_differ_only_far_behind_stay_apart():
    labels = ["a" * 40 + f"{code}" + "b" * 40 + end for code in "xy" for end in "pq"]
    assert len(set(shorten(labels, 20).values())) == 4


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("style", ["default", "dark_background"])
def test_colours_stand_out_from_the_background(style):
    with plt.style.context(style):
        ax = plt.subplots()[1]
        ground = luminance(ax.get_facecolor()[:3])
        palette = vars(palette_of(ax))
    for name, colour in palette.items():
        light, dark = sorted([luminance(colour), ground], reverse=True)
        needed = {"ink": 7.0, "grey": 4.5}.get(name, 2.0)
        assert (light + 0.05) / (dark + 0.05) >= needed, name
