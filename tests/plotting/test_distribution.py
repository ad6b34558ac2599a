import numpy as np
import pytest
from scipy.stats import gaussian_kde

from skdvgs.exceptions import InvalidInputError
from skdvgs.plotting import ValueDistributionDisplay
from tests.fake_valuers import CentroidValuer, GivenValuer

RNG = np.random.default_rng(0)
NOISY = np.arange(200) % 4 == 0
VALUES = np.where(NOISY, -0.5, 0.5) + 0.2 * RNG.normal(size=200)
LABELS = np.repeat(["ant", "bee"], [150, 50])


def counts_of(artist):
    return np.nan_to_num(artist.get_data().values)


@pytest.mark.parametrize("is_noisy", [None, NOISY])
def test_histogram_counts_rows(is_noisy):
    display = ValueDistributionDisplay.from_values(VALUES, is_noisy=is_noisy, bins=12)
    every = np.ones(200, dtype=bool)
    groups = {"all": every} if is_noisy is None else {"clean": ~NOISY, "noisy": NOISY}
    assert set(display.outlines_) == {(None, name) for name in groups}
    for name, rows in groups.items():
        artist = display.outlines_[None, name]
        edges = artist.get_data().edges
        np.testing.assert_allclose(edges, np.linspace(VALUES.min(), VALUES.max(), 13))
        assert np.array_equal(counts_of(artist), np.histogram(VALUES[rows], edges)[0])
    assert display.ax_.get_ylabel() == "rows"


def test_ticks_count_whole_rows():
    display = ValueDistributionDisplay.from_values(np.repeat([0.0, 0.5, 1.0], [1, 2, 3]))
    assert [tick % 1 for tick in display.ax_.get_yticks()] == [0.0] * len(display.ax_.get_yticks())


def test_classes_stand_apart_each_as_high_as_the_other():
    display = ValueDistributionDisplay.from_values(VALUES, y=LABELS, is_noisy=NOISY, threshold=0.0)
    assert [t.get_text() for t in display.ax_.get_yticklabels()] == ["ant (150)", "bee (50)"]
    for base, label in ((1, "ant"), (0, "bee")):
        tops = []
        for name, rows in (("clean", ~NOISY), ("noisy", NOISY)):
            artist = display.outlines_[label, name]
            heights = np.nan_to_num(artist.get_data().values - base)
            counts = np.histogram(VALUES[rows & (label == LABELS)], artist.get_data().edges)[0]
            tops.append((heights.max(), counts.max()))
            np.testing.assert_allclose(heights * counts.max(), counts * heights.max(), atol=1e-9)
        assert max(height for height, _ in tops) == pytest.approx(0.82)
    texts = [text.get_text() for text in display.ax_.texts]
    shares = [np.mean(VALUES[label == LABELS] < 0) for label in ("ant", "bee")]
    assert texts == [f"{share:.0%} below" for share in shares]


def test_long_names_of_classes_are_shortened_and_differ():
    labels = np.repeat(
        ["bullterrier of Staffordshire, smooth", "bullterrier of Staffordshire, $a$"], 100
    )
    display = ValueDistributionDisplay.from_values(VALUES, y=labels)
    shown = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert shown == ["bullterrier of Staff…$a$ (100)", "bullterrier of St…smooth (100)"]
    display.figure_.canvas.draw()


def test_density_is_that_of_a_gaussian_kernel_and_has_area_one():
    display = ValueDistributionDisplay.from_values(VALUES, is_noisy=NOISY, kind="density")
    area = 0.0
    for name, rows in (("clean", ~NOISY), ("noisy", NOISY)):
        outline = display.outlines_[None, name].get_paths()[0].vertices
        upper = outline[outline[:, 1] > 0.05]
        width = 0.9 * min(1, np.subtract(*np.quantile(VALUES[rows], [0.75, 0.25])) / 1.349
                          / VALUES[rows].std()) * rows.sum() ** -0.2  # fmt: skip
        expected = gaussian_kde(VALUES[rows], bw_method=width)(upper[:, 0]) * rows.mean()
        np.testing.assert_allclose(upper[:, 1], expected, rtol=0.1)
        area += 0.5 * abs(
            np.sum(outline[:-1, 0] * outline[1:, 1] - outline[1:, 0] * outline[:-1, 1])
        )
    assert area == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("kind", ["hist", "density"])
def test_equal_values_and_empty_groups_can_be_drawn(kind):
    for values in (np.zeros(10), np.r_[np.zeros(9), 1.0]):
        for is_noisy in (np.zeros(10), np.arange(10) == 0, np.ones(10)):
            display = ValueDistributionDisplay.from_values(
                values, y=np.arange(10) % 2, is_noisy=is_noisy, threshold=-1, kind=kind
            )
            display.figure_.canvas.draw()


def test_cut_is_drawn_and_counts_the_rows_below():
    display = ValueDistributionDisplay.from_values(VALUES, threshold=-0.25)
    assert display.line_.get_xdata() == [-0.25, -0.25]
    below = np.sum(VALUES < -0.25)
    assert display.line_.get_label() == f"cut at -0.25: {below} of 200 rows below"
    assert ValueDistributionDisplay.from_values(VALUES).line_ is None


def test_estimator_gives_values_and_cut():
    class Filter(GivenValuer):
        threshold_ = 0.1

    fitted = Filter(VALUES).fit(None, None)
    assert ValueDistributionDisplay.from_estimator(fitted).line_.get_xdata() == [0.1, 0.1]
    given = ValueDistributionDisplay.from_estimator(fitted, threshold=0.2)
    assert given.line_.get_xdata() == [0.2, 0.2]
    assert ValueDistributionDisplay.from_estimator(fitted, threshold=None).line_ is None
    valuer = CentroidValuer().fit(np.eye(4), [0, 0, 1, 1])
    assert ValueDistributionDisplay.from_estimator(valuer).line_ is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "violin"}, "Choose 'hist' or 'density'"),
        ({"y": np.arange(200)}, "y holds 200 classes"),
        ({"y": LABELS[:-1]}, r"y has shape \(199,\)"),
    ],
)
def test_errors(settings, message):
    with pytest.raises(InvalidInputError, match=message):
        ValueDistributionDisplay.from_values(VALUES, **settings)
