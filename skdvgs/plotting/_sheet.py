"""Cells: where the images of a contact sheet stand, and how long their captions can be."""

from __future__ import annotations

from dataclasses import dataclass

from ._display import shorten
from ._images import ARROW

FONT_SIZE = 9.0  # of captions where there is room, in points
LINE_HEIGHT = 1.35  # of captions, in font sizes
LINES_BELOW = 1.5  # height of the number under an image and of the gap below it, in lines


@dataclass(frozen=True)
class Cells:
    """Places of captioned images on axes.

    Attributes
    ----------
    n_rows, n_columns : int
        How many images stand one below the other, and side by side.
    size : tuple (width, height)
        Size of the axes in points.
    n_lines : int
        Lines of the longest caption. It stands above its image, and one number below.
    """

    n_rows: int
    n_columns: int
    size: tuple[float, float]
    n_lines: int

    @property
    def fontsize(self) -> float:
        """Size of the captions in points. It leaves most of a cell to the image."""
        width, height = self.size[0] / self.n_columns, self.size[1] / self.n_rows
        return min(FONT_SIZE, max(4.0, min(width / 7, height / (2.6 * (self.n_lines + 2)))))

    @property
    def most_characters(self) -> int:
        """How many characters of a caption fit over one image."""
        return _most_characters(self.size[0] / self.n_columns, self.fontsize)

    def fit(self, captions: list[list[str]]) -> list[str]:
        """Return each caption in one line if it fits, else with one shortened label a line."""
        return _fit(captions, self.most_characters)

    def bounds(self, place: int) -> tuple[float, float, float, float]:
        """Return left, bottom, width and height of an image, in fractions of the axes.

        Places count from 0, row by row from the top.
        """
        row, column = divmod(place, self.n_columns)
        width, height = 1.0 / self.n_columns, 1.0 / self.n_rows
        line = LINE_HEIGHT * self.fontsize / self.size[1]
        above, below = self.n_lines * line, LINES_BELOW * line
        return (
            (column + 0.05) * width,
            1.0 - (row + 1) * height + below,
            0.9 * width,
            height - above - below,
        )


def lines_needed(captions: list[list[str]], width: float) -> int:
    """Return how many lines the longest caption takes over an image `width` points wide."""
    fitted = _fit(captions, _most_characters(width, FONT_SIZE))
    return max((caption.count("\n") + 1 for caption in fitted), default=0)


def _most_characters(width: float, fontsize: float) -> int:
    # A letter is about 0.58 font sizes wide.
    return max(3, int(width / (0.58 * fontsize)) - 1)


def _fit(captions: list[list[str]], most: int) -> list[str]:
    labels = (line.removeprefix(ARROW) for lines in captions for line in lines)
    short = shorten(labels, max(3, most - len(ARROW)))

    def shortened(line: str) -> str:
        label = line.removeprefix(ARROW)
        return line[: len(line) - len(label)] + short[label]

    return [
        " ".join(lines) if len(" ".join(lines)) <= most else "\n".join(map(shortened, lines))
        for lines in captions
    ]
