"""fingerprint: what a fit was begun with, so that it goes on under no other terms."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from skdvgs._storage.describe import describe
from skdvgs._storage.digests import rows_digest, text_digest
from skdvgs._version import __version__

Fingerprint = dict[str, str]

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "skorch", "torch")
# These change how a fit is computed, not what comes of it.
_WITHOUT_EFFECT = ("checkpoint_dir", "n_jobs", "verbose")
_SHOWN = 60


def fingerprint(parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Fingerprint:
    """Describe all that values depend on.

    Parameters
    ----------
    parameters : mapping of str to object
        Every constructor parameter of the valuer, by name.
    data : mapping of str to array or None
        Rows and labels of both sets.

    Returns
    -------
    dict of str to str
        By name of parameter, array or library.
    """
    found = {
        name: _shortened(describe(value))
        for name, value in parameters.items()
        if name not in _WITHOUT_EFFECT
    }
    for name, rows in data.items():
        found[name] = "None" if rows is None else rows_digest(rows)
    found |= {f"version of {name}": _version(name) for name in _LIBRARIES}
    found["version of skdvgs"] = __version__
    found["version of Python"] = platform.python_version()
    return found


def differences(before: Fingerprint, now: Fingerprint) -> list[str]:
    """Say what is not as it was."""
    names = [*before, *(name for name in now if name not in before)]
    changed = [name for name in names if before.get(name) != now.get(name)]
    return [f"{name} was {before.get(name)}, is {now.get(name)}" for name in changed]


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({text_digest(text)})"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
