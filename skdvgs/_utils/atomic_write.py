"""atomic_write: a file whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from skdvgs.exceptions import InvalidInputError


def check_writable(path: str | os.PathLike[str]) -> Path:
    """Say before any work whether a file can be put there.

    Returns
    -------
    Path
        Where it goes: a link to a file is replaced itself, what it leads to stays as it is.

    Raises
    ------
    InvalidInputError
        If its folder does not exist, or something else than a file is in its place.
    """
    place = Path(os.path.abspath(path))
    if place.exists() and not place.is_file():
        raise InvalidInputError(
            f"{os.fspath(path)} is no file that could be replaced. What is written comes whole or "
            "not at all. Give the name of a file."
        )
    if not place.parent.is_dir():
        raise InvalidInputError(
            f"{place.parent} is no folder, so {place.name} cannot be written there. Folders are "
            "not made. Make it first, or give another path."
        )
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise InvalidInputError(
            f"{place.parent} cannot be written to, so {place.name} cannot be put there. A file "
            "comes whole or not at all. Change the folder's permissions, or give another path."
        )
    return place


@contextmanager
def atomic_write(
    path: str | os.PathLike[str], mode: str = "wb", **settings: Any
) -> Iterator[IO[Any]]:
    """Open a file beside the wanted one and put it in its place once all went well.

    Whoever reads the wanted file meets the old content or the new one, never a part; an error
    leaves it as it was.

    Parameters
    ----------
    path : path-like
        File that stands there once all is written.
    mode : {'wb', 'w'}
        As for ``open``.
    **settings : dict
        As for ``open``.

    Yields
    ------
    file
        To write to.
    """
    place = check_writable(path)
    beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
    try:
        with open(beside, mode.replace("w", "x"), **settings) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            shutil.copymode(place, beside)
        os.replace(beside, place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
