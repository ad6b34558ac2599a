"""BareTape: watches the functions that use some parameters, for one forward pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import BackwardCFunction
from torch.autograd.graph import get_gradient_edge
from torch.overrides import TorchFunctionMode

from skdvgs.gradients._bare_functions import AS_DERIVED, HANDLERS, Unhandled
from skdvgs.gradients._bare_uses import BareParameter, BareUse, Found, bare_terms
from skdvgs.gradients._batches import Batch, tensors_of
from skdvgs.gradients._graph import Use
from skdvgs.gradients._marks import as_rows, holds_rows, without_mark
from skdvgs.gradients._ruled import TapeMismatch
from skdvgs.gradients._targets import Targets
from skdvgs.gradients._terms import GradientTerms

Derived = tuple[Tensor, frozenset[str]]


def _tensors_in(values: Sequence[Any]) -> list[Tensor]:
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found += _tensors_in(value)
    return found


class BareTape:
    """Record where some parameters, and what is made of them, meet the rows of a batch.

    Parameters
    ----------
    watched : mapping of str to BareParameter
        Parameters to watch, by name.
    x : batch of n rows
        Input of the network.
    n : int
        Number of rows.

    Attributes
    ----------
    uses : list of BareUse
        Uses of the parameters in the order of the forward pass.
    """

    def __init__(self, watched: Mapping[str, BareParameter], x: Batch, n: int) -> None:
        self._watched = watched
        self._inputs = tensors_of(x)
        self._n = n
        self._failed: dict[str, str] = {}
        # Tensors made of parameters alone, by id; held, so that no id is used again.
        self._derived: dict[int, Derived] = {
            id(part.tensor): (part.tensor, frozenset({name})) for name, part in watched.items()
        }
        self._mode: Any = _Watch(self)
        self.uses: list[BareUse] = []

    def __enter__(self) -> BareTape:
        for tensor in self._inputs:
            as_rows(tensor)
        self._mode.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._mode.__exit__(*exc_info)
        for tensor in self._inputs:
            without_mark(tensor)

    def call(self, function: Callable[..., Any], args: Sequence[Any], kwargs: Any) -> Any:
        """Run a function of the network, and note what it does with watched parameters."""
        tensors = _tensors_in(args) + (_tensors_in(list(kwargs.values())) if kwargs else [])
        derived = [tensor for tensor in tensors if id(tensor) in self._derived]
        has_rows = any(self._is_row(tensor) for tensor in tensors)
        if not derived:
            output = function(*args, **kwargs)
            return self._marked(output, args) if has_rows else output
        names = frozenset().union(*(self._derived[id(tensor)][1] for tensor in derived))
        handler = HANDLERS.get(function)
        if has_rows and handler is None and function not in AS_DERIVED:
            self.fail(names, f"{getattr(function, '__name__', function)} uses it")
        if handler is not None and (has_rows or handler.takes_no_rows):
            try:
                return self._marked(handler.run(self, function, *args, **kwargs), args)
            except Unhandled as reason:
                if has_rows:
                    self.fail(names, f"{getattr(function, '__name__', function)} {reason}")
        output = function(*args, **kwargs)
        for part in _tensors_in([output]):
            if part.requires_grad:
                self._derived[id(part)] = (part, names)
        return output

    def note(self, kind: type[BareUse], caught: Tensor, derived: Tensor, **found: Any) -> None:
        """Record one use, whose gradient is that of the tensor ``caught``."""
        inputs = found.get("inputs")
        if isinstance(inputs, Tensor):
            if inputs.requires_grad:
                found["source"] = get_gradient_edge(inputs)
            found["inputs"], found["version"] = inputs.detach(), inputs._version
        names = self._derived[id(derived)][1]
        self.uses.append(kind(derived, names, get_gradient_edge(caught), **found))

    def is_derived(self, value: object) -> bool:
        """Whether a value is made of watched parameters alone."""
        return id(value) in self._derived

    @property
    def n_rows(self) -> int:
        """Rows of the batch."""
        return self._n

    def fail(self, names: frozenset[str], reason: str) -> None:
        """Note that parameters cannot be served."""
        self._failed.update(dict.fromkeys(names, reason))

    def refuse_failed(self) -> None:
        """Raise for parameters whose use has no rule.

        Raises
        ------
        TapeMismatch
            With their names.
        """
        if self._failed:
            first, reason = next(iter(self._failed.items()))
            same = [name for name in self._failed if name != first]
            raise TapeMismatch(first, reason, *same)

    def graph_uses(self) -> list[Use]:
        """Places of the uses in the graph."""
        found = []
        for number, use in enumerate(self.uses):
            allowed = frozenset(id(self._watched[name].tensor) for name in use.parameters)
            found.append(use.use(f"use {number}", allowed))
        return found

    def terms(self, grads: Sequence[Tensor | None], targets: Targets) -> dict[str, GradientTerms]:
        """Terms of each watched parameter from the gradients of its uses.

        Raises
        ------
        TapeMismatch
            If the rows are not where the parameter's layout has them.
        """
        found = {}
        for name, part in self._watched.items():
            own: list[Found] = []
            for use, grad in zip(self.uses, grads, strict=True):
                if grad is None or grad.numel() == 0 or name not in use.parameters:
                    continue
                if use.inputs is not None and use.inputs._version != use.version:
                    raise TapeMismatch(name, "what it met was changed in place")
                grad = grad.to(part.tensor.dtype)
                parts = use.by_rows(grad, self._n, part.layout)
                if parts is None:
                    raise TapeMismatch(name, "rows are not a dimension of what it meets")
                own.append((use, _in_dtype(parts, grad.dtype)))
            if own:
                found[name] = bare_terms(part.tensor, own, targets.gradients[name])
        return found

    def _is_row(self, tensor: Tensor) -> bool:
        """Whether a tensor holds rows; no mark passes a function of a user's own."""
        return holds_rows(tensor) or isinstance(tensor.grad_fn, BackwardCFunction)

    def _marked(self, output: Any, args: Sequence[Any]) -> Any:
        if output is None and args and isinstance(args[0], Tensor):
            as_rows(args[0])  # an assignment to a part of it
        for part in _tensors_in([output]):
            as_rows(part)
        return output


def _in_dtype(parts: tuple[Tensor, ...], dtype: torch.dtype) -> tuple[Tensor, ...]:
    return tuple(part.to(dtype) if part.is_floating_point() else part for part in parts)


class _Watch(TorchFunctionMode):
    """Hands every function over to a tape; looks at shapes and the like pass by."""

    def __init__(self, tape: BareTape) -> None:
        super().__init__()
        self._tape = tape

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "") in _LOOKS:
            return func(*args, **(kwargs or {}))
        return self._tape.call(func, args, kwargs or {})


_LOOKS = frozenset({"__get__", "size", "dim", "stride", "is_floating_point", "numel", "__len__"})
