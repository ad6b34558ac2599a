"""fit_context and others: what scikit-learn leaves untyped, with types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sklearn.base import _fit_context
from sklearn.utils.metadata_routing import _routing_enabled
from sklearn.utils.metaestimators import available_if as _available_if

Method = TypeVar("Method", bound=Callable[..., Any])


def fit_context(*, prefer_skip_nested_validation: bool) -> Callable[[Method], Method]:
    """Validate parameters around a fit; type checkers see the method as it is written."""
    decorator: Callable[[Method], Method] = _fit_context(
        prefer_skip_nested_validation=prefer_skip_nested_validation
    )
    return decorator


def routing_is_enabled() -> bool:
    """Tell whether metadata routing is enabled."""
    return bool(_routing_enabled())


def available_if(check: Callable[[Any], bool]) -> Callable[[Method], Method]:
    """Make a method available where a check of its object passes."""
    decorator: Callable[[Method], Method] = _available_if(check)
    return decorator
