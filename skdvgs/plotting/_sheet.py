"""Lay out the cells of a contact sheet."""

from __future__ import annotations

from dataclasses import dataclass

FONT_SIZE = 9.0  # points, of captions where there is room

# Of captions, in font sizes; and the number under an image with the gap to the next one, in lines.
LINE_HEIGHT = 1.35
LINES_BELOW = 1.5


@dataclass(frozen=True)
class Cells:
    """Places of captioned images on axes, as fractions of the axes.

    Attributes
    ----------
    n_rows, n_columns : int
        Of the sheet.
    size : tuple (width, height)
        Of the axes, in points.
    n_lines : int
        Lines of caption above an image; one more stands below it.
    """

    n_rows: int
    n_columns: int
    size: tuple[float, float]
    n_lines: int

    @property
    def fontsize(self) -> float:
        """Of the captions, so that they leave most of a cell to its image."""
        width, height = self.size[0] / self.n_columns, self.size[1] / self.n_rows
        return min(FONT_SIZE, max(4.0, min(width / 7, height / (2.6 * (self.n_lines + 2)))))

    @property
    def most_characters(self) -> int:
        """That fit over one image."""
        return _most_characters(self.size[0] / self.n_columns, self.fontsize)

    def fit(self, lines: list[str]) -> str:
        """Join a caption in one line if it fits, else shorten each line."""
        return _fit(lines, self.most_characters)

    def bounds(self, place: int) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of an image, row by row from the top."""
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
    """Lines that captions take over images of a width in points."""
    most = _most_characters(width, FONT_SIZE)
    return max((_fit(lines, most).count("\n") + 1 for lines in captions), default=0)


def _most_characters(width: float, fontsize: float) -> int:
    # A letter is about 0.58 font sizes wide.
    return max(3, int(width / (0.58 * fontsize)) - 1)


def _fit(lines: list[str], most: int) -> str:
    joined = " ".join(lines)
    return joined if len(joined) <= most else "\n".join(_shorten(line, most) for line in lines)


def _shorten(text: str, most: int) -> str:
    """Cut a text to at most so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"
