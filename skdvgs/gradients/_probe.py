"""check_rows_apart: the fast paths against plain autograd, before they are trusted.

A wrong value that looks right is the worst failure this library can have, and modules can
break a layer rule in ways no inspection sees: a weight used by a functional call elsewhere,
positions in the first dimension, a forward that mixes rows. So the engine compares every
path with single-sample autograd on the first rows it meets, with the parameters moved a
little: freshly initialised or converged networks have exact zeros that would hide a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from skdvgs.exceptions import UnsupportedModuleError
from skdvgs.gradients._batches import Batch, LossPerSample, count_rows, take_rows
from skdvgs.gradients._general import single_gradient
from skdvgs.gradients._precision import gradient_tolerance, loss_tolerance, runs_in_half
from skdvgs.gradients._terms import GradientTerms

PROBE_ROWS = 3


@dataclass(frozen=True)
class Reference:
    """Per-sample gradients of the probed rows, one tensor (rows, size) a parameter."""

    gradients: dict[str, Tensor]
    directions: dict[str, Tensor]
    random_forward: bool
    is_mixed: bool

    def terms(self, names: list[str]) -> GradientTerms:
        """Terms of some parameters against the random directions."""
        first = next(iter(self.gradients.values()))
        dot, squares = first.new_zeros(len(first)), first.new_zeros(len(first))
        for name in names:
            dot = dot + self.gradients[name] @ self.directions[name].flatten()
            squares = squares + self.gradients[name].square().sum(1)
        return GradientTerms(dot, squares)

    def finite(self) -> bool:
        """Whether every gradient is."""
        return all(bool(gradient.isfinite().all()) for gradient in self.gradients.values())

    @property
    def n_rows(self) -> int:
        """How many rows were probed."""
        return len(next(iter(self.gradients.values())))

    def first_rows(self, n: int) -> Reference:
        """The same for the first n rows alone."""
        return replace(self, gradients={name: g[:n] for name, g in self.gradients.items()})

    def agrees(self, names: list[str], terms: GradientTerms) -> bool:
        """Whether terms computed by another path are those of the reference."""
        truth = self.terms(names)
        scale, tolerance = self._scale(truth)
        norm_close = (terms.squared_norm.sqrt() - truth.squared_norm.sqrt()).abs() <= (
            tolerance * scale
        )
        return bool(norm_close.all()) and self.agrees_on_dots(names, terms.dot)

    def agrees_on_dots(self, names: list[str], dot: Tensor) -> bool:
        """Whether dot products computed by another path are those of the reference."""
        truth = self.terms(names)
        scale, tolerance = self._scale(truth)
        length = torch.stack([self.directions[name].norm() for name in names]).norm()
        return bool(((dot - truth.dot).abs() <= tolerance * length * scale).all())

    def _scale(self, truth: GradientTerms) -> tuple[Tensor, float]:
        norm = truth.squared_norm.sqrt()
        # Gradients far below the largest one are cancellation noise in any arithmetic.
        return norm + 1e-5 * norm.max(), gradient_tolerance(norm, is_mixed=self.is_mixed)


@contextmanager
def moved_parameters(module: nn.Module) -> Iterator[None]:
    """Shift every floating-point parameter by a tenth of its size, then put it back."""
    originals = [(p, p.data) for p in module.parameters() if p.is_floating_point()]
    generator = torch.Generator().manual_seed(0)
    try:
        for parameter, data in originals:
            noise = torch.randn(data.shape, generator=generator).to(data)
            size = data.square().mean().sqrt().clamp(min=0.1) if data.numel() else 0.0
            parameter.data = data + 0.1 * size * noise
        yield
    finally:
        for parameter, data in originals:
            parameter.data = data


def make_reference(computation: LossPerSample, x: Batch, y: Batch, names: list[str]) -> Reference:
    """Single-sample gradients of a few rows, and a random direction for each parameter.

    Raises
    ------
    UnsupportedModuleError
        If a row's loss depends on the other rows of its batch.
    """
    n = count_rows(x)
    named = dict(computation.module.named_parameters())
    parameters = [named[name] for name in names]
    is_mixed = runs_in_half(computation(x, y))
    with torch.no_grad():
        together, again = computation(x, y), computation(x, y)
        random_forward = not torch.equal(together, again)
    if not random_forward:
        check_rows_apart(computation, x, y, together, range(n), is_mixed=is_mixed)
    flat = torch.stack([single_gradient(computation, x, y, i, parameters) for i in range(n)])
    parts = torch.split(flat, [p.numel() for p in parameters], dim=1)
    generator = torch.Generator().manual_seed(1)
    directions = {
        name: torch.randn(p.shape, generator=generator).to(p.detach())
        for name, p in zip(names, parameters, strict=True)
    }
    return Reference(dict(zip(names, parts, strict=True)), directions, random_forward, is_mixed)


def check_rows_apart(
    computation: LossPerSample,
    x: Batch,
    y: Batch,
    together: Tensor,
    rows: Sequence[int],
    *,
    is_mixed: bool,
) -> None:
    """Compare the losses of some rows with those of batches that hold each of them alone.

    Raises
    ------
    UnsupportedModuleError
        If they differ.
    """
    with torch.no_grad():
        slices = [slice(row, row + 1) for row in rows]
        alone = torch.stack([computation(take_rows(x, s), take_rows(y, s))[0] for s in slices])
    together = together[list(rows)]
    tolerance = loss_tolerance(together, is_mixed=is_mixed)
    if torch.allclose(together, alone, rtol=tolerance, atol=tolerance * 1e-1, equal_nan=True):
        return
    raise UnsupportedModuleError(
        "The loss of a row changes with the other rows of its batch, even in evaluation mode: "
        f"{together.tolist()} together, {alone.tolist()} one by one. Such a row has no gradient "
        "of its own. Remove batch statistics and other mixing of rows from forward and loss."
    )


def subset(values: Mapping[str, Tensor], names: list[str]) -> dict[str, Tensor]:
    """Some entries of a mapping, in the given order."""
    return {name: values[name] for name in names}
