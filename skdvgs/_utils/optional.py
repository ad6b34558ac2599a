"""import_optional: import a library that a user may not have, or say how to install it."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from skdvgs.exceptions import MissingDependencyError


def import_optional(name: str, caller: str, extra: str) -> ModuleType:
    """Import a module of a library that skdvgs installs only on demand.

    Parameters
    ----------
    name : str
        The module, such as ``"matplotlib.pyplot"``.
    caller : str
        What needs it; the message starts with it.
    extra : str
        The extra of skdvgs that installs the library.

    Returns
    -------
    module
        The module ``name``, also where it is part of a package.

    Raises
    ------
    MissingDependencyError
        If it cannot be imported. The message says what to install.
    """
    try:
        return import_module(name)
    except ImportError as error:
        library = name.partition(".")[0]
        raise MissingDependencyError(
            f"{caller} needs {library}, which is not installed. skdvgs installs it only on "
            f'demand. Run: pip install "skdvgs[{extra}]"'
        ) from error
