"""Fitted estimators to draw, and what holds for the text of any figure."""

import itertools

from matplotlib.text import Text
from sklearn.base import BaseEstimator


class Valuer(BaseEstimator):
    """An estimator with the attributes that it is given, as if fitted."""

    def __init__(self, **attributes):
        vars(self).update(attributes)

    def fit(self, X, y):
        return self


def shown_texts(figure):
    """Return the words of all texts that are drawn, and their boxes in pixels."""
    figure.canvas.draw()
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    unseen = set()
    for axis in (axis for axes in figure.findobj(is_axes) for axis in (axes.xaxis, axes.yaxis)):
        # Ticks beyond the limits of an axis are kept, and not drawn.
        low, high = sorted(axis.get_view_interval())
        ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        unseen |= {tick.label1 for tick in ticks if not low <= tick.get_loc() <= high}
        if not axis.axes.axison:
            unseen |= set(axis.findobj(Text))
    return [(t.get_text(), t.get_window_extent()) for t in texts if t not in unseen]


def is_axes(artist):
    return hasattr(artist, "xaxis")


def assert_legible(display):
    """Check that no text covers another by more than a point or sticks out of the figure."""
    texts = shown_texts(display.figure_)
    small = [(text, box.padded(-1.0)) for text, box in texts]
    pairs = itertools.combinations(small, 2)
    assert not [(a, b) for (a, one), (b, other) in pairs if one.overlaps(other)]
    width, height = display.figure_.canvas.get_width_height()
    out = [t for t, b in small if b.x0 < 0 or b.y0 < 0 or b.x1 > width or b.y1 > height]
    assert not out
