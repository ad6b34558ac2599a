"""make_folder: makes a folder and checks that it can be written to, before any work."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from skdvgs.exceptions import InvalidInputError


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder if there is none, and try whether files can be written there.

    Parameters
    ----------
    path : path-like
        The folder that `checkpoint_dir` names.

    Returns
    -------
    Path
        Absolute.

    Raises
    ------
    InvalidInputError
        If it is no folder, or nothing can be written to it.
    """
    named = f"checkpoint_dir={os.fspath(path)!r}"
    if not os.fspath(path):
        raise InvalidInputError(
            f"{named} names no folder. Files are written there. Give the path of a folder."
        )
    place = Path(os.path.abspath(path))
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"written")
    except (FileExistsError, NotADirectoryError) as error:
        raise InvalidInputError(
            f"{named} is no folder, or lies within something that is none. Several files are "
            "written there. Give the path of a folder, which need not exist yet."
        ) from error
    except OSError as error:
        raise InvalidInputError(
            f"{named} cannot be written to: {error.strerror}. Files are written there during fit. "
            "Give a folder that can be written to, with room on its disk."
        ) from error
    return place


def remove_parts(folder: Path) -> None:
    """Remove what writers that were killed have left half-written."""
    for part in folder.rglob(".*.part"):
        part.unlink(missing_ok=True)
