import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdvgs import DVGSValuer, LowValueFilter, LowValueSampler
from skdvgs.plotting._display import attribute_of, palette_of, shorten, step_with_values

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


RNG = np.random.default_rng(0)
CLASS = np.arange(60) % 2
X = RNG.normal(size=(60, 2)) + 3 * CLASS[:, None]


def pipeline():
    return make_pipeline(StandardScaler(), DVGSValuer(cv=2, n_restarts=1, random_state=0))


@pytest.mark.parametrize(
    "make",
    [
        pipeline,
        lambda: LowValueFilter(pipeline()),
        lambda: LowValueSampler(pipeline()),
        lambda: make_pipeline(StandardScaler(), LowValueFilter(pipeline())),
    ],
)
def test_a_pipeline_is_read_as_the_valuer_in_it(make):
    alone = pipeline().fit(X, CLASS)[-1]
    found = step_with_values(make().fit(X, CLASS))
    assert len(found.values_) == 60
    assert attribute_of(found, "label_noise_").shape == (2, 2)
    assert (attribute_of(found, "suggested_labels_", of_rows=True) == alone.suggested_labels_).all()


def test_a_valuer_fitted_before_says_nothing_of_these_rows():
    frozen = FrozenEstimator(pipeline().fit(X[::-1], CLASS[::-1]))
    found = LowValueFilter(frozen).fit(X, CLASS)
    assert attribute_of(found, "label_noise_").shape == (2, 2)
    assert attribute_of(found, "suggested_labels_", of_rows=True) is None
