"""write_npz and read_npz: arrays and metadata in one file without pickle, with a digest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._storage.digests import arrays_digest
from skdvgs._utils.atomic_write import atomic_write
from skdvgs.exceptions import StorageError

Arrays = dict[str, NDArray[Any]]

_METADATA = "metadata.json"


@contextmanager
def storing(path: Path, advice: str) -> Iterator[None]:
    """Say which file could not be written, why, and what to do.

    Raises
    ------
    StorageError
        Where the system raised an OSError.
    """
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        why = error.strerror or str(error)
        raise StorageError(f"{path} could not be written: {why}. {advice}") from error


def write_npz(path: Path, arrays: Mapping[str, NDArray[Any]], metadata: Any, advice: str) -> str:
    """Write arrays and metadata whole or not at all.

    Parameters
    ----------
    path : Path
        File to write; a file of that name is replaced.
    arrays : mapping of str to array
        Arrays of numbers or booleans; no objects.
    metadata : anything that JSON knows
        Beside the arrays.
    advice : str
        Last sentence of the error if it cannot be written.

    Returns
    -------
    str
        Digest of the content.

    Raises
    ------
    StorageError
        If it cannot be written; what was there before is as it was.
    """
    assert not any(array.dtype.hasobject for array in arrays.values()), "would be pickled"
    text = json.dumps(metadata, default=_plain)
    digest = arrays_digest(arrays, text)
    head = json.dumps({"digest": digest, "metadata": text}).encode()
    members: dict[str, Any] = {_METADATA: np.frombuffer(head, dtype=np.uint8), **arrays}
    with storing(path, advice), atomic_write(path) as file:
        np.savez(file, **members)
    return digest


def read_npz(path: Path, advice: str, digest: str | None = None) -> tuple[Arrays, Any]:
    """Read what :func:`write_npz` wrote. Nothing is ever unpickled.

    Parameters
    ----------
    path : Path
        File to read.
    advice : str
        Last sentence of the error if it cannot be read.
    digest : str, default=None
        SHA-256 of the content, where it is known.

    Returns
    -------
    arrays : dict of str to array
        Arrays by the names they were written with.
    metadata : anything that JSON knows
        Metadata that was written with the arrays.

    Raises
    ------
    StorageError
        If the file is missing, damaged, or another one.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        head = json.loads(arrays.pop(_METADATA).tobytes())
        text, written = head["metadata"], head["digest"]
        found = arrays_digest(arrays, text)
    except FileNotFoundError as error:
        raise StorageError(f"{path} is missing. {advice}") from error
    except PermissionError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}. {advice}") from error
    except Exception as error:  # zipfile, zlib, struct and numpy each fail in their own ways
        raise StorageError(
            f"{path} is damaged or no file of skdvgs ({str(error) or type(error).__name__}). "
            f"{advice}"
        ) from error
    if found != written:
        raise StorageError(f"{path} is damaged: its content does not fit its digest. {advice}")
    if digest is not None and found != digest:
        raise StorageError(f"{path} belongs to another fit. {advice}")
    return arrays, json.loads(text)


def prefixed(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    """Names with a prefix, as in a folder of the file."""
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


def within(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    """The arrays that :func:`prefixed` named."""
    start = f"{prefix}/"
    return {name[len(start) :]: a for name, a in arrays.items() if name.startswith(start)}


def _plain(value: Any) -> Any:
    """What JSON can write of numpy's numbers; anything else as text."""
    return value.item() if hasattr(value, "item") else repr(value)
