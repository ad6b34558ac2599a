"""read_images: images in any layout, and the captions of a contact sheet."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._utils.types import Floats, Labels
from ..exceptions import InvalidInputError

ARROW = "→ "  # stands before a suggested label

_CHANNELS = (1, 3, 4)


def read_images(
    images: ArrayLike, n_samples: int, image_shape: tuple[int, ...] | None
) -> NDArray[Any]:
    """Return images of shape (n_samples, height, width) or (n_samples, height, width, 3 or 4).

    Raises
    ------
    InvalidInputError
        If there is not one image for each value, or the layout cannot be told.
    """
    pixels = np.asarray(images)
    if len(pixels) != n_samples or pixels.ndim < 2:
        raise InvalidInputError(
            f"images has shape {pixels.shape}, and there are {n_samples} values. There must be one "
            "image for each valued row. Pass the rows in the order they were valued in."
        )
    if pixels.ndim == 2 or image_shape is not None:
        shape = _shape_of_flat(pixels[0].size) if image_shape is None else tuple(image_shape)
        if math.prod(shape) != pixels[0].size:
            raise InvalidInputError(
                f"image_shape is {shape}, and a row holds {pixels[0].size} numbers. The product "
                "must be equal. Pass (height, width), or with channels first or last."
            )
        pixels = pixels.reshape(n_samples, *shape)
    if pixels.ndim == 4 and pixels.shape[-1] not in _CHANNELS and pixels.shape[1] in _CHANNELS:
        pixels = np.moveaxis(pixels, 1, -1)
    if pixels.ndim == 4 and pixels.shape[-1] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim not in (3, 4) or (pixels.ndim == 4 and pixels.shape[-1] not in _CHANNELS):
        raise InvalidInputError(
            f"Images of shape {pixels.shape[1:]} cannot be drawn. They need two axes, and 1, 3 or "
            "4 channels first or last. Pass image_shape, or reshape them."
        )
    return pixels


def _shape_of_flat(size: int) -> tuple[int, ...]:
    """Return the height and width of a square image of `size` pixels."""
    side = math.isqrt(size)
    if side * side != size:
        raise InvalidInputError(
            f"images are rows of {size} numbers, which is no square. Their height and width cannot "
            "be told. Pass image_shape, e.g. (height, width)."
        )
    return side, side


def to_shown_range(pixels: NDArray[Any]) -> NDArray[Any]:
    """Scale colour images to [0, 1] unless matplotlib shows their range; grey images stay."""
    if pixels.ndim == 3 or pixels.dtype == np.uint8:
        return pixels
    low, high = float(pixels.min()), float(pixels.max())
    if low >= 0.0 and high <= 1.0:
        return pixels
    return (pixels - low) / max(high - low, 1e-300)


def captions_of(given: Labels | None, suggested: Labels | None) -> list[list[str]]:
    """Return the lines of each caption: the given label, and an arrow with a label that differs."""
    columns = [column for column in (given, suggested) if column is not None]
    captions: list[list[str]] = [[] for _ in range(len(columns[0]) if columns else 0)]
    for row, lines in enumerate(captions):
        if given is not None:
            lines.append(str(given[row]))
        if suggested is not None and (given is None or suggested[row] != given[row]):
            lines.append(f"{ARROW}{suggested[row]}")
    return captions


def decimals_of(values: Floats) -> int:
    """Return how many decimals show two digits of the largest value."""
    largest = float(np.abs(values).max())
    return max(0, 1 - math.floor(math.log10(largest))) if largest > 0 else 0
