"""describe: parameters in words that are equal in any process if and only if they mean the same.

A network's code counts as well: its source where it can be had, and its byte code.
"""

from __future__ import annotations

import functools
import inspect
import re
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from skdvgs._storage.digests import rows_digest, text_digest

_LIBRARIES = ("torch", "skorch", "sklearn", "numpy", "scipy", "builtins", "collections", "typing")
_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_RANDOM = (np.random.RandomState, np.random.Generator)


def describe(value: Any) -> str:
    """Text that tells a value from others."""
    return _text(value, ())


def _text(value: Any, within: tuple[int, ...]) -> str:
    if isinstance(value, _PLAIN):
        return repr(value)
    if id(value) in within:
        return "<itself>"
    within = (*within, id(value))
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, dict):
        items = sorted((_text(key, within), _text(item, within)) for key, item in value.items())
        return "{" + ", ".join(f"{key}: {item}" for key, item in items) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_text(item, within) for item in value) + "]"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(_text(item, within) for item in value)) + "}"
    if hasattr(value, "detach") and hasattr(value, "numpy"):
        value = value.detach().cpu().double().numpy()
    if isinstance(value, np.ndarray):
        return f"array of {rows_digest(np.atleast_1d(value))}"
    if isinstance(value, type):
        return _class_text(value, within)
    return _object_text(value, within)


def _object_text(value: Any, within: tuple[int, ...]) -> str:
    if isinstance(value, functools.partial):
        return f"partial{_text((value.func, value.args, value.keywords), within)}"
    if isinstance(value, types.MethodType):
        return f"{_text(value.__func__, within)} of {_text(value.__self__, within)}"
    if isinstance(value, types.FunctionType):
        cells = [_cell(cell) for cell in value.__closure__ or ()]
        bound = _text([value.__defaults__, value.__kwdefaults__, cells], within)
        return f"{_name(value)} (code {text_digest(_source(value) + bound)})"
    if hasattr(value, "__wrapped__"):
        return _text(inspect.unwrap(value), within)
    if isinstance(value, _RANDOM):
        return _name(type(value))  # what it draws is remembered, not what it would draw
    if isinstance(value, Iterator):
        return "iterator"
    if hasattr(value, "get_params"):
        given = value.get_params(deep=False)
        given.pop("verbose", None)
        return f"{_text(type(value), within)}{_text(given, within)}"
    held = getattr(value, "__dict__", None)
    if held and type(value).__module__ != "builtins":
        return f"{_text(type(value), within)}{_text(held, within)}"
    return re.sub(r" at 0x[0-9a-f]+", "", f"{_name(type(value))} {value!r}")


def _cell(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _class_text(cls: type, within: tuple[int, ...]) -> str:
    own = [base for base in cls.__mro__ if base.__module__.partition(".")[0] not in _LIBRARIES]
    if not own:
        return _name(cls)
    return f"{_name(cls)} (code {text_digest(''.join(map(_source, own)))})"


def _name(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def _source(thing: Any) -> str:
    """Source of a class or function, and what it was compiled to: a notebook has no source."""
    try:
        text = inspect.getsource(thing)
    except (OSError, TypeError):
        text = ""
    functions = vars(thing).values() if isinstance(thing, type) else [thing]
    return text + "".join(_code(f.__code__) for f in functions if hasattr(f, "__code__"))


def _code(code: Any) -> str:
    if isinstance(code, types.CodeType):
        constants = "".join(map(_code, code.co_consts))
        return f"{code.co_name}{code.co_code!r}{constants}{code.co_names}"
    # The order of a set is another one in each process.
    return repr(sorted(map(repr, code)) if isinstance(code, frozenset) else code)
