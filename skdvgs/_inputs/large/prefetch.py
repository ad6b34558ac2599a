"""fetch_ahead and read_ahead: read the next batch while the last one is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Part = TypeVar("Part")
Batch = TypeVar("Batch")

_END: Any = object()


def fetch_ahead(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Yield what an iterable yields; the next batch is fetched meanwhile, in another thread.

    Parameters
    ----------
    batches : iterable
        Is asked for one batch at a time.
    """
    source = iter(batches)
    with ThreadPoolExecutor(1, thread_name_prefix="skdvgs-read") as pool:
        following = pool.submit(next, source, _END)
        while (batch := following.result()) is not _END:
            following = pool.submit(next, source, _END)
            yield batch


def read_ahead(
    parts: Iterable[Part], read: Callable[[Part], Batch]
) -> Iterator[tuple[Part, Batch]]:
    """Yield each part with what was read of it; the next one is read meanwhile.

    Parameters
    ----------
    parts : iterable
        Argument of each call of `read`, in order.
    read : callable
        Called for one part at a time.
    """
    return fetch_ahead((part, read(part)) for part in parts)
