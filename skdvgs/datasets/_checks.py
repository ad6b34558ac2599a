"""Checks that the corruptions share, and how a container keeps its kind."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..exceptions import InvalidInputError


def count_of(fraction: float, n_samples: int) -> int:
    """Rows that a fraction stands for: ``round(fraction * n_samples)``.

    Raises
    ------
    InvalidInputError
        If the fraction is not a number in [0, 1].
    """
    if not isinstance(fraction, Real) or not 0.0 <= float(fraction) <= 1.0:
        raise InvalidInputError(
            f"fraction is {fraction!r}. It is the share of rows to corrupt. Give a number from 0 "
            "to 1."
        )
    return round(float(fraction) * n_samples)


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Refuse what is not one of a few words.

    Raises
    ------
    InvalidInputError
        Naming the words there are.
    """
    if value not in choices:
        raise InvalidInputError(
            f"{name} is {value!r}. No such {name} is known. Choose one of {', '.join(choices)}."
        )


def take_from(y: Any, donors: NDArray[np.intp]) -> Any:
    """Return `y` with each row's entry taken from its donor, which may be the row itself.

    A pandas Series or DataFrame keeps its index, names and types, categories among them; a polars
    Series or DataFrame its names and types. Anything else becomes an array.
    """
    if hasattr(y, "iloc"):
        taken = y.iloc[donors]
        taken.index = y.index
        return taken
    if type(y).__module__.partition(".")[0] == "polars":
        return y[donors]
    return np.asarray(y)[donors]
