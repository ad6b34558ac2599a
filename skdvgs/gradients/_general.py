"""general_terms: exact for any module, one sample's gradient at a time or a few."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Literal

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, jvp, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from skdvgs.gradients._batches import Batch, LossPerSample, count_rows, map_batch, take_rows
from skdvgs.gradients._targets import Targets
from skdvgs.gradients._terms import GradientTerms, row_squares

GeneralMode = Literal["vmap", "loop"]


def general_terms(
    computation: LossPerSample,
    x: Batch,
    y: Batch,
    targets: Targets,
    mode: GeneralMode,
    chunk_bytes: int,
) -> GradientTerms:
    """Terms of the parameters named in ``targets``, from gradients formed a chunk at a time.

    The formed gradients yield dots as well as norms, so no other pass is needed.
    """
    flat_target, names = targets.flat(), list(targets.gradients)
    row_bytes = len(flat_target) * flat_target.element_size()
    chunk = max(1, chunk_bytes // max(1, row_bytes))
    form = _vmap_gradients if mode == "vmap" else _loop_gradients
    dots, squares, start, n = [], [], 0, count_rows(x)
    while start < n:
        rows = slice(start, start + chunk)
        try:
            formed = form(computation, take_rows(x, rows), take_rows(y, rows), names)
            dots.append(formed @ flat_target)
            squares.append(row_squares(formed))
            del formed
        except (RuntimeError, MemoryError) as error:
            if chunk == 1 or not out_of_memory(error):
                raise
            chunk = max(1, min(chunk, n - start) // 2)
        else:
            start += chunk
    return GradientTerms(torch.cat(dots), torch.cat(squares))


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on any device."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return "can't allocate memory" in str(error) or "out of memory" in str(error)


def forward_mode_dots(computation: LossPerSample, x: Batch, y: Batch, targets: Targets) -> Tensor:
    """Dots of all rows at once: the derivative of the losses along each target gradient."""
    if targets.count is not None:
        singles = [forward_mode_dots(computation, x, y, one) for one in targets.singles()]
        return torch.stack(singles, dim=1)
    target = targets.gradients
    parameters = _own_parameters(computation, target)

    def losses(values: dict[str, Tensor]) -> Tensor:
        found: Tensor = functional_call(computation, values, (x, y))
        return found

    _load_forward_mode()
    tangents = {f"module.{name}": tangent for name, tangent in target.items()}
    with torch.no_grad(), _quiet_and_plain():
        dots: Tensor = jvp(losses, (parameters,), (tangents,))[1]
    return dots


@cache
def _load_forward_mode() -> None:
    """The first forward-mode derivative loads parts of torch that warn of their own age."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        jvp(torch.sin, (torch.zeros(()),), (torch.ones(()),))


def _own_parameters(
    computation: nn.Module, names: Mapping[str, Tensor] | list[str]
) -> dict[str, Tensor]:
    named = dict(computation.named_parameters())
    return {f"module.{name}": named[f"module.{name}"].detach() for name in names}


def _vmap_gradients(computation: LossPerSample, x: Batch, y: Batch, names: list[str]) -> Tensor:
    """Per-sample gradients (rows, parameters) by vectorised differentiation."""
    parameters = _own_parameters(computation, names)

    def loss(values: dict[str, Tensor], one_x: Batch, one_y: Batch) -> Tensor:
        single = map_batch(lambda t: t.unsqueeze(0), (one_x, one_y))
        one: Tensor = functional_call(computation, values, single)[0]
        return one

    y_dim = None if y is None else 0
    gradients = vmap(grad(loss), in_dims=(None, 0, y_dim), randomness="different")
    # Parameters that are not asked for would otherwise record a graph of the gradients.
    with torch.no_grad(), _quiet_and_plain():
        formed = gradients(parameters, x, y)
    return torch.cat([g.reshape(len(g), -1) for g in formed.values()], dim=1)


@contextmanager
def _quiet_and_plain() -> Iterator[None]:
    """vmap loops over fused attention row by row, and warns of it; plain products it batches."""
    with warnings.catch_warnings(), sdpa_kernel(SDPBackend.MATH):
        warnings.filterwarnings("ignore", message="There is a performance drop")
        yield


def _loop_gradients(computation: LossPerSample, x: Batch, y: Batch, names: list[str]) -> Tensor:
    """Per-sample gradients (rows, parameters), one ordinary backward pass a row."""
    named = dict(computation.module.named_parameters())
    parameters = [named[name] for name in names]
    rows = range(count_rows(x))
    return torch.stack([single_gradient(computation, x, y, row, parameters) for row in rows])


def single_gradient(
    computation: LossPerSample, x: Batch, y: Batch, row: int, parameters: Sequence[Tensor]
) -> Tensor:
    """Flat gradient of one row's loss, by plain autograd on a batch of that row alone."""
    rows = slice(row, row + 1)
    loss = computation(take_rows(x, rows), take_rows(y, rows)).sum()
    if not loss.requires_grad:
        return torch.cat([torch.zeros_like(p).flatten() for p in parameters])
    formed = torch.autograd.grad(loss, parameters, allow_unused=True, materialize_grads=True)
    return torch.cat([(g.to_dense() if g.is_sparse else g).flatten() for g in formed])
